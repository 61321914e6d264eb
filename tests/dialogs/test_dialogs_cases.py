"""The caller is asked for his case only where nothing can be said without it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from contracts.acts import Act, Behaviour, HandoffReason, Listen, Say, Transfer
from contracts.events import CallStarted, Event, KeyPressed, Understood
from contracts.expectation import Expectation, Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import State

CONTENT = Path(__file__).parents[2] / "config" / "content"
SHEET = """version: 1
code: "1.000001"
name: Thủ tục thử
short_name: đăng ký thử
aliases: [làm thử]
source: {hash: "0123456789ab", updated: 2026-01-01}
facts:
- aspect: documents
  phrase: Cần tờ khai.
  source: {field: documents, hash: "0123456789ab"}
  status: unreviewed
- aspect: fee
  case: làm lần đầu
  cues: [lần đầu]
  phrase: Làm lần đầu thì phí là 8.000 đồng.
  source: {field: submission_methods, hash: "0123456789ab"}
  status: unreviewed
- aspect: fee
  case: làm lại
  cues: [làm lại]
  phrase: Làm lại thì phí là 20.000 đồng.
  source: {field: submission_methods, hash: "0123456789ab"}
  status: unreviewed
questions:
- aspects: [fee]
  ask: Bác đã có thẻ chưa ạ?
  answers:
  - {case: làm lần đầu, words: [chưa có, chưa]}
  - {case: làm lại, words: [có rồi, rồi, có]}
"""


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("content") / "content"
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("catalogue", "gold", "procedures"))
    procedures: Path = folder / "procedures"
    procedures.mkdir()
    (procedures / "thu.yml").write_text(SHEET, encoding="utf-8")
    return Engine(Content.load(folder))


class Talk:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.state: State = engine.start()
        self.acts: tuple[Act, ...] = ()
        self._step(CallStarted(today=date(2026, 11, 24)))

    def _step(self, event: Event) -> str:
        self.state, self.acts = self._engine.step(self.state, event)
        return self.said

    @property
    def said(self) -> str:
        return " ".join(act.text for act in self.acts if isinstance(act, Say))

    def ask(self, *aspects: Aspect, text: str = "", named: bool = True) -> str:
        candidates = (Candidate(procedure_code="1.000001", name="đăng ký thử", score=1.0),) if named else ()
        return self.hear(text, Intent.ASK, aspects=aspects, candidates=candidates)

    def hear(
        self,
        text: str,
        intent: Intent = Intent.NOTHING,
        *,
        aspects: tuple[Aspect, ...] = (),
        candidates: tuple[Candidate, ...] = (),
    ) -> str:
        meaning = Meaning(
            text=text, intent=intent, intent_confidence=0.9, aspects=aspects, candidates=candidates, acceptance=0.9
        )
        heard = Heard(
            hypotheses=(Hypothesis(text=text, confidence=0.9),),
            start_sample=0,
            end_sample=800,
            expectation=Expectation(),
        )
        return self._step(Understood(heard=heard, meaning=meaning))

    def press(self, key: str) -> str:
        return self._step(KeyPressed(key=key))


def test_what_has_a_normal_case_is_answered_at_once(asking: Engine) -> None:
    assert "Cần tờ khai" in Talk(asking).ask(Aspect.DOCUMENTS)


def test_the_case_is_asked_for_with_its_keys(asking: Engine) -> None:
    talk = Talk(asking)
    said = talk.ask(Aspect.FEE)
    assert said == "Bác đã có thẻ chưa ạ? Chưa có bấm 1, có rồi bấm 2, không rõ bấm 3."
    assert [act.behaviour for act in talk.acts if isinstance(act, Say)] == [Behaviour.CLARIFY]
    listens = [act.expectation for act in talk.acts if isinstance(act, Listen)]
    assert listens[0].kind is Expecting.CHOICE
    assert {"chưa có", "có rồi", "không rõ"} <= set(listens[0].phrases)


@pytest.mark.parametrize("answer", ["dạ có rồi ạ", "rồi", "có"])
def test_words_choose_the_case(asking: Engine, answer: str) -> None:
    talk = Talk(asking)
    talk.ask(Aspect.FEE)
    said = talk.hear(answer, Intent.YES)
    assert "20.000 đồng" in said and "8.000" not in said
    assert "Còn trường hợp" not in said


def test_the_longest_phrase_counts(asking: Engine) -> None:
    talk = Talk(asking)
    talk.ask(Aspect.FEE)
    assert " 8.000 đồng" in talk.hear("tôi chưa có", Intent.ASK, aspects=(Aspect.DOCUMENTS,))


def test_keys_choose_the_case(asking: Engine) -> None:
    talk = Talk(asking)
    talk.ask(Aspect.FEE)
    assert " 8.000 đồng" in talk.press("1")


def test_who_named_the_case_is_not_asked(asking: Engine) -> None:
    said = Talk(asking).ask(Aspect.FEE, text="làm lại thử thì hết bao nhiêu")
    assert "20.000 đồng" in said and " 8.000" not in said


@pytest.mark.parametrize("how", ["key", "words"])
def test_who_does_not_know_hears_all_of_it_and_is_offered_a_person(asking: Engine, how: str) -> None:
    talk = Talk(asking)
    talk.ask(Aspect.FEE)
    said = talk.press("3") if how == "key" else talk.hear("tôi không rõ", Intent.NO)
    assert " 8.000 đồng" in said and "20.000 đồng" in said and "gặp cán bộ không" in said
    talk.hear("có", Intent.YES)
    assert [act.reason for act in talk.acts if isinstance(act, Transfer)] == [HandoffReason.CALLER_ASKED]


def test_a_case_is_known_for_the_rest_of_the_procedure(asking: Engine) -> None:
    talk = Talk(asking)
    talk.ask(Aspect.FEE)
    talk.press("2")
    assert "20.000 đồng" in talk.ask(Aspect.FEE, named=False)


def test_another_question_is_heard_as_one(asking: Engine) -> None:
    talk = Talk(asking)
    talk.ask(Aspect.FEE)
    said = talk.ask(Aspect.DOCUMENTS, text="không, thế giấy tờ của làm thử gồm những gì")
    assert "Cần tờ khai" in said


def test_what_is_not_understood_twice_goes_to_a_person(asking: Engine) -> None:
    talk = Talk(asking)
    talk.ask(Aspect.FEE)
    assert "nói lại" in talk.hear("ờ hờ")
    talk.hear("ờ hờ")
    assert [act.reason for act in talk.acts if isinstance(act, Transfer)] == [HandoffReason.NOT_UNDERSTOOD]
