"""Where in the caller's time each received packet is heard: by its RTP timestamp, anchored to arrival times.

The ear is that of a phone whose jitter buffer hides lateness up to a limit and, unless told otherwise, adds no delay of
its own. So jitter moves nothing, and a real stall, a changed source or a jump of the sender's clock is heard when it
happens. What a stall has delayed is caught up with in the next silence, as phones do.
"""

LATE_SAMPLES = 480
"""60 ms at 8 kHz: a packet later than this against its stream is heard when it comes, and the stream with it."""
EARLY_SAMPLES = 4000
"""500 ms: a packet more ahead of its stream than this belongs to a clock that jumped."""
_CATCH_UP_PACKETS = 50
"""One second: so long must every packet have come early before the stream is moved."""
_CATCH_UP_SAMPLES = 80
"""10 ms: less is not worth a move."""


class Playout:
    def __init__(self, delay_samples: int = 0, late_samples: int = LATE_SAMPLES) -> None:
        """`delay_samples`: the phone's own jitter buffer, added to every position."""
        self._delay = delay_samples
        self._late = late_samples
        self._ssrc: int | None = None
        self._anchor_timestamp = 0
        self._anchor_position = 0
        self._packets = 0
        self._least_early = 0
        self._quiet_samples = 0
        self.anchors = 0
        """How often the stream had to be placed anew; 1 for an undisturbed stream."""

    def position(self, ssrc: int, timestamp: int, arrival: int, *, quiet_samples: int = 0) -> int:
        """The position of the packet's first sample, for one that arrived at position `arrival`.

        `quiet_samples`: its length if nothing in it is loud, else 0.
        """
        position = self._anchor_position + _signed(timestamp - self._anchor_timestamp)
        early = position - self._delay - arrival
        if ssrc != self._ssrc or not -self._late <= early <= EARLY_SAMPLES:
            position = arrival + self._delay
            self.anchors += 1
            self._start_watching()
        else:
            position -= self._catch_up(early, quiet_samples)
        # Moving the anchor along keeps the difference within the signed 32 bits in any length of call.
        self._ssrc, self._anchor_timestamp, self._anchor_position = ssrc, timestamp, position
        return position

    def _start_watching(self) -> None:
        self._packets, self._least_early, self._quiet_samples = 0, EARLY_SAMPLES, 0

    def _catch_up(self, early: int, quiet_samples: int) -> int:
        """By how much the stream is to move ahead now; only silence may be shortened by it."""
        self._packets += 1
        self._least_early = min(self._least_early, early)
        self._quiet_samples = self._quiet_samples + quiet_samples if quiet_samples else 0
        if self._packets < _CATCH_UP_PACKETS:
            return 0
        move = self._least_early
        if move >= _CATCH_UP_SAMPLES and self._quiet_samples <= move:
            return 0
        self._start_watching()
        return move if move >= _CATCH_UP_SAMPLES else 0


def _signed(difference: int) -> int:
    """A difference of 32-bit counters as the nearest signed number."""
    return (difference + 0x80000000 & 0xFFFFFFFF) - 0x80000000
