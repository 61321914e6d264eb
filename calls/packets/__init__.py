"""What a person who takes a call over is told of it: collected as it goes on, there when its process has died."""
