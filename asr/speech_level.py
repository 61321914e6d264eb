"""How loud a turn is, and whether somebody else goes on speaking behind it: a television, another person nearby."""

from collections import deque

import numpy as np

from contracts.audio import ms_to_samples

FAINT = 10 ** (-10 / 10)
"""Energy, as a share of the turn's, below which a window is not the speaker's. With eight voices the median window of
a turn is 5 dB below its loudest tenth; a voice in the background is 12 to 20 dB below."""
FAINT_MS = 900
"""Nobody speaks so softly for so long inside his own turn: soft ends of sentences are shorter, pauses are silent."""
_LEAST_WINDOWS = 8
_KEPT_WINDOWS = 256
"""Eight seconds."""
_LOUD_TENTH = 90


class SpeechLevel:
    """Of one turn at a time; fed one window of speech at a time. Positions are samples of the line's clock."""

    def __init__(self, rate_hz: int) -> None:
        self._faint_samples = ms_to_samples(FAINT_MS, rate_hz)
        self._energies: deque[float] = deque(maxlen=_KEPT_WINDOWS)
        self._loud_end = 0

    def is_background(self, end: int, energy: float) -> bool:
        """Whether what is heard in the window that ends at `end` has been too soft for the speaker for too long."""
        if len(self._energies) < _LEAST_WINDOWS or energy >= FAINT * float(np.percentile(self._energies, _LOUD_TENTH)):
            self._loud_end = end
            self._energies.append(energy)
            return False
        return end - self._loud_end > self._faint_samples

    def forget(self) -> None:
        """The turn is over."""
        self._energies.clear()
