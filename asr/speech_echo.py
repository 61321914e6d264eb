"""Is what comes from the line our own voice that comes back?

The caller's phone, room or hybrid returns what we say, quieter and later, and the voice activity detector takes it for
a speaker. What we play is known: a window of speech is an echo if some lag between the two explains most of it, or if
its best lag is that of the windows before it, however much of it that explains. An echo keeps its lag for a call but
for the frames by which packets come late and our place in the sentence is put right, so that lags a few frames apart
are the same one. A lag that was found is looked at first: the search over all lags, which costs ten times as much, is
for the first windows of an echo and of an interruption.

What no lag explains is a speaker at once if it is louder than the echo could be, and in doubt if it is not.

Normalised cross-correlation over 64 ms, measured with our own voice and eight callers, attenuations of 15 to 25 dB and
lags of 100 to 360 ms, flat and band-limited, noise of −60 dBFS: of an echo's windows 99 % have their best lag at the
echo's, 95 % with a correlation above 0.5; of a caller's alone 95 % are below 0.6 at every lag.

What is left for the words to tell (`calls.barge_in`): an echo that a phone's own canceller or codec has bent so far
that it no longer follows what was said.
"""

from collections import deque
from enum import StrEnum

import numpy as np

from asr.likeness import FLOOR, Floats, LatestSamples, Likeness, energies_of, lifted, likest_anywhere, likest_near
from contracts.audio import frame_samples, ms_to_samples

WINDOW_MS = 64
LONGEST_LAG_MS = 520
"""The longest echo of 300 ms, the way to the phone and back, and how wrong the place in our speech may be."""
SURE = 0.7
"""Correlation from which a window is an echo at any lag."""
LIKELY = 0.45
"""Correlation from which it is one at a lag that earlier windows had."""
_LEAST = 0.3
"""Correlation from which a window's best lag is worth keeping."""
_SAME_LAG_MS = 1
_VOTES = 8
_AGREEING = 2
_JUMP_FRAMES = 8
"""So many late frames, or frames by which our place was put right, at a time."""
_KEPT_MS = 1200
"""Of what came: the ear looks back over its latest audio when it begins to listen."""
_FADING_MS = 160
"""So long after our voice has ended its echo fades."""
_REST = 0.16
"""Energy, as a share of the loudest echo within the fading time, below which a window is what is left of it."""
_LEAST_GAIN = 1e-4
"""As long as no echo is known: what is 40 dB quieter than we are is no caller."""
_MOST_GAIN = 0.2
"""7 dB quieter than we are is the loudest echo: a vowel that is like one of ours by chance is mostly louder."""
_ABOVE_GAIN = 1.5
"""An echo is at most so many times as loud as it lately was, as a share of what was said."""
_GAINS = 12
_SILENT_WINDOWS = 24
"""Windows of our voice (0.8 s) without a speaker on the line, after which it has no echo to speak of."""
_AS_NOISE = 4.0
"""Up to so many times the energy of the room's noise is noise."""
_NOISY = 0.3
"""Correlation from which the rest of a window may be the room's noise."""
_FLOOR_WINDOWS = 16
_LEAST_FLOOR_WINDOWS = 6


class Origin(StrEnum):
    """Of a window in which somebody speaks."""

    CALLER = "caller"
    ECHO = "echo"
    DOUBTFUL = "doubtful"
    """Nothing of ours explains it, and it is no louder than an echo."""


class EchoJudge:
    """One for each call. Positions are samples of the line's clock, on which both directions lie."""

    def __init__(self, rate_hz: int) -> None:
        self._window = ms_to_samples(WINDOW_MS, rate_hz)
        self._lags = ms_to_samples(LONGEST_LAG_MS, rate_hz)
        self._same_lag = ms_to_samples(_SAME_LAG_MS, rate_hz)
        self._frame = frame_samples(rate_hz)
        self._half = self._window // 2
        self._jump = _JUMP_FRAMES * self._frame
        self._fading = ms_to_samples(_FADING_MS, rate_hz)
        kept = ms_to_samples(_KEPT_MS, rate_hz)
        self._heard = LatestSamples(kept + self._window)
        self._sounded = LatestSamples(kept + self._window + self._lags + self._fading)
        self._found: deque[int] = deque(maxlen=_VOTES)
        """Best lags of the latest windows."""
        self._gains: deque[float] = deque(maxlen=_GAINS)
        """Energy of the echo, as a share of ours, in the latest windows that were surely one."""
        self._silent_windows = 0
        self._floor, self._lifted_floor, self._floor_until = 0.0, 0.0, 0
        """Energy of the room's noise in a window, as it is and lifted, and until when that holds."""
        self._sounds_until = -1

    def take(self, heard: bytes, sounding: bytes) -> None:
        """PCM16 of the same stretch of time: what came, and what we were saying; empty: nothing."""
        self._heard.add(heard)
        self._sounded.add(sounding.ljust(len(heard), b"\0"))
        if sounding:
            self._sounds_until = self._sounded.end

    def silent(self, end: int) -> None:
        """Nobody speaks in the window that ends at position `end`, neither the caller nor our echo."""
        if self._gains or self._silent_windows >= _SILENT_WINDOWS or not self._may_come_back(end):
            return
        ours = self._sounded.until(end - self._lags // 2, self._window)
        self._silent_windows += float(ours @ ours) > FLOOR * len(ours)

    def origin(self, end: int) -> Origin:
        """Whose voice the window that ends at position `end` is; at most `_KEPT_MS` back."""
        if not self._may_come_back(end):
            return Origin.CALLER
        came = self._heard.until(end, self._window)
        self._know_floor(end)
        if float(came @ came) < _AS_NOISE * self._floor:
            # The detector still hears a voice for a third of a second after an echo has sunk into the room's noise.
            return Origin.ECHO
        heard, lag = lifted(came), self._known_lag()
        loud = self._louder(came, lag, end)
        if lag is not None and self._is_echo_at(lag, heard, end, loud=loud):
            return Origin.ECHO
        ours = lifted(self._sounded.until(end, self._window + self._lags))
        if float(ours @ ours) < FLOOR * len(ours):
            return Origin.CALLER
        if self._is_echo_anywhere(heard, ours, loud=loud and lag is not None):
            return Origin.ECHO
        return Origin.CALLER if loud else Origin.DOUBTFUL

    def _may_come_back(self, end: int) -> bool:
        return self._sounds_until >= 0 and end - self._window - self._lags < self._sounds_until

    def _louder(self, came: Floats, lag: int | None, end: int) -> bool:
        """The latest half of a window: than our echo could be."""
        if lag is None:
            said = self._sounded.until(end, self._lags + self._window)
        else:
            said = self._sounded.until(end - max(0, lag - self._jump), self._window + 2 * self._jump)
        exceeds = self._exceeds(came, said, self._floor)
        return exceeds or self._exceeds(lifted(came), lifted(said), self._lifted_floor)

    def _exceeds(self, came: Floats, ours: Floats, floor: float) -> bool:
        newest = came[-self._half :]
        echo = self._most_gain * float(energies_of(ours, self._half).max())
        return float(newest @ newest) > echo + _AS_NOISE * floor / 2

    def _is_echo_at(self, lag: int, heard: Floats, end: int, *, loud: bool) -> bool:
        """At a known lag: alike, or so much quieter than the echo of the last moments that it is what is left of it."""
        near = lifted(self._sounded.until(end - lag + self._same_lag, self._window + self._same_lag + self._fading))
        likest = likest_near(near[-self._window - 2 * self._same_lag :], heard)
        if likest.correlation >= (SURE if loud else LIKELY) and likest.gain <= _MOST_GAIN:
            self._explained(lag + self._same_lag - likest.at, likest)
            return True
        energy = float(heard @ heard)
        if likest.correlation >= _NOISY and energy * (1 - likest.correlation**2) < _AS_NOISE * self._lifted_floor:
            return True
        return energy < _REST * self._gain * float(energies_of(near, self._window).max())

    def _is_echo_anywhere(self, heard: Floats, ours: Floats, *, loud: bool) -> bool:
        likest = likest_anywhere(ours, heard)
        if likest.correlation < (SURE if loud else _LEAST):
            return float(heard @ heard) < _LEAST_GAIN * float(energies_of(ours, self._window).max())
        if likest.gain > _MOST_GAIN:
            return False
        lag = self._lags - likest.at
        agrees = self._agreeing(lag) >= _AGREEING
        self._explained(lag, likest)
        return likest.correlation >= SURE or (likest.correlation >= LIKELY and agrees)

    @property
    def _gain(self) -> float:
        return sum(self._gains) / len(self._gains) if self._gains else _LEAST_GAIN

    @property
    def _most_gain(self) -> float:
        if self._gains:
            return min(_MOST_GAIN, _ABOVE_GAIN * max(self._gains))
        return _LEAST_GAIN if self._silent_windows >= _SILENT_WINDOWS else _MOST_GAIN

    def _know_floor(self, end: int) -> None:
        """From the quietest windows of the last second."""
        if end < self._floor_until:
            return
        windows = min(_FLOOR_WINDOWS, end // self._window)
        latest = self._heard.until(end, self._window * windows)
        if windows >= _LEAST_FLOOR_WINDOWS:
            self._floor, self._lifted_floor = _quietest(latest, self._window), _quietest(lifted(latest), self._window)
        self._floor_until = end + 2 * self._window

    def _explained(self, lag: int, likest: Likeness) -> None:
        self._found.append(lag)
        if likest.correlation >= SURE:
            self._gains.append(likest.gain)

    def _known_lag(self) -> int | None:
        """The latest one that was found again."""
        return next((lag for lag in reversed(self._found) if self._agreeing(lag) > _AGREEING), None)

    def _agreeing(self, lag: int) -> int:
        """How many lags were the same, or the same but for some frames."""
        found = 0
        for one in self._found:
            apart = abs(lag - one)
            beside = apart % self._frame
            near = min(beside, self._frame - beside) <= self._same_lag
            found += near and apart <= self._jump + self._same_lag
        return found


def _quietest(pcm: Floats, window: int) -> float:
    """Energy of the third-quietest window that is not digital silence; 0 for a line on which more than a quarter is.

    A little of that is put in for late packets; more of it is a line without noise, whose quietest windows are speech.
    """
    energies = np.square(pcm.reshape(-1, window)).sum(axis=1)
    noisy = np.sort(energies[energies > window])
    return float(noisy[2]) if 4 * len(noisy) > 3 * len(energies) else 0.0
