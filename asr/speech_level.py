"""How loud a turn is, and whether somebody else speaks, in it or instead of the caller: a television, a visitor."""

from collections import deque

import numpy as np

from contracts.audio import ms_to_samples

FAINT = 10 ** (-10 / 10)
"""Energy, as a share of the turn's, below which a window is not the speaker's. With eight voices the median window of
a turn is 5 dB below its loudest tenth; a voice in the background is 12 to 20 dB below."""
FAINT_MS = 900
"""Nobody speaks so softly for so long inside his own turn: soft ends of sentences are shorter, pauses are silent."""
SURE_CONFIDENCE = 0.5
"""Words that are recognised so surely are the caller's; of speech that nobody understands it is mostly below 0.3."""
_SOFTER_STEP = 0.5
"""Louder is believed at once, softer by and by: a voice far from the phone must not become the caller's."""
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
        loudest = self.loudest
        if loudest is None or energy >= FAINT * loudest:
            self._loud_end = end
            self._energies.append(energy)
            return False
        return end - self._loud_end > self._faint_samples

    @property
    def loudest(self) -> float | None:
        """Energy of a window of the turn's loudest tenth; None: too little was said to tell."""
        if len(self._energies) < _LEAST_WINDOWS:
            return None
        return float(np.percentile(self._energies, _LOUD_TENTH))

    def forget(self) -> None:
        """The turn is over."""
        self._energies.clear()


class CallerLevel:
    """How loud this caller is, by the turns that were understood."""

    def __init__(self) -> None:
        self._loudest: float | None = None

    def learn(self, loudest: float | None, confidence: float) -> None:
        """Of a turn that is over, and how sure it is the caller's: the recogniser's confidence in its words."""
        if loudest is None or confidence < SURE_CONFIDENCE:
            return
        known = self._loudest
        softer = known is not None and loudest < known
        self._loudest = known + _SOFTER_STEP * (loudest - known) if known is not None and softer else loudest

    def is_background(self, loudest: float | None) -> bool:
        """Whether a turn of that level is somebody else's; False as long as the caller's own is not known."""
        return loudest is not None and self._loudest is not None and loudest < FAINT * self._loudest
