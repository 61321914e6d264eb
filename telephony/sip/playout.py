"""Where in the caller's time each received packet is heard: by its RTP timestamp, anchored to arrival times.

The ear is that of a phone whose jitter buffer hides lateness up to `LATE_SAMPLES` and adds no delay of its own, so that
jitter moves nothing and a real stall, a changed source or a jump of the sender's clock is heard when it happens.
"""

LATE_SAMPLES = 480
"""60 ms at 8 kHz: a packet later than this against its stream is heard when it comes, and the stream with it."""
EARLY_SAMPLES = 4000
"""500 ms: a packet more ahead of its stream than this belongs to a clock that jumped."""


class Playout:
    def __init__(self, delay_samples: int = 0) -> None:
        """`delay_samples`: the phone's own jitter buffer, added to every position."""
        self._delay = delay_samples
        self._ssrc: int | None = None
        self._anchor_timestamp = 0
        self._anchor_position = 0
        self.anchors = 0
        """How often the stream had to be placed anew; 1 for an undisturbed stream."""

    def position(self, ssrc: int, timestamp: int, arrival: int) -> int:
        """The position of the packet's first sample, for one that arrived at position `arrival`."""
        if ssrc == self._ssrc:
            position = self._anchor_position + _signed(timestamp - self._anchor_timestamp)
            early = position - self._delay - arrival
            if -LATE_SAMPLES <= early <= EARLY_SAMPLES:
                # Moving the anchor along keeps the difference within the signed 32 bits in any length of call.
                self._anchor_timestamp, self._anchor_position = timestamp, position
                return position
        self._ssrc = ssrc
        self._anchor_timestamp = timestamp
        self._anchor_position = arrival + self._delay
        self.anchors += 1
        return self._anchor_position


def _signed(difference: int) -> int:
    """A difference of 32-bit counters as the nearest signed number."""
    return (difference + 0x80000000 & 0xFFFFFFFF) - 0x80000000
