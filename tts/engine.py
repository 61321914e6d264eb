"""What an engine is: words to PCM, a block at a time, in one thread of a process that may die."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]
"""Mono samples at the engine's `rate_hz`, shape [samples]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some audio, in the order in which it is heard."""

    pcm: Pcm
    words_at: int
    """Where in the words the phrase begins that this audio is part of; characters."""


class Engine(Protocol):
    """The same words and rate always give the same samples: a sentence cut off by a dead worker goes on exactly."""

    @property
    def rate_hz(self) -> int: ...

    @property
    def model(self) -> str:
        """Hash or version of what decides the sound; a part of every cache key."""
        ...

    def speak(self, words: str, *, rate: float = 1.0) -> Iterator[Block]:
        """`words` as `tts.reading.read` gives them; `rate` 0.8 is slower. No words: no block."""
        ...
