"""Opens the engine for any line rate."""

from tts.engine import Engine
from tts.resampling import Resampled
from tts.vais.synthesis import VaisEngine
from tts.vais.variants import caller_voice


def open_engine(rate_hz: int, variant: str | None) -> Engine:
    """8 and 16 kHz are made directly, other rates from 16 kHz. Raises `UnknownCaller`, `EngineBroken`."""
    voice = caller_voice(variant)
    if rate_hz in (8000, 16000):
        return VaisEngine(rate_hz, voice)
    return Resampled(VaisEngine(16000, voice), rate_hz)
