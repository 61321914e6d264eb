"""Whatever happens in whatever order, the caller is never left in silence."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.acts import Act, HangUp, Listen, Say, Transfer
from contracts.events import (
    ActFailed,
    ActFinished,
    BargedIn,
    CallStarted,
    Event,
    HungUp,
    KeyPressed,
    Silence,
    Understood,
)
from contracts.expectation import Expectation
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import Phase, State
from procedures.record import Profile

CODES = ["1.001193", "2.001195", "1.004222", "2.000635", "1.004884", "1.013831", "9.999999"]
SHARE = st.floats(0, 1)


@st.composite
def meanings(draw: st.DrawFn) -> Meaning:
    codes = draw(st.lists(st.sampled_from(CODES), unique=True, max_size=4))
    return Meaning(
        text=draw(st.sampled_from(["", "bà đi thay được không", "ủy quyền cho con", "nộp qua mạng"])),
        intent=draw(st.sampled_from(Intent)),
        intent_confidence=draw(SHARE),
        aspects=tuple(draw(st.lists(st.sampled_from(Aspect), max_size=4))),
        candidates=tuple(Candidate(procedure_code=code, name=f"thủ tục {code}", score=0.9) for code in codes),
        ambiguous=tuple(draw(st.lists(st.sampled_from([*CODES, "8.888888"]), unique=True, max_size=4))),
        acceptance=draw(SHARE),
    )


def understood(meaning: Meaning) -> Understood:
    heard = Heard(
        hypotheses=(Hypothesis(text=meaning.text, confidence=1.0),),
        start_sample=0,
        end_sample=8000,
        expectation=Expectation(),
    )
    return Understood(heard=heard, meaning=meaning)


IDS = st.integers(0, 60)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    meanings().map(understood),
    meanings().map(understood),
    st.sampled_from("0123456789*#AD").map(lambda key: KeyPressed(key=key)),
    st.just(Silence()),
    st.builds(BargedIn, act_id=IDS, heard_chars=st.integers(-5, 400)),
    st.builds(ActFinished, act_id=IDS),
    st.builds(ActFailed, act_id=IDS, code=st.sampled_from(["voice.unavailable", "transfer.no_agent"])),
    st.sampled_from([CallStarted(today=date(2026, 11, 24)), HungUp()]),
)


def check_turn(before: State, event: Event, after: State, acts: tuple[Act, ...]) -> None:
    ids = [act.act_id for act in acts]
    assert ids == sorted(set(ids)) and all(before.next_act_id <= one < after.next_act_id for one in ids)
    if before.phase is Phase.ENDED or isinstance(event, HungUp):
        assert acts == () and after.phase is Phase.ENDED
        return
    if before.phase is Phase.TALKING and isinstance(event, Understood | KeyPressed | Silence):
        assert acts, "the caller did something and nothing happened"
    if not acts:
        return
    assert isinstance(acts[-1], Listen | Transfer | HangUp)
    assert sum(isinstance(act, Listen | Transfer | HangUp) for act in acts) == 1
    if isinstance(acts[-1], Listen) and not isinstance(event, BargedIn):
        assert any(isinstance(act, Say) for act in acts)
    for act in acts:
        if isinstance(act, Say):
            assert act.text.strip() and "{" not in act.text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENTS, max_size=14), started=st.booleans(), profile=st.sampled_from(Profile))
def test_never_silent_never_raises(content: Content, events: list[Event], started: bool, profile: Profile) -> None:
    engine = Engine(content, profile=profile)
    state = engine.start()
    if started:
        events = [CallStarted(today=date(2026, 11, 24)), *events]
    for event in events:
        after, acts = engine.step(state, event)
        check_turn(state, event, after, acts)
        assert engine.step(state, event) == (after, acts), "the same state and event must give the same"
        assert State.from_json(after.to_json()) == after
        state = after
