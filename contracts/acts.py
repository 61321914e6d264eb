"""What a dialog wants done: the output of `dialogs.engine.Engine.step`. Act ids count up within a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.expectation import Expectation
from contracts.meaning import Aspect


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The record that an answer rests on."""

    code: str
    """Procedure code."""
    version: str
    """Of the record: its content hash."""
    as_of: str
    """ISO date on which it was looked up."""


class Behaviour(StrEnum):
    """What kind of reply a turn got (the field `behaviour` of `tongdai ask --json`)."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOFF = "handoff"
    OUT_OF_SCOPE = "out_of_scope"
    DIALOGUE = "dialogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    act_id: int
    text: str
    """Written Vietnamese, one or more sentences; the voice reads numbers, dates and abbreviations."""
    behaviour: Behaviour = Behaviour.DIALOGUE
    qualified: bool = False
    """The answer carries a stated limitation."""
    procedure_codes: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    sources: tuple[Source, ...] = ()
    interruptible: bool = True
    rate: float = 1.0
    """Speaking rate: 1 is normal, 0.8 slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    act_id: int
    expectation: Expectation = field(default_factory=Expectation)


class HandoffReason(StrEnum):
    CALLER_ASKED = "caller_asked"
    """In words or with the key 0."""
    NOT_UNDERSTOOD = "not_understood"
    LOW_ACCEPTANCE = "low_acceptance"
    NO_SOURCE = "no_source"
    """What was asked has no fact that may be said."""
    NO_INPUT = "no_input"
    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    BUSY = "busy"
    """The hotline cannot take one more call."""
    FAULT = "fault"
    """An error in the program, the flow or an engine."""
    SUPERVISOR = "supervisor"
    """Somebody who watched the call took it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    act_id: int
    reason: HandoffReason
    summary: str
    """One line for the person who takes over; no personal data."""
    to: str = ""
    """The number of that person's phone; empty: the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    act_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something for the record only."""

    act_id: int
    name: str
    fields: Mapping[str, str | int | float | bool] = field(default_factory=dict[str, str | int | float | bool])


Act = Say | Listen | Transfer | HangUp | Note
