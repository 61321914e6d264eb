"""The caller is asked for his case only where nothing can be said without it."""

import shutil
from pathlib import Path

import pytest
from talk import Talk

from contracts.acts import Behaviour, HandoffReason, Listen, Say
from contracts.expectation import Expecting
from contracts.meaning import Aspect, Intent
from dialogs.content import Content
from dialogs.engine import Engine

CONTENT = Path(__file__).parents[2] / "config" / "content"
CODE = "1.000001"
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


def test_what_has_a_normal_case_is_answered_at_once(asking: Engine) -> None:
    assert "Cần tờ khai" in Talk(asking, CODE).ask(Aspect.DOCUMENTS)


def test_the_case_is_asked_for_with_its_keys(asking: Engine) -> None:
    talk = Talk(asking, CODE)
    said = talk.ask(Aspect.FEE)
    assert said == "Bác đã có thẻ chưa ạ? Chưa có thì bấm 1, có rồi thì bấm 2, không rõ thì bấm 3."
    assert [act.behaviour for act in talk.acts if isinstance(act, Say)] == [Behaviour.CLARIFY]
    listens = [act.expectation for act in talk.acts if isinstance(act, Listen)]
    assert listens[0].kind is Expecting.CHOICE
    assert {"chưa có", "có rồi", "không rõ"} <= set(listens[0].phrases)


@pytest.mark.parametrize("answer", ["dạ có rồi ạ", "rồi", "có"])
def test_words_choose_the_case(asking: Engine, answer: str) -> None:
    talk = Talk(asking, CODE)
    talk.ask(Aspect.FEE)
    said = talk.hear(answer, Intent.YES)
    assert "20.000 đồng" in said and "8.000" not in said
    assert "Còn trường hợp" not in said


def test_the_longest_phrase_counts(asking: Engine) -> None:
    talk = Talk(asking, CODE)
    talk.ask(Aspect.FEE)
    assert " 8.000 đồng" in talk.hear("tôi chưa có", Intent.ASK, aspects=(Aspect.DOCUMENTS,))


def test_keys_choose_the_case(asking: Engine) -> None:
    talk = Talk(asking, CODE)
    talk.ask(Aspect.FEE)
    assert " 8.000 đồng" in talk.press("1")


def test_who_named_the_case_is_not_asked(asking: Engine) -> None:
    said = Talk(asking, CODE).ask(Aspect.FEE, text="làm lại thử thì hết bao nhiêu")
    assert "20.000 đồng" in said and " 8.000" not in said and "Còn trường hợp" not in said


@pytest.mark.parametrize("how", ["key", "words"])
def test_who_does_not_know_hears_all_of_it_and_is_offered_a_person(asking: Engine, how: str) -> None:
    talk = Talk(asking, CODE)
    talk.ask(Aspect.FEE)
    said = talk.press("3") if how == "key" else talk.hear("tôi không rõ", Intent.NO)
    assert " 8.000 đồng" in said and "20.000 đồng" in said and "gặp cán bộ không" in said
    talk.hear("có", Intent.YES)
    assert talk.transfers == [HandoffReason.CALLER_ASKED]


def test_a_case_is_known_for_the_rest_of_the_procedure(asking: Engine) -> None:
    talk = Talk(asking, CODE)
    talk.ask(Aspect.FEE)
    talk.press("2")
    assert "20.000 đồng" in talk.ask(Aspect.FEE, named=False)


def test_another_question_is_heard_as_one(asking: Engine) -> None:
    talk = Talk(asking, CODE)
    talk.ask(Aspect.FEE)
    said = talk.ask(Aspect.DOCUMENTS, text="không, thế giấy tờ của làm thử gồm những gì")
    assert "Cần tờ khai" in said


def test_what_is_not_understood_twice_goes_to_a_person(asking: Engine) -> None:
    talk = Talk(asking, CODE)
    talk.ask(Aspect.FEE)
    assert "nói lại" in talk.hear("ờ hờ")
    talk.hear("ờ hờ")
    assert talk.transfers == [HandoffReason.NOT_UNDERSTOOD]
