"""Audio placed by sample position, kept in the codec's bytes: cheap to add to and to search, decoded when looked at."""

from telephony.g711 import Pcm
from telephony.sip.codec import Codec

MAX_SAMPLES = 8000 * 3600 * 2
"""Two hours: a position behind this is refused, so that no sender can make the record grow without end."""


class Track:
    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self._coded = bytearray()
        self.last_loud = -1
        """Position of the last loud sample so far; -1: none."""

    def __len__(self) -> int:
        return len(self._coded)

    def place(self, position: int, payload: bytes) -> None:
        """Put audio at a position; what was not there before it becomes silence, what was there is replaced."""
        if position < 0:
            payload, position = payload[-position:], 0
        end = position + len(payload)
        if not payload or end > MAX_SAMPLES:
            return
        if (missing := position - len(self._coded)) > 0:
            self._coded += self.codec.silence * missing
        self._coded[position:end] = payload
        loud = payload.translate(self.codec.loudness).rfind(1)
        if loud >= 0:
            self.last_loud = max(self.last_loud, position + loud)

    def first_loud(self, start: int) -> int | None:
        """The first loud sample at or after `start`."""
        found = self._coded[max(start, 0) :].translate(self.codec.loudness).find(1)
        return None if found < 0 else found + max(start, 0)

    def pcm(self, start: int = 0, end: int | None = None) -> Pcm:
        """The samples from `start` to before `end`, as far as there are any."""
        return self.codec.decode(bytes(self._coded[start:end]))
