"""G.711 companding, bit-exact to the ITU-T G.191 reference functions, by tables over all 16-bit samples."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]
"""Samples, shape [n]."""


def _alaw_expand() -> Pcm:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = ((mantissa + np.where(exponent > 0, 16, 0)) << 4) + 8
    magnitude <<= np.maximum(exponent - 1, 0)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_expand() -> Pcm:
    code = 255 - np.arange(256)
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _magnitudes(shift: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """One's complement magnitudes of all samples in the order of their unsigned 16-bit value, and which are ≥ 0."""
    sample = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    return np.where(sample < 0, ~sample, sample) >> shift, sample >= 0


def _alaw_compress() -> NDArray[np.uint8]:
    magnitude, positive = _magnitudes(4)
    exponent = np.zeros_like(magnitude)
    mantissa = magnitude.copy()
    exponent[magnitude > 15] = 1
    while (large := mantissa > 31).any():
        mantissa[large] >>= 1
        exponent[large] += 1
    code = np.where(exponent > 0, mantissa - 16 + (exponent << 4), mantissa)
    return ((code | np.where(positive, 0x80, 0)) ^ 0x55).astype(np.uint8)


def _ulaw_compress() -> NDArray[np.uint8]:
    magnitude, positive = _magnitudes(2)
    biased = np.minimum(magnitude + 33, 0x1FFF)
    segment = np.ones_like(biased)
    rest = biased >> 6
    while (rest > 0).any():
        segment[rest > 0] += 1
        rest >>= 1
    code = ((8 - segment) << 4) | (15 - ((biased >> segment) & 15))
    return (code | np.where(positive, 0x80, 0)).astype(np.uint8)


_ALAW_DECODE: Final = _alaw_expand()
_ULAW_DECODE: Final = _ulaw_expand()
_ALAW_ENCODE: Final = _alaw_compress()
_ULAW_ENCODE: Final = _ulaw_compress()


def encode_alaw(pcm: Pcm) -> bytes:
    """One byte a sample."""
    return _ALAW_ENCODE[pcm.view(np.uint16)].tobytes()


def decode_alaw(coded: bytes) -> Pcm:
    return _ALAW_DECODE[np.frombuffer(coded, dtype=np.uint8)]


def encode_ulaw(pcm: Pcm) -> bytes:
    """One byte a sample."""
    return _ULAW_ENCODE[pcm.view(np.uint16)].tobytes()


def decode_ulaw(coded: bytes) -> Pcm:
    return _ULAW_DECODE[np.frombuffer(coded, dtype=np.uint8)]
