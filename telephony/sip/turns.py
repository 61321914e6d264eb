"""What a test caller is to do in a conversation, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from telephony.g711 import Pcm
from telephony.sip.call import End
from telephony.sip.measure import Segment


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SayTurn:
    """Said when the hotline has stopped speaking."""

    pcm: Pcm
    """8 kHz."""
    text: str
    ready: Callable[[], bool] = field(default=lambda: True, repr=False)
    """Looked at every 20 ms; the turn waits for it too, such as for a person to pick up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysTurn:
    """Pressed when the hotline has stopped speaking."""

    keys: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BargeInTurn:
    """Said into what the hotline is saying, once that has been audible for `after_ms`."""

    pcm: Pcm
    text: str
    after_ms: float = 1000.0


Turn = SayTurn | KeysTurn | BargeInTurn


class TurnKind(StrEnum):
    SAY = "say"
    KEYS = "keys"
    BARGE_IN = "barge_in"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TurnResult:
    """Positions are samples of the call at the caller's ear; ends are exclusive."""

    kind: TurnKind
    said: str
    """The text, or the keys."""
    speech: Segment
    """From the turn's first to behind its last sample above −40 dBFS."""
    answered: bool
    """The hotline said something to it that is no filler."""
    cut_off: bool
    """The hotline started to speak while the caller still spoke."""
    interrupted: bool = False
    """For a barge-in: the hotline was really speaking when the caller began."""
    answer: Segment | None = None
    """From the first sample of the answer (behind fillers) to what was heard last of it."""
    phrases: tuple[Segment, ...] = ()
    """Everything that was heard after the caller's speech, fillers included, divided at pauses of 300 ms."""
    voice_to_voice_ms: float | None = None
    """None when it was not answered, or when the hotline spoke over the caller."""
    barge_in_ms: float | None = None
    """From the caller's first sample to the last one of what the hotline was saying; only for a barge-in."""
    audio: Pcm = field(repr=False)
    """The answer as heard, 8 kHz; empty if there was none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConversationResult:
    greeting: Segment | None
    """What the hotline said before the first turn; None: nothing."""
    greeting_audio: Pcm = field(repr=False)
    turns: tuple[TurnResult, ...]
    """Those that were performed: fewer than planned if the hotline hung up."""
    end: End


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineSpeaks:
    """A phrase of the hotline has begun."""

    sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    number: int
    kind: TurnKind
    said: str
    sample: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TurnFinished:
    number: int
    result: TurnResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOver:
    end: End


ConversationEvent = HotlineSpeaks | TurnStarted | TurnFinished | CallOver
