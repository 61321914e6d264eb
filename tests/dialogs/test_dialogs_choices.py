"""What can be chosen in a chat instead of written, and the words that are read there."""

import random
import re
from dataclasses import replace

import pytest
from talk import Talk

from contracts.acts import HandoffReason
from contracts.meaning import Aspect, Intent
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import Offer, Waiting

BIRTH = "1.001193"
GUARDIAN = "1.004837"
ONLY_HEARD = re.compile(r"[Bb]ấm|nối máy|nghe|nói lại|chờ một chút|đã gọi")
NEVER_IN_A_CHAT = {
    "no_input_first", "no_input_second", "handoff_no_input", "keys_known", "transfer_failed", "emergency_alone",
    "case_key", "cut_in",
}  # fmt: skip


@pytest.fixture
def chatting(content: Content) -> Engine:
    return Engine(content.written())


def keys(engine: Engine, talk: Talk) -> list[str]:
    return [choice.key for choice in engine.choices(talk.state)]


def choose(engine: Engine, talk: Talk, key: str) -> str:
    return talk.step(next(choice.event for choice in engine.choices(talk.state) if choice.key == key))


def test_a_person_can_always_be_chosen_until_the_end(chatting: Engine) -> None:
    talk = Talk(chatting, BIRTH)
    assert keys(chatting, talk) == ["0"]
    choose(chatting, talk, "0")
    assert talk.transfers == [HandoffReason.CALLER_ASKED]
    assert keys(chatting, talk) == []


def test_other_cases_are_offered_with_yes_and_no(chatting: Engine) -> None:
    talk = Talk(chatting, BIRTH)
    talk.ask(Aspect.DOCUMENTS)
    assert keys(chatting, talk) == ["yes", "no", "0"]
    assert "chứng sinh thì nộp" in choose(chatting, talk, "yes")


def test_procedures_are_chosen_by_their_names(chatting: Engine) -> None:
    talk = Talk(chatting, BIRTH)
    offers = (Offer(code=BIRTH, name="đăng ký khai sinh"), Offer(code="1.000656", name="đăng ký khai tử"))
    asked = replace(talk.state.question, aspects=(Aspect.DOCUMENTS,), offers=offers)
    talk.state = replace(talk.state, waiting=Waiting.CHOICE, question=asked)
    assert [(one.key, one.text) for one in chatting.choices(talk.state)] == [
        ("1", "Đăng ký khai sinh"), ("2", "Đăng ký khai tử"), ("0", "Gặp cán bộ"),
    ]  # fmt: skip
    assert "tờ khai" in choose(chatting, talk, "1")


def test_the_caller_s_case_is_chosen(chatting: Engine) -> None:
    talk = Talk(chatting, GUARDIAN)
    talk.ask(Aspect.DOCUMENTS)
    assert talk.state.waiting is Waiting.CASE and talk.said.endswith("?")
    *cases, person = keys(chatting, talk)
    assert cases == [str(number) for number in range(1, len(cases) + 1)] and len(cases) >= 3 and person == "0"
    choose(chatting, talk, "1")
    assert talk.state.waiting is not Waiting.CASE


def test_aspects_are_chosen_where_one_is_asked_for(chatting: Engine) -> None:
    talk = Talk(chatting, BIRTH)
    talk.ask(Aspect.GENERAL)
    assert keys(chatting, talk) == ["documents", "fee", "time", "place", "0"]
    assert "tờ khai" in choose(chatting, talk, "documents")


def test_the_caller_of_an_unsure_question_says_yes_or_no(chatting: Engine) -> None:
    talk = Talk(chatting, BIRTH)
    talk.state = replace(talk.state, waiting=Waiting.CONFIRM)
    assert keys(chatting, talk) == ["yes", "no", "0"]
    talk.hear("", Intent.THANKS)
    assert keys(chatting, talk) == ["no", "0"]


def test_every_choice_that_is_offered_is_taken(chatting: Engine, content: Content) -> None:
    chooser = random.Random(1)
    for procedure in content.catalogue.procedures():
        talk = Talk(chatting, procedure.code)
        talk.ask(chooser.choice([Aspect.GENERAL, Aspect.DOCUMENTS, Aspect.FEE, Aspect.TIME]))
        for _ in range(5):
            offered = chatting.choices(talk.state)
            if not offered:
                break
            assert offered[-1].key == "0" and len({choice.key for choice in offered}) == len(offered)
            assert talk.step(chooser.choice(offered).event), procedure.code
        assert HandoffReason.FAULT not in talk.transfers


def test_nothing_that_is_read_speaks_of_a_telephone(content: Content) -> None:
    texts = content.written().responses.texts
    assert texts.keys() == content.responses.texts.keys()
    assert [name for name, text in texts.items() if ONLY_HEARD.search(text) and name not in NEVER_IN_A_CHAT] == []
