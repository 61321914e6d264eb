"""The caller's ward: said after the procedure's own place; asked for where an old unit lies in several, not guessed."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from talk import Talk

from contracts.acts import Listen, Say
from contracts.events import Understood
from contracts.expectation import Expectation, Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Intent, Meaning, Slot
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import State, Waiting
from procedures.places import Places, Point, PointKind, Unit, Ward
from procedures.record import Profile

CONTENT = Path(__file__).parents[2] / "config" / "content"
CODE, PASSPORT = "1.000001", "1.000002"
SHEET = """version: 1
code: "1.000001"
name: Thủ tục thử
short_name: đăng ký thử
aliases: [làm thử]
source: {hash: "0123456789ab", updated: 2026-01-01}
facts:
- aspect: place
  phrase: Nộp tại điểm tiếp nhận của phường hoặc xã nơi cư trú.
  ward_office: điểm tiếp nhận của phường, xã
  source: {field: steps, hash: "0123456789ab"}
  status: sayable
  reviewer: A
- aspect: fee
  phrase: Không quy định lệ phí.
  source: {field: steps, hash: "0123456789ab"}
  status: sayable
  reviewer: A
"""
GIANG_VO, LANG, DONG_DA = "00025", "00199", "00235"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Content:
    folder = tmp_path_factory.mktemp("content") / "content"
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("catalogue", "gold", "procedures"))
    procedures: Path = folder / "procedures"
    procedures.mkdir()
    (procedures / "thu.yml").write_text(SHEET, encoding="utf-8")
    elsewhere = (
        SHEET.replace(CODE, PASSPORT)
        .replace("thử", "khác")
        .replace("  ward_office: điểm tiếp nhận của phường, xã\n", "")
    )
    (procedures / "khac.yml").write_text(elsewhere, encoding="utf-8")
    return Content.load(folder)


@pytest.fixture
def talk(shipped: Content) -> Talk:
    return Talk(Engine(shipped), CODE)


def ward(code: str, confidence: float = 1.0) -> tuple[Slot, ...]:
    return (Slot(name="ward", value=code, text="", confidence=confidence),)


def old(name: str) -> tuple[Slot, ...]:
    return (Slot(name="old_ward", value=name, text=""),)


def test_the_procedures_place_comes_first_then_the_ward(talk: Talk) -> None:
    said = talk.ask(Aspect.PLACE, slots=ward(LANG))
    assert "nơi cư trú. Theo thủ tục đăng ký thử" in said
    assert "Bác ở phường Láng thì nộp ở điểm tiếp nhận của phường Láng." in said
    assert said.index("nơi cư trú") < said.index("Bác ở phường Láng")
    last = [act for act in talk.acts if isinstance(act, Say) and "phường Láng" in act.text][-1]
    assert [source.code for source in last.sources] == [CODE, "places"]


def test_the_ward_is_kept_for_the_call(talk: Talk) -> None:
    talk.ask(Aspect.FEE, slots=ward(LANG))
    assert "phường Láng" not in talk.said
    assert "điểm tiếp nhận của phường Láng" in talk.ask(Aspect.PLACE)


def test_another_ward_takes_its_place(talk: Talk) -> None:
    talk.ask(Aspect.PLACE, slots=ward(LANG))
    said = talk.ask(Aspect.PLACE, slots=ward(GIANG_VO))
    assert "phường Giảng Võ" in said
    assert "phường Láng" not in said


def test_a_place_that_is_not_by_ward_stays_as_it_is(shipped: Content) -> None:
    assert "Bác ở" not in Talk(Engine(shipped), PASSPORT).ask(Aspect.PLACE, slots=ward(LANG))


def test_a_name_that_was_a_districts_too_leaves_room_for_other_wards(talk: Talk) -> None:
    assert "phường, xã khác" in talk.ask(Aspect.PLACE, slots=ward(DONG_DA, 0.6))
    assert "phường, xã khác" not in talk.ask(Aspect.PLACE, slots=ward(DONG_DA))


def test_a_district_is_no_ward(talk: Talk) -> None:
    said = talk.ask(Aspect.PLACE, slots=(Slot(name="old_district", value="quận Đống Đa", text=""),))
    assert "không còn quận Đống Đa" in said
    assert "Bác ở phường" not in said


def test_an_old_unit_in_one_ward_is_that_ward(talk: Talk) -> None:
    said = talk.ask(Aspect.PLACE, slots=old("phường Láng Thượng"))
    assert "Phường Láng Thượng cũ nay thuộc phường Láng. Bác ở phường Láng thì" in said
    assert "Láng Thượng" not in talk.ask(Aspect.PLACE)


def ask_which(talk: Talk) -> None:
    said = talk.ask(Aspect.PLACE, slots=old("phường Láng Hạ"))
    assert "Phường Láng Hạ cũ" in said
    assert "Phường Giảng Võ thì bấm 1, phường Láng thì bấm 2, phường Đống Đa thì bấm 3, không rõ thì bấm 4." in said
    assert "Bác ở phường" not in said
    assert talk.state.waiting is Waiting.WARD


def test_an_old_unit_in_several_wards_is_asked_back(talk: Talk) -> None:
    ask_which(talk)
    listen = talk.acts[-1]
    assert isinstance(listen, Listen)
    assert listen.expectation.kind is Expecting.CHOICE
    assert "Giảng Võ" in listen.expectation.phrases


@pytest.mark.parametrize("text", ["Láng", "phường Láng ạ", "số hai", "nhà tôi ở Láng"])
def test_the_ward_is_taken_in_words(talk: Talk, text: str) -> None:
    ask_which(talk)
    assert "điểm tiếp nhận của phường Láng." in talk.hear(text)
    assert talk.state.whereabouts.ward == LANG


def test_the_ward_is_taken_by_key(talk: Talk) -> None:
    ask_which(talk)
    assert "điểm tiếp nhận của phường Đống Đa." in talk.press("3")
    assert "điểm tiếp nhận của phường Đống Đa." in talk.ask(Aspect.PLACE)


def test_the_ward_is_taken_as_it_was_understood(talk: Talk) -> None:
    ask_which(talk)
    said = talk.hear("ở phường nàng", Intent.ASK, aspects=(Aspect.PLACE,), slots=ward(LANG, 0.75))
    assert "điểm tiếp nhận của phường Láng." in said
    assert "Dạ, về" not in said


@pytest.mark.parametrize("answer", ["4", "không biết"])
def test_who_does_not_know_hears_no_ward(talk: Talk, answer: str) -> None:
    ask_which(talk)
    said = talk.press(answer) if answer.isdecimal() else talk.hear(answer)
    assert "Bác ở phường" not in said
    assert "hỏi cán bộ" in said
    assert talk.state.waiting is not Waiting.WARD


def test_another_question_is_answered_instead(talk: Talk) -> None:
    ask_which(talk)
    assert "lệ phí" in talk.ask(Aspect.FEE, text="lệ phí bao nhiêu")


def test_the_ward_is_not_asked_for_without_end(talk: Talk) -> None:
    ask_which(talk)
    talk.ask(Aspect.PLACE)
    assert talk.state.waiting is Waiting.WARD
    talk.hear("ờ", Intent.YES)
    assert talk.state.waiting is Waiting.WARD
    assert talk.hear("không", Intent.NO)
    assert talk.state.waiting is Waiting.ANYTHING_ELSE


def test_a_chat_offers_the_wards_by_name(shipped: Content) -> None:
    engine = Engine(shipped.written())
    talk = Talk(engine, CODE)
    assert "bấm" not in talk.ask(Aspect.PLACE, slots=old("phường Láng Hạ"))
    offered = engine.choices(talk.state)
    assert [one.text for one in offered[:4]] == ["Phường Giảng Võ", "Phường Láng", "Phường Đống Đa", "Không rõ"]
    assert "điểm tiếp nhận của phường Láng." in talk.step(offered[1].event)


def test_units_of_one_name_are_offered_together(talk: Talk) -> None:
    said = talk.ask(Aspect.PLACE, slots=old("phường Quang Trung"))
    for name in ("Kim Liên", "Đống Đa", "Kiến Hưng", "Hà Đông"):
        assert f"hường {name} thì bấm" in said


def test_two_places_at_once_tell_nothing(talk: Talk) -> None:
    assert "Bác ở" not in talk.ask(Aspect.PLACE, slots=(*ward(LANG), *ward(GIANG_VO)))


def test_an_unsure_turn_moves_nobody(talk: Talk) -> None:
    talk.ask(Aspect.FEE, slots=ward(LANG))
    meaning = Meaning(text="", intent=Intent.ASK, intent_confidence=0.1, slots=ward(GIANG_VO), acceptance=0.1)
    hypotheses = (Hypothesis(text="", confidence=0.1),)
    heard = Heard(hypotheses=hypotheses, start_sample=0, end_sample=800, expectation=Expectation())
    talk.step(Understood(heard=heard, meaning=meaning))
    assert talk.state.whereabouts.ward == LANG


def test_what_became_of_an_old_unit(talk: Talk) -> None:
    said = talk.hear("", Intent.WHERE_NOW, slots=old("phường Láng Hạ"))
    assert "Phường Láng Hạ cũ nay thuộc phường Giảng Võ, Láng và Đống Đa." in said
    assert "chưa tra được" in said
    assert "Theo danh sách phường, xã của Hà Nội ngày 2/8/2026." in said
    first = talk.acts[0]
    assert isinstance(first, Say)
    assert ([source.code for source in first.sources], first.procedure_codes) == (["places"], ())
    assert "phường Láng Hạ nay thuộc đâu" in talk.state.topics


def test_what_a_ward_of_today_is_made_of(talk: Talk) -> None:
    said = talk.hear("", Intent.WHERE_NOW, slots=ward(LANG))
    assert "Phường Láng là tên hiện nay" in said
    assert "phường Láng Thượng, Láng Hạ và Ngọc Khánh cũ" in said


def test_what_became_of_a_district_is_not_known(talk: Talk) -> None:
    said = talk.hear("", Intent.WHERE_NOW, slots=(Slot(name="old_district", value="quận Đống Đa", text=""),))
    assert "chưa có nguồn" in said
    assert talk.state.waiting is Waiting.HANDOFF


def test_before_the_procedure_is_known_the_old_unit_is_told(shipped: Content) -> None:
    talk = Talk(Engine(shipped), CODE)
    said = talk.ask(Aspect.PLACE, named=False, slots=old("xã Tân Triều"))
    assert "Xã Tân Triều cũ nay thuộc phường Định Công, Khương Đình, Thanh Liệt hoặc Hà Đông." in said
    assert talk.state.waiting is Waiting.PROCEDURE
    assert "Phường Định Công thì bấm 1" in talk.ask(Aspect.PLACE)


def test_so_is_one_that_lies_in_a_single_ward(talk: Talk) -> None:
    said = talk.ask(Aspect.PLACE, named=False, slots=old("phường Láng Thượng"))
    assert "Phường Láng Thượng cũ nay thuộc phường Láng." in said
    assert talk.state.waiting is Waiting.PROCEDURE


def point(**changes: date) -> Point:
    made = Point(
        name="Điểm tiếp nhận thử",
        kind=PointKind.RECEPTION,
        address="1 phố Thử",
        ward=LANG,
        hours="sáng thứ hai",
        verified_by="Cán bộ A",
        verified_on=date(2026, 11, 1),
        review_by=date(2026, 12, 1),
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("known", "said"),
    [(point(), True), (point(review_by=date(2026, 11, 23)), False), (point(verified_on=date(2026, 11, 25)), False)],
)
def test_a_point_is_said_only_while_it_is_verified(shipped: Content, known: Point, said: bool) -> None:
    places = Places(shipped.places.told, tuple(shipped.places.wards.values()), (known,))
    talk = Talk(Engine(replace(shipped, places=places)), CODE)
    assert ("Điểm tiếp nhận thử, 1 phố Thử, sáng thứ hai" in talk.ask(Aspect.PLACE, slots=ward(LANG))) is said


def test_production_says_nothing_of_a_list_that_nobody_reviewed(shipped: Content) -> None:
    talk = Talk(Engine(shipped, profile=Profile.PRODUCTION), CODE)
    assert "Nộp tại điểm tiếp nhận" in talk.ask(Aspect.PLACE, slots=ward(LANG))
    assert "phường Láng" not in talk.said
    assert talk.ask(Aspect.PLACE, slots=old("phường Láng Hạ")).count("Láng") == 0
    assert "chưa có nguồn" in talk.hear("", Intent.WHERE_NOW, slots=old("phường Láng Hạ"))


def test_content_without_places_answers_as_before(shipped: Content) -> None:
    talk = Talk(Engine(replace(shipped, places=Places())), CODE)
    assert "Bác ở" not in talk.ask(Aspect.PLACE, slots=ward(LANG))


def test_the_state_can_be_stored(talk: Talk) -> None:
    ask_which(talk)
    assert State.from_json(talk.state.to_json()) == talk.state


def test_a_list_of_its_own() -> None:
    unit = Unit.parse("xã Thử (huyện Kia)")
    places = Places(None, [Ward(code="00001", unit=Unit.parse("xã Mới"), merged_from=(unit,))])
    assert places.olds("xã thử") == (unit,)
