"""PCM on a line: 16-bit little-endian mono, cut into frames of 20 ms, counted in samples of the line's clock."""

FRAME_MS = 20
SAMPLE_BYTES = 2
PHONE_RATE_HZ = 8000


def frame_samples(rate_hz: int) -> int:
    """Samples in one frame: 160 at 8 kHz."""
    return rate_hz * FRAME_MS // 1000


def frame_bytes(rate_hz: int) -> int:
    """Bytes in one frame: 320 at 8 kHz."""
    return frame_samples(rate_hz) * SAMPLE_BYTES


def ms_to_samples(ms: float, rate_hz: int) -> int:
    return round(ms * rate_hz / 1000)


def samples_to_ms(samples: int, rate_hz: int) -> float:
    return samples * 1000 / rate_hz


def silence(samples: int) -> bytes:
    return bytes(samples * SAMPLE_BYTES)
