"""A media leg inside the program: what Asterisk's media socket does, for lines without an exchange."""

from collections import deque

from contracts.audio import SAMPLE_BYTES, frame_bytes
from telephony.media_leg import LegListener


class QueueLeg:
    """Whoever owns it takes a frame each 20 ms. Answers come at once."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._frame_bytes = frame_bytes(rate_hz)
        self._queue: deque[bytes | int] = deque()
        """Frames and marks."""
        self._listener: LegListener | None = None
        self._paused = False

    def take_frame(self) -> bytes | None:
        """The next frame for the caller; None: silence. Marks before it are told."""
        while self._queue and not self._paused:
            item = self._queue.popleft()
            if isinstance(item, bytes):
                return item
            if self._listener is not None:
                self._listener.marked(item)
        return None

    def listen(self, listener: LegListener) -> None:
        self._listener = listener

    def send_audio(self, pcm: bytes) -> None:
        self._queue.extend(pcm[start : start + self._frame_bytes] for start in range(0, len(pcm), self._frame_bytes))

    def mark(self, number: int) -> None:
        self._queue.append(number)

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def flush(self) -> None:
        self._queue.clear()

    def ask_queue_length(self) -> None:
        if self._listener is not None:
            frames = sum(isinstance(item, bytes) for item in self._queue)
            self._listener.queue_length(frames * self._frame_bytes // SAMPLE_BYTES)

    def close(self) -> None:
        self._queue.clear()
