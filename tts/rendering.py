"""Speech in one piece, in this process: for tests, prompts and simulated callers."""

from functools import lru_cache

import numpy as np

from tts.engine import Engine, Pcm
from tts.engines import open_engine
from tts.reading import read


@lru_cache(maxsize=8)
def _engine(name: str, variant: str | None, rate_hz: int) -> Engine:
    return open_engine(name, rate_hz=rate_hz, variant=variant)


def render(
    text: str, *, engine: str = "vais", variant: str | None = None, rate_hz: int = 8000, rate: float = 1.0
) -> Pcm:
    """Written Vietnamese to samples [n]; empty for a text without words. Raises `VoiceError`."""
    speaker = _engine(engine, variant, rate_hz)
    blocks = [block.pcm for block in speaker.speak(read(text).words, rate=rate)]
    return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)
