"""Answers composed from facts: the normal case first, then the case the caller named, each with its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.acts import Source
from contracts.meaning import Aspect
from contracts.on_air import OnAir
from contracts.syllables import is_within, syllables
from dialogs.cases import is_his, pending
from dialogs.content import Content
from dialogs.state import FactPointer, Question
from procedures.record import CaseQuestion, Procedure, Profile, SpokenFact, WardOffice


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is said about one aspect."""

    aspect: Aspect
    text: str
    qualified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    parts: tuple[Part, ...]
    missing: tuple[Aspect, ...] = ()
    """Asked aspects without a fact that may be said."""
    rest: tuple[FactPointer, ...] = ()
    """Facts of other cases."""


def source_of(procedure: Procedure, today: date) -> Source:
    return Source(code=procedure.code, version=procedure.version, as_of=today.isoformat())


def matched_cues(procedure: Procedure, text: str) -> tuple[str, ...]:
    """Those cues of the procedure's cases that the caller's words contain."""
    said = syllables(text)
    cues = dict.fromkeys(cue for fact in procedure.facts for cue in fact.cues)
    return tuple(cue for cue in cues if (words := syllables(cue)) and is_within(words, said))


class Composer:
    def __init__(self, content: Content, profile: Profile, on_air: OnAir) -> None:
        self._content = content
        self._profile = profile
        self._on_air = on_air

    def facts(self, code: str, aspect: Aspect, today: date) -> tuple[SpokenFact, ...]:
        """Of the aspect, or of the first fallback that has any. An aspect of which something was stopped has none."""
        for wanted in (aspect, *self._content.thresholds.fallbacks.get(aspect, ())):
            found = self._content.catalogue.facts(code, wanted, today, self._profile)
            if self._on_air.stops and any(self._on_air.stopped(code, wanted, fact.id) for fact in found):
                return self._left(code, wanted, found)
            if found:
                return found
        return ()

    def _left(self, code: str, aspect: Aspect, facts: Sequence[SpokenFact]) -> tuple[SpokenFact, ...]:
        """What may still be said; nothing without the normal case, which the others only add to."""
        left = tuple(fact for fact in facts if not self._on_air.stopped(code, aspect, fact.id))
        lost_normal = any(not fact.case for fact in facts) and all(fact.case for fact in left)
        return () if lost_normal else left

    def answer(self, question: Question, today: date) -> Answer:
        """`question.procedure_code` must be known."""
        code = question.procedure_code or ""
        parts: list[Part] = []
        missing: list[Aspect] = []
        rest: list[FactPointer] = []
        told: set[str] = set()
        excluded = self._excluded(question, today)
        for aspect in self._now(question):
            facts = self.facts(code, aspect, today)
            if not facts:
                missing.append(aspect)
                continue
            chosen = self._choose(facts, question)
            parts.append(self._part(aspect, [facts[index] for index in chosen], told))
            others = [index for index in range(len(facts)) if index not in chosen and facts[index].case not in excluded]
            rest += [FactPointer(aspect=aspect, index=index) for index in others]
        return Answer(parts=tuple(parts), missing=tuple(missing), rest=tuple(rest))

    def case_question(self, question: Question, today: date) -> CaseQuestion | None:
        """What must be known of the caller's case before the question can be answered."""
        code = question.procedure_code or ""
        procedure = self._content.catalogue.get(code, today)
        facts = [(aspect, self.facts(code, aspect, today)) for aspect in self._now(question)]
        return pending(question, procedure.questions, facts) if procedure else None

    def ward_office(self, question: Question, today: date) -> WardOffice | None:
        """The office of each ward that the answer about the place tells."""
        if Aspect.PLACE not in self._now(question):
            return None
        facts = self.facts(question.procedure_code or "", Aspect.PLACE, today)
        offices = [facts[index].ward_office for index in self._choose(facts, question)]
        return next((office for office in offices if office is not None), None)

    def more(self, question: Question, rest: Sequence[FactPointer], today: date) -> Answer:
        """The next facts of `rest`."""
        code = question.procedure_code or ""
        count = self._content.thresholds.more_per_turn
        told: set[str] = set()
        parts: list[Part] = []
        for pointer in rest[:count]:
            facts = self.facts(code, pointer.aspect, today)
            if pointer.index < len(facts):
                parts.append(self._part(pointer.aspect, [facts[pointer.index]], told))
        return Answer(parts=tuple(parts), rest=tuple(rest[count:]))

    def cases(self, question: Question, rest: Sequence[FactPointer], today: date) -> tuple[str, ...]:
        """The names of the first cases in `rest`."""
        names: dict[str, None] = {}
        for pointer in rest:
            facts = self.facts(question.procedure_code or "", pointer.aspect, today)
            if pointer.index < len(facts) and facts[pointer.index].case:
                names[facts[pointer.index].case] = None
        return tuple(names)

    def _now(self, question: Question) -> tuple[Aspect, ...]:
        """The aspects that one answer has room for."""
        return question.aspects[: self._content.thresholds.aspects_per_answer]

    def _excluded(self, question: Question, today: date) -> frozenset[str]:
        """Cases that the caller's answers, or the case that he named himself, have ruled out."""
        procedure = self._content.catalogue.get(question.procedure_code or "", today)
        if procedure is None or question.case_unknown:
            return frozenset()
        his = {*question.cases, *(fact.case for fact in procedure.facts if is_his(fact, question))}
        ruled = [one for one in procedure.questions if one.ask in question.settled or his & set(one.cases)]
        return frozenset(case for one in ruled for case in one.cases) - his

    def _choose(self, facts: Sequence[SpokenFact], question: Question) -> list[int]:
        """Indices of what is said now: normal facts, and facts of the caller's case; without either the first cases."""
        limit = self._content.thresholds.facts_per_aspect
        named = [index for index, fact in enumerate(facts) if is_his(fact, question)]
        normal = [index for index, fact in enumerate(facts) if not fact.case]
        kept = named[: limit - 1] if normal else named[:limit]
        return sorted([*normal[: limit - len(kept)], *kept]) or list(range(min(limit, len(facts))))

    def _part(self, aspect: Aspect, facts: Sequence[SpokenFact], told: set[str]) -> Part:
        sentences = [fact.phrase for fact in facts]
        for fact in facts:
            if fact.limitation and fact.limitation not in told:
                told.add(fact.limitation)
                sentences.append(fact.limitation)
        return Part(aspect=aspect, text=" ".join(sentences), qualified=any(fact.qualified for fact in facts))
