"""Voice activity: silero at 8 kHz on onnxruntime. One session with one thread serves every call of a process.

Windows of 256 samples, each seen with the 32 samples before it; a window in which nothing is louder than −70 dBFS is
silence without asking the model, which saves most of its work on digital lines. The recurrent state of a stream is
thrown away in long silence: after a minute of hold music it misses 12 % of the speech instead of 3 %, and a fresh state
mends that. Source of model and window sizes: silero-vad 6.2 (MIT).
"""

from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from asr.models import vad_model
from asr.onnx_session import OnnxSession

RATE_HZ = 8000
WINDOW_SAMPLES = 256
"""32 ms."""
_CONTEXT_SAMPLES = 32
_RESET_AFTER_WINDOWS = 62
"""About 2 s of clear non-speech."""
_CLEARLY_SILENT = 0.1
_QUIET_PEAK = np.float32(0.0003)
"""−70 dBFS of full scale 1: a quiet caller of −40 dBFS is heard as before."""

Floats = NDArray[np.float32]


class SpeechDetector(Protocol):
    """What the ear needs of a detector; `VadStream` is the real one."""

    def feed(self, pcm: bytes) -> list[tuple[int, float]]:
        """For each window that is complete now: its first sample (from the start or `reset`), and P(speech)."""
        ...

    def reset(self) -> None:
        """Starts anew; positions count from 0 again."""
        ...


@lru_cache(maxsize=1)
def _session() -> OnnxSession:
    return OnnxSession(vad_model())


def warm_up() -> None:
    """Loads the model and runs it once: tenths of a second that would hold up every call when the first one comes."""
    VadStream().feed(b"\x00\x10" * WINDOW_SAMPLES)


class VadStream:
    """The detector of one call: PCM16 at 8 kHz in, probabilities out. About 4 kB each."""

    def __init__(self) -> None:
        self._session = _session()
        self._rate = np.array(RATE_HZ, np.int64)
        self._waiting = b""
        self._position = 0
        self._forget()

    def feed(self, pcm: bytes) -> list[tuple[int, float]]:
        self._waiting += pcm
        found: list[tuple[int, float]] = []
        size = WINDOW_SAMPLES * 2
        while len(self._waiting) >= size:
            window = np.frombuffer(self._waiting[:size], "<i2").astype(np.float32) * np.float32(1 / 32768)
            self._waiting = self._waiting[size:]
            found.append((self._position, self._probability(window)))
            self._position += WINDOW_SAMPLES
        return found

    def reset(self) -> None:
        self._position = 0
        self._waiting = b""
        self._forget()

    def _forget(self) -> None:
        self._state: Floats = np.zeros((2, 1, 128), np.float32)
        self._context: Floats = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._silent_windows = 0

    def _probability(self, window: Floats) -> float:
        if np.abs(window).max() < _QUIET_PEAK:
            self._context = window[-_CONTEXT_SAMPLES:]
            self._count_silence(0.0)
            return 0.0
        fed = np.concatenate([self._context, window])[None]
        outputs = self._session.run({"input": fed, "state": self._state, "sr": self._rate})
        probability = float(outputs[0][0, 0])
        self._state = outputs[1]
        self._context = window[-_CONTEXT_SAMPLES:]
        self._count_silence(probability)
        return probability

    def _count_silence(self, probability: float) -> None:
        self._silent_windows = self._silent_windows + 1 if probability < _CLEARLY_SILENT else 0
        if self._silent_windows >= _RESET_AFTER_WINDOWS:
            self._forget()
