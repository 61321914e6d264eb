"""One turn being made: the acts so far, and the state that they lead to. Lives only within `Engine.step`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from contracts.acts import Act, Behaviour, HandoffReason, HangUp, Listen, Say, Source, Transfer
from contracts.expectation import Expectation
from contracts.meaning import Aspect
from dialogs.answers import Answer, Composer, source_of
from dialogs.conditions import Value
from dialogs.content import Content
from dialogs.handoff import question_text, summary
from dialogs.state import Counts, Phase, Place, Question, State, Waiting
from dialogs.whereabouts import options, ward_words
from procedures.others import is_matter_of_others
from procedures.places import Ward
from procedures.record import CaseQuestion, Procedure, Profile, WardOffice


class Turn:
    def __init__(self, state: State, content: Content, profile: Profile) -> None:
        self.state = state
        self.content = content
        self._profile = profile
        self._composer = Composer(content, profile, state.on_air)
        self._acts: list[Act] = []

    @property
    def acts(self) -> tuple[Act, ...]:
        return tuple(self._acts)

    @property
    def says(self) -> tuple[Say, ...]:
        return tuple(act for act in self._acts if isinstance(act, Say))

    @property
    def over(self) -> bool:
        """The caller has the word, or nothing more is to come."""
        return any(isinstance(act, Listen | Transfer | HangUp) for act in self._acts)

    # What is done

    def say(self, name: str, behaviour: Behaviour = Behaviour.DIALOGUE, *, interruptible: bool = True) -> None:
        """A sentence of responses.yml."""
        text = self.content.responses.text(name, **self.placeholders())
        self.utter(text, behaviour=behaviour, interruptible=interruptible)

    def utter(
        self,
        text: str,
        *,
        behaviour: Behaviour,
        qualified: bool = False,
        aspects: tuple[Aspect, ...] = (),
        sources: tuple[Source, ...] = (),
        interruptible: bool = True,
        of_question: bool = True,
    ) -> None:
        """`of_question`: says something about the procedure that is asked about."""
        code = self.state.question.procedure_code
        offered = tuple(offer.code for offer in self.state.question.offers)
        about = of_question and behaviour in _ABOUT_QUESTION
        self._acts.append(
            Say(
                act_id=self._next_id(),
                text=text,
                behaviour=behaviour,
                qualified=qualified,
                procedure_codes=self._codes(behaviour, code, offered) if of_question else (),
                aspects=aspects or (self.state.question.aspects if about else ()),
                sources=sources,
                interruptible=interruptible,
                rate=self.state.rate,
            )
        )

    def utter_again(self, says: tuple[Say, ...]) -> None:
        for say in says:
            self._acts.append(replace(say, act_id=self._next_id(), rate=self.state.rate, behaviour=Behaviour.DIALOGUE))

    def listen(self, waiting: Waiting, *, phrases: tuple[str, ...] = ()) -> None:
        expectation = self.content.thresholds.listen[waiting]
        if phrases:
            expectation = replace(expectation, phrases=(*phrases, *expectation.phrases))
        self._listen(waiting, expectation)

    def listen_again(self) -> None:
        """For what was listened for before."""
        self._listen(self.state.waiting, self.state.expectation)

    def ask(self, place: Place, name: str, waiting: Waiting, *, phrases: tuple[str, ...] = ()) -> None:
        """A question that `place` needs answered before the flow goes on."""
        tries = self.state.tries + 1 if self.state.resume == place else 1
        self.set(resume=place, tries=tries)
        self.say(name, Behaviour.CLARIFY)
        self.listen(waiting, phrases=phrases)

    def tell_bulletins(self) -> None:
        """Those that belong to the question, each once in a call."""
        question = self.state.question
        for bulletin in self.state.on_air.bulletins:
            if bulletin.id not in self.state.told and bulletin.concerns(question.procedure_code, question.aspects):
                self.set(told=(*self.state.told, bulletin.id))
                self.utter(bulletin.text, behaviour=Behaviour.DIALOGUE)

    def transfer(self, reason: HandoffReason, *, to: str = "") -> None:
        """`to`: the number of one phone; empty: the queue of people."""
        self.set(reason=reason, phase=Phase.TRANSFERRING)
        words = summary(self.state, self.content.responses)
        act = Transfer(act_id=self._next_id(), reason=reason, summary=words, to=to)
        self._acts.append(act)
        self.set(transfer_id=act.act_id)

    def hang_up(self) -> None:
        self._acts.append(HangUp(act_id=self._next_id()))
        self.set(phase=Phase.ENDING)

    # What is known

    def set(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # pyright: ignore[reportArgumentType]

    @property
    def procedure(self) -> Procedure | None:
        """The procedure being asked about, in force today."""
        code, today = self.state.question.procedure_code, self.state.today
        return self.content.catalogue.get(code, today) if code and today else None

    def answer(self) -> Answer:
        today = self.state.today
        if self.procedure is None or today is None:
            return Answer(parts=(), missing=self.state.question.aspects)
        return self._composer.answer(self.state.question, today)

    def case_question(self) -> CaseQuestion | None:
        """What must be known of the caller's case before anything can be said."""
        today = self.state.today
        return self._composer.case_question(self.state.question, today) if self.procedure and today else None

    def may_say_places(self) -> bool:
        today = self.state.today
        return today is not None and self.content.places.sayable(today, self._profile)

    def ward_office(self) -> WardOffice | None:
        """Of each ward, where that is the place that answers the question, and wards may be spoken of."""
        today = self.state.today
        if self.procedure is None or today is None or not self.may_say_places():
            return None
        return self._composer.ward_office(self.state.question, today)

    def wards(self) -> tuple[Ward, ...]:
        """Between which the caller must choose."""
        return options(self.state.whereabouts, self.content.places)

    def more(self) -> Answer:
        today = self.state.today
        if self.procedure is None or today is None:
            return Answer(parts=())
        return self._composer.more(self.state.question, self.state.rest, today)

    def source(self) -> tuple[Source, ...]:
        procedure, today = self.procedure, self.state.today
        return (source_of(procedure, today),) if procedure and today else ()

    def values(self) -> Mapping[str, Value]:
        """What conditions of flows can ask about."""
        state, thresholds = self.state, self.content.thresholds
        counts: Counts = state.counts
        return {
            "acceptance": state.question.acceptance,
            "answer_above": thresholds.answer_above,
            "confirm_above": thresholds.confirm_above,
            "confirmed": state.question.confirmed,
            "procedure": state.question.procedure_code is not None,
            "known": self.procedure is not None,
            "of_others": is_matter_of_others(state.question.procedure_code or ""),
            "too_early": self._known_since() is not None,
            "case_unknown": state.question.case_unknown,
            "by_ward": self.ward_office() is not None,
            "old_ward": bool(state.whereabouts.old) and not state.whereabouts.told and self.may_say_places(),
            "aspect": self._has_aspect(),
            "general": state.question.aspects == (Aspect.GENERAL,),
            "ambiguous": bool(state.question.offers),
            "answered": state.answered,
            "missing": bool(state.missing),
            "more": bool(self._cases()),
            "interrupted": state.interrupted is not None,
            "waiting": state.waiting.value,
            "profile": self._profile.value,
            "reason": state.reason.value if state.reason else "",
            "no_input": counts.no_input,
            "no_match": counts.no_match,
            "unclear": counts.unclear,
            "out_of_scope": counts.out_of_scope,
            "transfers_failed": state.transfers_failed,
        }

    def placeholders(self) -> dict[str, str]:
        """What sentences can be filled with."""
        state, responses = self.state, self.content.responses
        procedure = self.procedure
        updated = procedure.source.updated if procedure else None
        return {
            "procedure": state.question.procedure_name,
            "aspect": responses.aspect_names(state.question.aspects),
            "question": question_text(state.question, responses),
            "choices": self._choices(),
            "cases": self._cases(),
            "missing": responses.aspect_names(state.missing),
            "updated": _written(updated),
            "known_since": _written(self._known_since()),
            **self._case_words(),
            **ward_words(state.whereabouts, self.content.places, responses),
        }

    # Helpers

    def _next_id(self) -> int:
        act_id = self.state.next_act_id
        self.set(next_act_id=act_id + 1)
        return act_id

    def _listen(self, waiting: Waiting, expectation: Expectation) -> None:
        self._acts.append(Listen(act_id=self._next_id(), expectation=expectation))
        self.set(waiting=waiting, expectation=expectation)

    def _has_aspect(self) -> bool:
        """GENERAL counts only where something general can be said."""
        question, today = self.state.question, self.state.today
        if question.aspects != (Aspect.GENERAL,):
            return bool(question.aspects)
        return today is not None and bool(self._composer.facts(question.procedure_code or "", Aspect.GENERAL, today))

    def _known_since(self) -> date | None:
        """Where the day that is asked for is before all that is known of the procedure: the first day that is known."""
        code, today = self.state.question.procedure_code, self.state.today
        return self.content.catalogue.unknown_before(code, today) if code and today else None

    def _case_words(self) -> dict[str, str]:
        asked = self.case_question()
        if asked is None:
            return {"case_question": "", "case_keys": ""}
        keys = self.content.responses.keys([answer.words[0] for answer in asked.answers])
        return {"case_question": asked.ask, "case_keys": keys}

    def _cases(self) -> str:
        today, responses = self.state.today, self.content.responses
        if today is None or self.procedure is None:
            return ""
        cases = self._composer.cases(self.state.question, self.state.rest, today)
        limit = self.content.thresholds.cases_named
        named = cases[:limit] if len(cases) <= limit else (*cases[:limit], responses.text("other_cases"))
        return responses.joined("list_or", named)

    def _choices(self) -> str:
        items = [
            self.content.responses.text("choice_item", number=str(number), procedure=offer.name)
            for number, offer in enumerate(self.state.question.offers, start=1)
        ]
        return ", ".join(items)

    @staticmethod
    def _codes(behaviour: Behaviour, code: str | None, offered: tuple[str, ...]) -> tuple[str, ...]:
        if behaviour not in _ABOUT_QUESTION:
            return ()
        return offered or ((code,) if code else ())


_ABOUT_QUESTION = frozenset({Behaviour.ANSWER, Behaviour.CLARIFY, Behaviour.HANDOFF})


def _written(day: date | None) -> str:
    return f"{day.day}/{day.month}/{day.year}" if day else ""


def forgotten(state: State) -> State:
    """Without the question and what belongs to it."""
    return replace(
        state, question=Question(), rest=(), missing=(), answered=False, interrupted=None, resume=None, tries=0
    )
