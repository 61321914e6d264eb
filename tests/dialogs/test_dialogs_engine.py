"""What the gold conversations do not reach: interruptions, failures, counts, what the next part is told."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from contracts.acts import Act, Behaviour, HandoffReason, HangUp, Listen, Say, Transfer
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
from contracts.expectation import Expectation, Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from dialogs.ask import ask, reply
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.flow_schema import read_flows
from dialogs.state import Phase, State, Waiting
from procedures.record import Profile
from procedures.yaml_source import read_yaml

TODAY = date(2026, 11, 24)
BIRTH = "1.001193"
RECORD = "3.000333"
"""Phiếu lý lịch tư pháp: its record gives no fee."""
SHIPPED = Path(__file__).parents[2] / "config" / "content"


def meaning(
    *aspects: Aspect, code: str = "", intent: Intent = Intent.ASK, acceptance: float = 0.95, text: str = ""
) -> Meaning:
    candidates = (Candidate(procedure_code=code, name=f"Tên {code}", score=1.0),) if code else ()
    return Meaning(
        text=text, intent=intent, intent_confidence=acceptance, aspects=aspects, candidates=candidates,
        acceptance=acceptance,
    )  # fmt: skip


def heard(text: str = "") -> Heard:
    return Heard(
        hypotheses=(Hypothesis(text=text, confidence=1.0),), start_sample=0, end_sample=1, expectation=Expectation()
    )


def said(one: Meaning) -> Understood:
    return Understood(heard=heard(one.text), meaning=one)


def after(engine: Engine, *events: Event) -> tuple[State, tuple[Act, ...]]:
    state, acts = engine.step(engine.start(), CallStarted(today=TODAY))
    for event in events:
        state, acts = engine.step(state, event)
    return state, acts


def texts(acts: tuple[Act, ...]) -> str:
    return " ".join(act.text for act in acts if isinstance(act, Say))


ASK_PAPERS = said(meaning(Aspect.DOCUMENTS, code=BIRTH))


def test_the_greeting_says_that_it_is_a_machine_and_how_to_reach_a_person(content: Content) -> None:
    for profile in Profile:
        _, acts = after(Engine(content, profile=profile))
        assert "trợ lý tự động" in texts(acts)
        assert "gặp người" in texts(acts)
        assert ("chạy thử" in texts(acts)) == (profile is Profile.DEMO)


def test_an_answer_carries_its_source(engine: Engine, content: Content) -> None:
    _, acts = after(engine, ASK_PAPERS)
    say = acts[0]
    assert isinstance(say, Say)
    assert say.behaviour is Behaviour.ANSWER
    assert say.procedure_codes == (BIRTH,)
    assert say.aspects == (Aspect.DOCUMENTS,)
    (source,) = say.sources
    version = content.catalogue.require(BIRTH).version
    assert (source.code, source.version, source.as_of) == (BIRTH, version, "2026-11-24")


def test_the_context_helps_to_understand_the_next_turn(engine: Engine) -> None:
    state, _ = after(engine, ASK_PAPERS)
    context = state.context()
    assert context.procedure_code == BIRTH
    assert context.aspects == (Aspect.DOCUMENTS,)
    assert context.offered == ()
    ambiguous = replace(meaning(Aspect.FEE), ambiguous=("2.000635", "1.004884"))
    state, acts = after(engine, said(ambiguous))
    assert state.context().offered == ("2.000635", "1.004884")
    assert state.context().procedure_code is None
    listen = acts[-1]
    assert isinstance(listen, Listen)
    assert listen.expectation.kind is Expecting.CHOICE
    assert "đăng ký lại khai sinh" in listen.expectation.phrases


def test_go_on_after_an_interruption_begins_with_the_sentence_that_was_cut(engine: Engine) -> None:
    state, acts = after(engine, ASK_PAPERS)
    say = acts[0]
    assert isinstance(say, Say)
    cut = say.text.index("căn cước hoặc")
    state, acts = engine.step(state, BargedIn(act_id=say.act_id, heard_chars=cut))
    assert [type(act) for act in acts] == [Listen]
    _, acts = engine.step(state, said(meaning(intent=Intent.CONTINUE)))
    assert texts(acts).startswith("Khi đi thì mang căn cước")


def test_a_misheard_question_does_not_lose_the_topic(engine: Engine) -> None:
    state, acts = after(engine, ASK_PAPERS, said(meaning(Aspect.FEE, code="1.013978", acceptance=0.1)))
    assert reply(acts).behaviour is Behaviour.CLARIFY
    assert state.context().procedure_code == BIRTH
    _, acts = engine.step(state, said(meaning(Aspect.FEE, code="1.013978", acceptance=0.1)))
    assert isinstance(acts[-1], Transfer)
    assert acts[-1].reason is HandoffReason.LOW_ACCEPTANCE


def test_an_answer_clears_what_went_wrong_before(engine: Engine) -> None:
    nothing = said(meaning(intent=Intent.NOTHING, acceptance=0))
    state, acts = after(engine, nothing, ASK_PAPERS, nothing)
    assert state.phase is Phase.TALKING
    assert not isinstance(acts[-1], Transfer)


def test_asking_in_vain_for_the_aspect_ends_with_a_person(engine: Engine) -> None:
    only_name = said(meaning(code=BIRTH))
    state, acts = after(engine, only_name, only_name)
    assert state.waiting is Waiting.ASPECT
    state, acts = engine.step(state, only_name)
    assert isinstance(acts[-1], Transfer)


def test_slower_holds_for_the_rest_of_the_call(engine: Engine) -> None:
    state, acts = after(engine, ASK_PAPERS, said(meaning(intent=Intent.SLOWER)))
    assert {act.rate for act in acts if isinstance(act, Say)} == {0.8}
    _, acts = engine.step(state, said(meaning(Aspect.TIME, code=BIRTH)))
    assert {act.rate for act in acts if isinstance(act, Say)} == {0.8}


def test_repeat_says_the_answer_again_not_the_reminder(engine: Engine) -> None:
    state, first = after(engine, ASK_PAPERS)
    state, _ = engine.step(state, Silence())
    _, again = engine.step(state, said(meaning(intent=Intent.REPEAT)))
    assert texts(again) == texts(first)
    assert reply(again).behaviour is Behaviour.DIALOGUE


def test_a_voice_that_fails_leads_to_a_person(engine: Engine) -> None:
    state, acts = after(engine, ASK_PAPERS)
    state, acts = engine.step(state, ActFailed(act_id=acts[0].act_id, code="voice.unavailable"))
    assert [type(act) for act in acts] == [Transfer]
    transfer = acts[0]
    assert isinstance(transfer, Transfer)
    assert transfer.reason is HandoffReason.FAULT
    state, _ = engine.step(state, ActFailed(act_id=transfer.act_id, code="transfer.no_agent"))
    _, acts = engine.step(state, ActFailed(act_id=99, code="voice.unavailable"))
    assert [type(act) for act in acts] == [HangUp]


def test_after_a_transfer_of_a_caller_who_is_gone_nothing_is_said(engine: Engine) -> None:
    state, acts = after(engine, KeyPressed(key="0"))
    transfer = next(act for act in acts if isinstance(act, Transfer))
    state, acts = engine.step(state, ActFailed(act_id=transfer.act_id, code="transfer.caller_gone"))
    assert acts == ()
    assert engine.step(state, Silence())[1] == ()


def test_a_voice_that_fails_before_a_transfer_does_not_stop_it(engine: Engine) -> None:
    state, acts = after(engine, KeyPressed(key="0"))
    state, acts = engine.step(state, ActFailed(act_id=acts[0].act_id, code="voice.unavailable"))
    transfer = acts[0]
    assert isinstance(transfer, Transfer)
    assert transfer.reason is HandoffReason.CALLER_ASKED
    state, acts = engine.step(state, ActFinished(act_id=transfer.act_id))
    assert (state.phase, acts) == (Phase.ENDED, ())


def test_nobody_answers_and_nobody_speaks_ends_the_call(engine: Engine) -> None:
    """No person to be had twice, and silence again: the line is given back."""
    state, acts = after(engine)
    for _ in range(40):
        event = Silence() if not isinstance(acts[-1], Transfer) else ActFailed(act_id=acts[-1].act_id, code="x")
        state, acts = engine.step(state, event)
        if isinstance(acts[-1], HangUp):
            break
    assert isinstance(acts[-1], HangUp)
    assert state.transfers_failed == 2


def test_the_summary_tells_what_was_asked_answered_and_why(engine: Engine) -> None:
    secret = "số của tôi là không chín một hai ba"
    _, acts = after(engine, ASK_PAPERS, said(meaning(Aspect.FEE, code=RECORD, text=secret)))
    transfer = acts[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.summary == (
        "Hỏi: lệ phí phiếu lý lịch tư pháp. Đã trả lời: giấy tờ đăng ký khai sinh. "
        "Lý do chuyển: chưa có nội dung được phép nói."
    )


def test_the_state_keeps_no_words_of_the_caller(engine: Engine) -> None:
    secret = "tên tôi là nguyễn văn bí mật"
    state, _ = after(engine, said(meaning(Aspect.DOCUMENTS, code=BIRTH, text=secret)))
    assert "bí mật" not in state.to_json()


def test_an_unsure_emergency_is_taken_seriously(engine: Engine) -> None:
    _, acts = after(engine, said(meaning(intent=Intent.EMERGENCY, acceptance=0.35)))
    first = acts[0]
    assert isinstance(first, Say)
    assert "113" in first.text.split(". ")[0]
    assert not first.interruptible


def test_nothing_after_the_caller_is_gone(engine: Engine) -> None:
    state, acts = after(engine, HungUp())
    assert (state.phase, acts) == (Phase.ENDED, ())
    assert engine.step(state, ASK_PAPERS) == (state, ())


def test_unknown_procedures_are_named_as_in_a_sentence(engine: Engine) -> None:
    one = Candidate(procedure_code="2.002854", name="Chuyển trường", score=1.0)
    _, acts = after(engine, said(replace(meaning(Aspect.FEE), candidates=(one,))))
    assert "lệ phí chuyển trường" in texts(acts)


def test_flows_that_go_in_circles_end_with_a_person(content: Content, tmp_path: Path) -> None:
    text = (SHIPPED / "flows.yml").read_text(encoding="utf-8")
    looped = text.replace("  hoi_them:\n    steps:\n", "  hoi_them:\n    steps:\n    - next: hoi_them\n")
    assert looped != text
    (tmp_path / "flows.yml").write_text(looped, encoding="utf-8")
    flows = read_flows(read_yaml(tmp_path / "flows.yml"), content.responses.texts)
    engine = Engine(replace(content, flows=flows))
    _, acts = after(engine, said(meaning(Aspect.TIME, code=BIRTH)))
    assert [type(act) for act in acts] == [Transfer]
    assert isinstance(acts[0], Transfer)
    assert acts[0].reason is HandoffReason.FAULT


def test_ask_folds_one_turn(engine: Engine) -> None:
    answered = ask(engine, heard(), meaning(Aspect.DOCUMENTS, Aspect.TIME, code=BIRTH), TODAY)
    assert answered.behaviour is Behaviour.ANSWER
    assert answered.procedure_codes == (BIRTH,)
    assert answered.aspects == (Aspect.DOCUMENTS, Aspect.TIME)
    assert len(answered.sources) == 1
    assert "trợ lý tự động" not in " ".join(answered.says)
    refused = ask(engine, heard(), meaning(Aspect.FEE, code=RECORD), TODAY)
    assert (refused.behaviour, refused.procedure_codes) == (Behaviour.HANDOFF, (RECORD,))
