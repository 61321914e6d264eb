"""Other speakers from the one model: simulated callers for the demo, tests and benchmarks.

`pitch` multiplies f0, `formants` stretches the spectrum (below 1: a longer vocal tract, a man's). Of the variants
tried, pitch 0.6 with formants 0.87 is the one that recognisers understand best.
"""

from dataclasses import dataclass

from tts.errors import UnknownCaller


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerVoice:
    name: str
    pitch: float = 1.0
    """Factor of f0."""
    formants: float = 1.0
    """Factor of the spectrum's frequencies, 0.8–1.2."""
    speed: float = 1.0
    """Factor of the speaking rate."""
    noise_dbfs: float | None = None
    """Level of white noise behind the speech; None: silence."""


HOTLINE = CallerVoice(name="hotline")
"""The hotline's own voice."""

CALLERS = {
    voice.name: voice
    for voice in (
        CallerVoice(name="caller1", pitch=0.6, formants=0.87),
        CallerVoice(name="caller2"),
        CallerVoice(name="caller3", pitch=0.7, formants=0.92, speed=1.1),
        CallerVoice(name="caller4", pitch=1.1, formants=1.03, speed=0.95),
        CallerVoice(name="caller5", pitch=0.55, formants=0.87, speed=0.85),
        CallerVoice(name="caller6", pitch=0.63, formants=0.89, noise_dbfs=-50),
        CallerVoice(name="caller7", pitch=0.92, formants=0.97, noise_dbfs=-50),
        CallerVoice(name="caller8", pitch=0.6, formants=0.85, speed=1.15),
    )
}


def caller_voice(name: str | None) -> CallerVoice:
    """The hotline's voice for None. Raises `UnknownCaller`."""
    if name is None or name == HOTLINE.name:
        return HOTLINE
    if name not in CALLERS:
        raise UnknownCaller(f"variant: {name} is not one of {', '.join(CALLERS)}")
    return CALLERS[name]
