"""Everything a dialog remembers about its call. Plain values: a state can be stored and gone on from."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pydantic import TypeAdapter

from contracts.acts import HandoffReason, Say
from contracts.context import Context
from contracts.expectation import Expectation
from contracts.meaning import Aspect
from contracts.on_air import OnAir


class Phase(StrEnum):
    NEW = "new"
    TALKING = "talking"
    TRANSFERRING = "transferring"
    ENDING = "ending"
    """We have said goodbye."""
    ENDED = "ended"


class Waiting(StrEnum):
    """What the caller was asked last."""

    QUESTION = "question"
    """Nothing in particular: the caller has the word."""
    PROCEDURE = "procedure"
    CHOICE = "choice"
    ASPECT = "aspect"
    CONFIRM = "confirm"
    MORE = "more"
    """Whether to hear the other cases."""
    CASE = "case"
    """Which case of the procedure is the caller's."""
    WARD = "ward"
    """In which of the wards that an old unit became the caller lives."""
    ANYTHING_ELSE = "anything_else"
    HANDOFF = "handoff"
    """Whether to be put through to a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPointer:
    """A fact not yet said: its place among the facts of the procedure and aspect."""

    aspect: Aspect
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is being asked about, as far as known."""

    procedure_code: str | None = None
    procedure_name: str = ""
    aspects: tuple[Aspect, ...] = ()
    acceptance: float = 1.0
    confirmed: bool = False
    """By the caller's yes or choice."""
    offers: tuple[Offer, ...] = ()
    """Procedures between which the caller must choose; empty: nothing to choose."""
    cues: tuple[str, ...] = ()
    """Words that point to a case of the procedure; never the whole sentence."""
    cases: tuple[str, ...] = ()
    """The caller's cases, by answers; "": the normal one."""
    settled: tuple[str, ...] = ()
    """Questions about cases that were answered."""
    case_unknown: bool = False
    """The caller does not know which case is his."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where the caller is, as far as he has said; kept for the call."""

    ward: str = ""
    """Code of a ward or commune of today."""
    loosely: bool = False
    """Only its name was said, which was a district's, too."""
    old: str = ""
    """The old unit that was said, as `Places.olds` knows it."""
    told: bool = False
    """The caller has heard to which ward the old unit belongs."""
    unknown: bool = False
    """The caller does not know in which of the wards he is."""
    district: str = ""
    """A district that is no more, where nothing smaller was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Things that went wrong in a row."""

    no_input: int = 0
    no_match: int = 0
    unclear: int = 0
    out_of_scope: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A step of a flow to go on from."""

    flow: str
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    act_id: int
    heard_chars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    phase: Phase = Phase.NEW
    today: date | None = None
    next_act_id: int = 1
    rate: float = 1.0
    waiting: Waiting = Waiting.QUESTION
    expectation: Expectation = field(default_factory=Expectation)
    """What is listened for now."""
    resume: Place | None = None
    """The step that asked the caller something."""
    tries: int = 0
    """How often in a row `resume` has asked."""
    question: Question = field(default_factory=Question)
    answered: bool = False
    """The last answer said something."""
    missing: tuple[Aspect, ...] = ()
    """Aspects of the last question without a fact that may be said."""
    rest: tuple[FactPointer, ...] = ()
    """Facts of other cases, not yet said."""
    topics: tuple[str, ...] = ()
    """What was answered in this call, for the person who takes over."""
    cited: tuple[str, ...] = ()
    """Codes whose source has been named."""
    counts: Counts = field(default_factory=Counts)
    last_says: tuple[Say, ...] = ()
    """What "nhắc lại" says again."""
    interrupted: Interrupted | None = None
    cut_in: bool = False
    """This caller has been asked to excuse that we cut in."""
    reason: HandoffReason | None = None
    transfer_id: int | None = None
    transfers_failed: int = 0
    on_air: OnAir = field(default_factory=OnAir)
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    told: tuple[str, ...] = ()
    """Ids of bulletins that this caller has heard."""

    @property
    def offered(self) -> tuple[str, ...]:
        return tuple(offer.code for offer in self.question.offers) if self.waiting is Waiting.CHOICE else ()

    def context(self) -> Context:
        """What helps to understand the caller's next turn."""
        return Context(
            procedure_code=self.question.procedure_code,
            aspects=self.question.aspects,
            expectation=self.expectation,
            offered=self.offered,
        )

    def to_json(self) -> str:
        return _ADAPTER.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "State":
        """Raises `ValueError` for what `to_json` did not write."""
        return _ADAPTER.validate_json(text)


_ADAPTER: TypeAdapter[State] = TypeAdapter(State)
