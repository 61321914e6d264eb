"""A caller who talks on and on is cut into politely, once in a call."""

from dataclasses import replace
from datetime import date

from contracts.acts import Say
from contracts.events import CallStarted, KeyPressed, Understood
from contracts.expectation import Expectation
from contracts.heard import Ended, Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import State

LEAD = "Dạ, tôi xin phép ngắt lời bác một chút ạ."


def talked(text: str, ended: Ended = Ended.MAX_TURN, intent: Intent = Intent.ASK) -> Understood:
    heard = Heard(
        hypotheses=(Hypothesis(text=text, confidence=1.0),), start_sample=0, end_sample=1, expectation=Expectation(),
        ended=ended,
    )  # fmt: skip
    candidates = (Candidate(procedure_code="1.001193", name="", score=1.0),) if text else ()
    meaning = Meaning(
        text=text, intent=intent, intent_confidence=0.95, aspects=(Aspect.TIME,), candidates=candidates, acceptance=0.95
    )
    return Understood(heard=heard, meaning=meaning)


def says(engine: Engine, state: State, event: Understood | KeyPressed) -> tuple[State, str]:
    state, acts = engine.step(state, event)
    return state, next(act.text for act in acts if isinstance(act, Say))


def test_the_first_answer_into_a_callers_words_asks_to_be_excused(content: Content) -> None:
    engine = Engine(content)
    state, _ = engine.step(engine.start(), CallStarted(today=date(2026, 11, 24)))
    plain = says(engine, state, talked("bao giờ xong", Ended.ENDPOINT))[1]
    assert not plain.startswith(LEAD)
    state, first = says(engine, state, talked("bao giờ xong"))
    assert first == f"{LEAD} {plain}"
    # Neither again, nor when it is said once more.
    assert not says(engine, state, KeyPressed(key="*"))[1].startswith(LEAD)
    assert not says(engine, state, talked("bao giờ xong"))[1].startswith(LEAD)
    assert State.from_json(state.to_json()) == state


def test_a_noise_that_does_not_end_is_not_excused(content: Content) -> None:
    engine = Engine(content)
    state, _ = engine.step(engine.start(), CallStarted(today=date(2026, 11, 24)))
    state, text = says(engine, state, talked("", intent=Intent.NOTHING))
    assert not text.startswith(LEAD) and state == replace(state, cut_in=False)
