"""What the worker refuses, and the calls process knows before."""

MAX_STREAMS = 64
"""Recognitions that are open at once in a worker: 160 MB of caches."""
