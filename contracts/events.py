"""What happens to a dialog: the input of `dialogs.engine.Engine.step`."""

from dataclasses import dataclass, field
from datetime import date

from contracts.heard import Heard
from contracts.meaning import Meaning
from contracts.on_air import OnAir


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted:
    today: date
    """The as-of date for everything that is answered in this call."""
    on_air: OnAir = field(default_factory=OnAir)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A turn of the caller, with its meaning."""

    heard: Heard
    meaning: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    key: str
    """One of 0–9 * # A–D."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Nothing was said within the expectation's no-input time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BargedIn:
    """The caller interrupted a `Say`."""

    act_id: int
    heard_chars: int
    """How much of the text was heard, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFinished:
    act_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFailed:
    act_id: int
    code: str
    """Stable code of the error, such as `voice.unavailable` or `transfer.no_agent`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """Somebody who watches the call wants a person to have it now."""

    to: str = ""
    """The number of the person's phone; empty: the queue."""
    by: str = ""
    """Who wants it; personal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAirChanged:
    """Somebody stopped content or put it on again, or a bulletin came or went. Counts from the next answer."""

    on_air: OnAir


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp:
    """The caller is gone; nothing more can be said."""


Event = (
    CallStarted
    | Understood
    | KeyPressed
    | Silence
    | BargedIn
    | ActFinished
    | ActFailed
    | TakenOver
    | OnAirChanged
    | HungUp
)
