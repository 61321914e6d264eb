"""How alike two stretches of sound are, compared above their spectral tilt (first-order pre-emphasis): below it the
vowels of any two speakers look alike.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contracts.audio import SAMPLE_BYTES

FLOOR = 4.0
"""Mean square (in samples of 16 bit) of sound that counts as none."""
_TILT = np.float32(0.9)

Floats = NDArray[np.float32]


class Likeness(NamedTuple):
    at: int
    """Where in the longer one, in samples."""
    correlation: float
    """0–1, whatever the sign."""
    gain: float
    """Energy of the shorter one, as a share of the longer one's there."""


class LatestSamples:
    """The last samples of a stream."""

    def __init__(self, samples: int) -> None:
        self._bytes = samples * SAMPLE_BYTES
        self._pcm = bytearray(self._bytes)
        self.end = 0

    def add(self, pcm: bytes) -> None:
        self._pcm += pcm
        self.end += len(pcm) // SAMPLE_BYTES
        if len(self._pcm) > 2 * self._bytes:
            del self._pcm[: -self._bytes]

    def until(self, end: int, samples: int) -> Floats:
        """The `samples` before position `end`; zeros where there was nothing yet or is nothing any more."""
        stop = len(self._pcm) - (self.end - end) * SAMPLE_BYTES
        start = stop - samples * SAMPLE_BYTES
        found = np.frombuffer(bytes(self._pcm[max(start, 0) : max(stop, 0)]), "<i2").astype(np.float32)
        return np.concatenate([np.zeros(samples - len(found), np.float32), found]) if len(found) < samples else found


def lifted(pcm: Floats) -> Floats:
    """Shape [n] in and out."""
    found = pcm.copy()
    found[1:] -= _TILT * pcm[:-1]
    return found


def likest_near(ours: Floats, heard: Floats) -> Likeness:
    """Where in `ours`, not much longer than `heard`, that is likest; both lifted."""
    return _strongest(np.correlate(ours, heard, "valid"), ours, heard)


def likest_anywhere(ours: Floats, heard: Floats) -> Likeness:
    """As `likest_near`, for an `ours` that is many times as long."""
    size = 1 << (len(ours) + len(heard) - 1).bit_length()
    spectrum = np.fft.rfft(ours, size) * np.conj(np.fft.rfft(heard, size))
    return _strongest(np.fft.irfft(spectrum, size)[: len(ours) - len(heard) + 1], ours, heard)


def _strongest(products: NDArray[np.floating], ours: Floats, heard: Floats) -> Likeness:
    """`products`: of `heard` with each window of `ours`."""
    energies = energies_of(ours, len(heard)) + FLOOR * len(heard)
    energy = float(heard @ heard) + 1.0
    likeness = np.abs(products) / np.sqrt(energies * energy)
    at = int(np.argmax(likeness))
    return Likeness(at=at, correlation=float(likeness[at]), gain=energy / float(energies[at]))


def energies_of(pcm: Floats, window: int) -> NDArray[np.float64]:
    """Of each window, shape [len(pcm) − window + 1]."""
    total = np.concatenate([np.zeros(1), np.cumsum(np.square(pcm, dtype=np.float64))])
    return total[window:] - total[:-window]
