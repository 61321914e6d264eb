"""Test sounds at 8 kHz, and which of them are in a recording."""

import numpy as np

from contracts.audio import PHONE_RATE_HZ, ms_to_samples
from telephony.g711 import Pcm


def tone(frequency_hz: float, ms: float, *, dbfs: float = -12.0) -> Pcm:
    """A sine that begins at its crest, so that its first sample is already at full level; `dbfs` of the peak."""
    phase = 2 * np.pi * frequency_hz * np.arange(ms_to_samples(ms, PHONE_RATE_HZ)) / PHONE_RATE_HZ
    return np.rint(32767 * 10 ** (dbfs / 20) * np.cos(phase)).astype(np.int16)


def silence(ms: float) -> Pcm:
    return np.zeros(ms_to_samples(ms, PHONE_RATE_HZ), dtype=np.int16)


def level_of(pcm: Pcm, frequency_hz: float) -> float:
    """The level of one frequency in dBFS (of the peak), by projection on a windowed sine; −120 for nothing."""
    if not len(pcm):
        return -120.0
    window = np.hanning(len(pcm) + 2)[1:-1]
    turning = np.exp(-2j * np.pi * frequency_hz * np.arange(len(pcm)) / PHONE_RATE_HZ)
    amplitude = 2 * abs(np.sum(pcm * window * turning)) / np.sum(window) / 32768
    return float(20 * np.log10(max(amplitude, 1e-6)))
