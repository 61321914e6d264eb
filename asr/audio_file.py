"""Audio files to mono samples: WAV of any kind, FLAC, and whatever else libsndfile reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import soxr as _soxr
from numpy.typing import NDArray

from asr.errors import AudioUnreadable

_resampler = cast(Any, _soxr)  # its stubs are partial
Floats = NDArray[np.float32]

_FULL_SCALE = 32767


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    samples: Floats
    """[n], mono, −1 to 1."""
    rate_hz: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz

    def resampled(self, rate_hz: int) -> "Audio":
        if rate_hz == self.rate_hz:
            return self
        samples = cast(Floats, _resampler.resample(self.samples, self.rate_hz, rate_hz, quality="HQ"))
        return Audio(samples=samples.astype(np.float32), rate_hz=rate_hz)

    def pcm16(self) -> bytes:
        return np.round(np.clip(self.samples, -1.0, 1.0) * _FULL_SCALE).astype("<i2").tobytes()


def read_audio(path: Path) -> Audio:
    """Channels are averaged. Raises `AudioUnreadable` naming the file for what is no audio, damaged or empty."""
    import soundfile as _soundfile  # only for files: the hotline itself does without libsndfile

    soundfile = cast(Any, _soundfile)
    if not path.is_file():
        raise AudioUnreadable(f"{path}: {'is a folder' if path.is_dir() else 'no such file'}")
    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise AudioUnreadable(f"{path}: not an audio file that can be read: {error.error_string}") from error
    mono = np.nan_to_num(cast(Floats, samples).mean(axis=1, dtype=np.float32), posinf=1.0, neginf=-1.0)
    if not len(mono):
        raise AudioUnreadable(f"{path}: holds no audio")
    return Audio(samples=mono, rate_hz=int(rate_hz))
