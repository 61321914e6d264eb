"""Binary messages of any size, also odd ones, become whole frames; what is left waits for the next message."""

from collections.abc import Iterator


class Reframer:
    def __init__(self, frame_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The frames that are whole now. The iterator must be run to its end."""
        if len(data) == self._frame_bytes and not self._rest:
            yield data
            return
        self._rest += data
        whole = len(self._rest) - len(self._rest) % self._frame_bytes
        frames = bytes(self._rest[:whole])
        del self._rest[:whole]
        for start in range(0, whole, self._frame_bytes):
            yield frames[start : start + self._frame_bytes]
