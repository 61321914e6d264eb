"""Changing the rate of audio: with little delay for a caller who is heard live, at best quality for whole sounds."""

from math import gcd

import numpy as np
import soxr
from numpy.typing import NDArray

Pcm = NDArray[np.int16]
"""Samples, shape [n]."""

SPAN_S = 0.004
"""Length of the filter: a delay of 2 ms. Streaming resamplers of libraries hold back 60–120 ms of live audio."""
_CUTOFF = 0.48
"""Of the lower rate. With `SPAN_S` the transition is about 0.9 kHz wide: telephone speech (to 3.4 kHz) stays whole, and
what would fold into it is 60 dB down."""
_KAISER_BETA = 6.0


class Resampler:
    """One stream, at any ratio; many small blocks give the same samples as one large one (polyphase FIR filter)."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        common = gcd(from_hz, to_hz)
        self._up, self._down = to_hz // common, from_hz // common
        self._phases = _phases(from_hz, to_hz, self._up)
        self._past = np.zeros(self._phases.shape[1] - 1)
        self._next = 0
        """Position of the next output in the block to come, in steps of `1 / up` input samples."""

    @property
    def delay_s(self) -> float:
        return SPAN_S / 2

    def feed(self, pcm: Pcm) -> Pcm:
        """All that can be made of the samples so far; about `len(pcm) * to_hz / from_hz`."""
        if not len(pcm):
            return pcm
        samples = np.concatenate([self._past, pcm])
        steps = np.arange(self._next, len(pcm) * self._up, self._down)
        windows = np.lib.stride_tricks.sliding_window_view(samples, self._phases.shape[1])
        made = np.einsum("nt,nt->n", windows[steps // self._up], self._phases[steps % self._up])
        self._next += len(steps) * self._down - len(pcm) * self._up
        self._past = samples[len(samples) - len(self._past) :]
        return np.clip(np.rint(made), -32768, 32767).astype(np.int16)


def resample(pcm: Pcm, from_hz: int, to_hz: int) -> Pcm:
    """A whole sound, with soxr's high quality (no audible alias)."""
    if from_hz == to_hz or not len(pcm):
        return pcm
    return np.asarray(soxr.resample(pcm, from_hz, to_hz, quality="HQ"), dtype=np.int16)


def _phases(from_hz: int, to_hz: int, up: int) -> NDArray[np.float64]:
    """The filter for each position between two input samples: [up, taps], its taps in the order of the samples."""
    taps = max(2, round(SPAN_S * from_hz))
    length = taps * up
    at = np.arange(length) - (length - 1) / 2
    cutoff = _CUTOFF * min(from_hz, to_hz) / (from_hz * up)
    whole = np.sinc(2 * cutoff * at) * np.kaiser(length, _KAISER_BETA)
    # Tap k of phase p weighs the sample that lies k before, p steps behind it.
    phases = whole.reshape(taps, up).T[:, ::-1]
    return phases / phases.sum(axis=1, keepdims=True)
