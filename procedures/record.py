"""What the city knows about one procedure: its names, its dates, and the facts that may be spoken."""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.meaning import Aspect

FACT_ID_CHARS = 8


class Profile(StrEnum):
    """Who may be answered with what."""

    DEMO = "demo"
    """Speaks facts that no officer has reviewed, and says that it is a demonstration."""
    PRODUCTION = "production"


class FactStatus(StrEnum):
    SAYABLE = "sayable"
    QUALIFIED = "qualified"
    """May be said together with its limitation only."""
    HAND_OVER = "hand_over"
    """Must not be said; a person answers."""
    UNREVIEWED = "unreviewed"
    """Taken from the record; no officer has signed it yet."""


class WardOffice(StrEnum):
    """Of each ward or commune, where papers of those who live there are taken."""

    RECEPTION = "điểm tiếp nhận của phường, xã"
    COMMITTEE = "ủy ban phường, xã"
    POLICE = "công an phường, xã"

    def of(self, ward: str) -> str:
        """ "phường Láng" → "công an phường Láng"."""
        return self.value.replace("phường, xã", ward)


class TimeUnit(StrEnum):
    WORKING_DAY = "ngày làm việc"
    DAY = "ngày"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    amount_vnd: int
    per: str = ""
    """What is paid for: "bản", "lần", "thẻ"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    amount: int
    unit: TimeUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    yes: bool


Value = Money | Duration | Papers | YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSource:
    """Where in the published record a fact stands."""

    field: str
    """Part of the record, such as `documents` or `submission_methods`."""
    hash: str
    """Of that part when the fact was written: another hash means that the fact must be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenFact:
    aspect: Aspect
    phrase: str
    """What is said: one or two short sentences of our own, written Vietnamese."""
    source: FactSource
    status: FactStatus
    case: str = ""
    """The case it holds for, to be read after "trường hợp"; empty: the normal case."""
    cues: tuple[str, ...] = ()
    """Words of a caller that ask for this case at once."""
    value: Value | None = None
    limitation: str = ""
    """What the caller must be told with it."""
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day on which it holds."""
    reviewer: str = ""
    review_by: date | None = None
    """Last day on which the review counts."""
    ward_office: WardOffice | None = None
    """Of the ward where the caller lives, if that is the place that the fact tells."""
    source_changed: bool = False
    """The source's text is no longer that from which this was written: nobody may hear it before it was read again."""

    @property
    def id(self) -> str:
        """Of this sentence about this case: another sentence has another id."""
        return hashlib.sha256(f"{self.aspect.value}|{self.case}|{self.phrase}".encode()).hexdigest()[:FACT_ID_CHARS]

    @property
    def qualified(self) -> bool:
        return self.status is FactStatus.QUALIFIED or bool(self.limitation)

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def sayable(self, day: date, profile: Profile) -> bool:
        """Whether a caller may hear it on that day."""
        if self.status is FactStatus.HAND_OVER or self.source_changed or not self.holds_on(day):
            return False
        if profile is Profile.DEMO:
            return True
        reviewed = self.status is not FactStatus.UNREVIEWED and bool(self.reviewer)
        return reviewed and (self.review_by is None or day <= self.review_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer:
    case: str
    """As in the facts; empty: the normal case."""
    words: tuple[str, ...]
    """What a caller says who means it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuestion:
    """Tells the cases of some aspects apart by something that the caller can see for himself."""

    aspects: tuple[Aspect, ...]
    ask: str
    answers: tuple[CaseAnswer, ...]
    """In the order of the keys, from 1; the key after the last is for those who do not know."""

    @property
    def cases(self) -> tuple[str, ...]:
        return tuple(answer.case for answer in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSource:
    """The published record behind a procedure."""

    decision: str
    """Number of the decision that published it; empty: the record names none."""
    updated: date | None
    """Last change on the national portal; None: not known."""
    hash: str
    """Of the whole record as it was read."""
    read: date | None = None
    """The day on which it was read; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    code: str
    name: str
    """Official name."""
    short_name: str
    """As spoken."""
    aliases: tuple[str, ...]
    """What people call it."""
    facts: tuple[SpokenFact, ...]
    version: str
    """Hash of this content."""
    source: RecordSource
    questions: tuple[CaseQuestion, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    """Last day in force; None: open."""

    @property
    def known_since(self) -> date | None:
        """The first day for which we know that it held: it came into force, or was seen so on the portal."""
        return self.valid_from or self.source.updated or self.source.read

    def in_force(self, day: date) -> bool:
        """As far as is known: a record without `valid_from` says nothing about the time before it was seen."""
        since = self.known_since
        return (since is None or since <= day) and (self.valid_to is None or day <= self.valid_to)
