"""WORLD: spectral envelope, aperiodicity and pitch to sound, in blocks.

The model's envelope is that of 16 kHz speech. At a line rate of 8 kHz WORLD runs at 8 kHz itself, on the lower half of
the same frequency grid: half the work, no resampling and nothing to alias.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyworld

from tts.vais.network import Floats

MODEL_RATE_HZ = 16000
FRAME_MS = 10
_FFT = 1024
_CEPSTRA = 50
_BLOCK_FRAMES = 80
_CUT_WINDOW = 30
"""Frames among which a block's end is chosen."""
_PHASE_TOLERANCE = 0.1
"""Part of a period by which pulses may be apart at a cut, at the cost of the loudest frame against the quietest."""
_OVERLAP_FRAMES = 1
_UNVOICED_HZ = 500.0
"""WORLD's own pulse rate where there is no voice."""
_FADE_MS = 10
_LARGEST_APERIODICITY_DB = -1e-3

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    pitch: float = 1.0
    formants: float = 1.0
    lift_db: float = 0.0
    """Gain that consonants get: rises from 0 at 1 kHz to this at 2.5 kHz."""


class Vocoder:
    def __init__(self, rate_hz: int, tuning: Tuning) -> None:
        """`rate_hz`: 8000 or 16000."""
        self.rate_hz = rate_hz
        self._pitch = tuning.pitch
        self._fft = _FFT * rate_hz // MODEL_RATE_HZ
        self._bins = self._fft // 2 + 1
        basis, offset = _envelope_basis(tuning.formants)
        self._basis = np.ascontiguousarray(basis[:, : self._bins])
        self._offset = offset[: self._bins] + _lift(tuning.lift_db)[: self._bins]
        # A pulse carries the energy of its period, whose samples are half as many at half the rate (measured: 6 dB).
        self._scale = (rate_hz / MODEL_RATE_HZ) ** 0.5

    def blocks(self, features: Floats, first_frames: int) -> Iterator[Doubles]:
        """Sound of `features` [frames, 53], `FRAME_MS` each; the first block has about `first_frames`."""
        voiced = features[:, 52] > 0
        f0 = np.where(voiced, np.exp(features[:, 51].astype(np.float64)) * self._pitch, 0.0)
        start, wanted, tail = 0, first_frames, np.zeros(0)
        fade = self.rate_hz * _FADE_MS // 1000
        rise = np.sqrt(np.linspace(0, 1, fade, endpoint=False))
        while start < len(features):
            end = _cut(features[:, 0], f0, start, start + wanted)
            sound = self._synthesise(features, f0, start, end)
            length = (end - start) * self.rate_hz * FRAME_MS // 1000
            if len(tail):
                sound[:fade] = sound[:fade] * rise + tail * rise[::-1]
            tail = sound[length : length + fade]
            yield sound[:length]
            start, wanted = end, _BLOCK_FRAMES

    def _synthesise(self, features: Floats, f0: Doubles, start: int, end: int) -> Doubles:
        """From frame `start`, with one frame more than asked for the fade; WORLD's first milliseconds are left out."""
        before, after = min(_OVERLAP_FRAMES, start), 2
        part = slice(start - before, min(end + after, len(features)))
        rows = features[part].astype(np.float64)
        spectrum = np.exp(rows[:, :_CEPSTRA] @ self._basis + self._offset)
        coded = np.ascontiguousarray(np.minimum(rows[:, 50:51], _LARGEST_APERIODICITY_DB))
        aperiodicity = pyworld.decode_aperiodicity(coded, MODEL_RATE_HZ, _FFT)[:, : self._bins]
        pitch, noise = np.ascontiguousarray(f0[part]), np.ascontiguousarray(aperiodicity)
        sound = cast(Doubles, pyworld.synthesize(pitch, spectrum, noise, self.rate_hz, float(FRAME_MS)))
        frame = self.rate_hz * FRAME_MS // 1000
        sound = sound[before * frame :] * self._scale
        wanted = (end - start + 1) * frame
        return sound[:wanted] if len(sound) >= wanted else np.pad(sound, (0, wanted - len(sound)))


def _cut(energy: Floats, f0: Doubles, start: int, wanted: int) -> int:
    """A quiet frame from `wanted` on, at which the pulses of both blocks fall together; the end if that is near.

    WORLD counts the phase of the pulses from the first frame it is given. The next block is given one frame more than
    it keeps, so the phase there, counted from this block's own beginning, should be a whole number of periods.
    """
    if wanted + _CUT_WINDOW >= len(energy):
        return len(energy)
    hertz = np.where(f0 > 0, f0, _UNVOICED_HZ)
    periods = np.concatenate([[0.0], np.cumsum((hertz[1:] + hertz[:-1]) / 2)]) * FRAME_MS / 1000
    candidates = np.arange(wanted, wanted + _CUT_WINDOW)
    phase: Doubles = periods[candidates - _OVERLAP_FRAMES] - periods[max(start - _OVERLAP_FRAMES, 0)]
    loudness: Floats = energy[candidates] - energy[candidates].min()
    cost: Doubles = np.abs(phase - np.round(phase)) / _PHASE_TOLERANCE + loudness / max(float(loudness.max()), 1e-6)
    return int(candidates[np.argmin(cost)])


def _envelope_basis(formants: float) -> tuple[Doubles, Doubles]:
    """WORLD's decoding of cepstra is linear in the log spectrum: its matrix [50, 513] and offset [513], warped."""
    probes = np.concatenate([np.zeros((1, _CEPSTRA)), np.eye(_CEPSTRA)])
    envelopes = cast(Doubles, pyworld.decode_spectral_envelope(np.ascontiguousarray(probes), MODEL_RATE_HZ, _FFT))
    logs: Doubles = np.log(envelopes)
    bins = np.arange(_FFT // 2 + 1)
    source = np.minimum(bins / formants, bins[-1])
    rows = cast(list[Doubles], list(logs))
    warped: Doubles = np.stack([np.interp(source, bins, row) for row in rows])
    return warped[1:] - warped[0], warped[0]


def _lift(lift_db: float) -> Doubles:
    hertz = np.arange(_FFT // 2 + 1) * MODEL_RATE_HZ / _FFT
    ramp = np.clip((hertz - 1000) / 1500, 0, 1)
    return ramp * lift_db * np.log(10) / 10
