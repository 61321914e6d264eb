"""espeak-ng's Vietnamese voice as an engine."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import espeakng_loader
import numpy as np

from tts.engine import Block, Engine
from tts.espeak.library import NORMAL_WORDS_PER_MINUTE, Library
from tts.resampling import Resampled

_VOICE = "vi"
_GAIN = 0.8
_PHRASE = re.compile(r"[^,.;:?!…]+[,.;:?!…]*")
_RATES = (80, 450)
"""Words per minute that the library takes."""


def open_engine(rate_hz: int, variant: str | None) -> Engine:
    """`variant` is not heard: this engine has one speaker. Raises `EngineBroken`."""
    return Resampled(EspeakEngine(), rate_hz)


class EspeakEngine:
    def __init__(self) -> None:
        self._library = Library(_VOICE)
        self.rate_hz = self._library.rate_hz

    @property
    def model(self) -> str:
        return _library_hash()

    def speak(self, words: str, *, rate: float = 1.0) -> Iterator[Block]:
        speed = int(np.clip(NORMAL_WORDS_PER_MINUTE * rate, *_RATES))
        for match in _PHRASE.finditer(words):
            parts: list[bytes] = []

            def keep(pcm: bytes, parts: list[bytes] = parts) -> bool:
                parts.append(pcm)
                return True

            # A phrase takes one or two milliseconds, so nothing is gained by handing out less.
            self._library.speak(match[0], speed, keep)
            pcm = np.frombuffer(b"".join(parts), "<i2")
            if len(pcm):
                yield Block(pcm=(pcm * np.float32(_GAIN)).astype(np.int16), words_at=match.start())


@lru_cache(maxsize=1)
def _library_hash() -> str:
    return hashlib.sha256(Path(espeakng_loader.get_library_path()).read_bytes()).hexdigest()[:12]
