"""Key presses as RTP events (RFC 4733)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

KEYS = "0123456789*#ABCD"
"""In the order of their event codes."""

_EVENT = struct.Struct("!BBH")
_END = 0x80
_VOLUME = 10
"""−10 dBm0."""
_FRAME = 160
_END_PACKETS = 3
"""RFC 4733 §2.5.1.4: the end is sent three times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHeard:
    key: str
    sample: int
    """When it went down, in the listener's time."""


def event_payloads(key: str, *, frames: int = 5) -> Iterator[bytes]:
    """The payloads of one key held for `frames` × 20 ms, one for each frame, and the repeated end.

    Raises `ValueError` for what is no key.
    """
    code = KEYS.index(key)
    for held in range(1, frames + 1):
        yield _EVENT.pack(code, _VOLUME, held * _FRAME)
    for _ in range(_END_PACKETS):
        yield _EVENT.pack(code, _END | _VOLUME, frames * _FRAME)


class KeyReceiver:
    """Counts each key once, however many packets of it come or are lost: an event is known by its timestamp."""

    def __init__(self) -> None:
        self._source: int | None = None
        self._timestamp = 0
        self.malformed = 0

    def receive(self, ssrc: int, timestamp: int, payload: bytes) -> str | None:
        """The key, at the first packet that is seen of it."""
        if len(payload) < _EVENT.size or payload[0] >= len(KEYS):
            self.malformed += 1
            return None
        if ssrc == self._source and (self._timestamp - timestamp) & 0xFFFFFFFF < 0x80000000:
            # The same event again, or one that arrives behind its successor.
            return None
        self._source, self._timestamp = ssrc, timestamp
        return KEYS[payload[0]]
