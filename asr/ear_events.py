"""What an ear tells: the output of `asr.ear.Ear`, beside the finished turn (`contracts.heard.Heard`)."""

from dataclasses import dataclass

from asr.recognizer import Partial
from contracts.heard import Heard


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceNoticed:
    """Somebody may have begun to speak: `SpeechStarted` or `SpeechDropped` follows within a third of a second."""

    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    sample: int
    """Of the first speech, on the line's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechGoesOn:
    """The turn has so much more speech."""

    speech_ms: float
    """Of the turn so far, without its silences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechDropped:
    """What had started was no speech: a cough, a noise; the ear goes on listening."""

    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialHeard:
    partial: Partial


@dataclass(frozen=True, slots=True, kw_only=True)
class NoInput:
    """Nothing was said in the expectation's time; the ear listens no longer."""

    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionFailed:
    """The turn is lost; the ear listens no longer."""

    sample: int
    code: str
    """Of the `EarError`."""


EarEvent = (
    VoiceNoticed | SpeechStarted | SpeechGoesOn | SpeechDropped | PartialHeard | Heard | NoInput | RecognitionFailed
)
"""`Heard`, `NoInput` and `RecognitionFailed` end an expectation."""
