"""The audio path between an exchange and a line: Asterisk's media websocket, or another such as AudioSocket."""

from typing import Protocol


class LegListener(Protocol):
    """Who takes what comes from a leg. Called from the event loop, must not block."""

    def frame(self, pcm: bytes) -> None:
        """20 ms of PCM16 at the leg's rate."""
        ...

    def key(self, key: str) -> None:
        """A key was released: one of 0–9 * # A–D."""
        ...

    def marked(self, number: int) -> None:
        """Everything sent before this mark has been played."""
        ...

    def queue_length(self, samples: int) -> None:
        """The answer to `ask_queue_length`."""
        ...

    def hold(self, held: bool) -> None:
        """True: send no audio until False comes."""
        ...

    def leg_gone(self) -> None:
        """It was closed by the exchange, or broke."""
        ...


class MediaLeg(Protocol):
    """Commands and audio take effect in the order in which they are given. None of these blocks or raises; after the
    leg has gone they do nothing.

    The leg paces: it plays what it was sent, frame by frame, and silence when it has nothing or is paused.
    """

    @property
    def rate_hz(self) -> int: ...

    def listen(self, listener: LegListener) -> None:
        """From now on; what came before is lost."""
        ...

    def send_audio(self, pcm: bytes) -> None:
        """Whole frames of 20 ms, queued behind what was sent before."""
        ...

    def mark(self, number: int) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def flush(self) -> None:
        """Forgets what is queued, marks too; a pause goes on."""
        ...

    def ask_queue_length(self) -> None: ...

    def close(self) -> None: ...
