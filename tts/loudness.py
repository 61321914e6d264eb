"""One loudness for all phrases: a fixed gain, and a soft limit that knows nothing of neighbouring samples."""

import numpy as np
import numpy.typing as npt

from tts.engine import Pcm

KNEE = 0.6
_ROOM = 0.97 - KNEE


def level(sound: npt.NDArray[np.float64]) -> Pcm:
    """PCM16 of `sound` (full scale 1.0): straight below `KNEE`, bent above it, never clipped."""
    size = np.abs(sound)
    bent = KNEE + _ROOM * np.tanh((size - KNEE) / _ROOM)
    limited = np.where(size > KNEE, np.copysign(bent, sound), sound)
    return np.round(np.nan_to_num(limited) * 32767).astype(np.int16)
