"""Sound files: PCM16 in WAV."""

import wave
from pathlib import Path

import numpy as np

from contracts.audio import SAMPLE_BYTES
from telephony.errors import WavError
from telephony.resample import Pcm, resample


def read_wav(path: Path, rate_hz: int) -> bytes:
    """PCM16 mono at `rate_hz`; several channels are mixed. Raises `WavError`."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != SAMPLE_BYTES:
                raise WavError(f"{path}: {8 * file.getsampwidth()} bits per sample, not 16")
            found_hz, channels = file.getframerate(), file.getnchannels()
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise WavError(f"{path}: {str(error) or 'ends too early'}") from None
    whole = len(data) - len(data) % (SAMPLE_BYTES * channels)
    samples = np.frombuffer(data[:whole], dtype="<i2").reshape(-1, channels)
    mono: Pcm = np.rint(samples.mean(axis=1)).astype(np.int16) if channels > 1 else samples[:, 0].astype(np.int16)
    return resample(mono, found_hz, rate_hz).astype("<i2").tobytes()


def write_wav(path: Path, *channels: bytes | Pcm, rate_hz: int) -> None:
    """PCM16, one track a channel; shorter ones are filled up with silence. Raises `OSError`."""
    tracks = [np.frombuffer(channel, "<i2") if isinstance(channel, bytes) else channel for channel in channels]
    length = max(map(len, tracks))
    filled = np.stack([np.pad(track, (0, length - len(track))) for track in tracks], axis=1)
    # Opened here: a `wave` writer that cannot open its file leaves a half-made object behind.
    with path.open("wb") as file, wave.open(file, "wb") as sound:
        sound.setnchannels(len(tracks))
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(rate_hz)
        sound.writeframes(filled.astype("<i2").tobytes())
