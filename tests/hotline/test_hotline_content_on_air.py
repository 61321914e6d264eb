"""`content stop`, `lift`, `tell`, `withdraw`, `on-air`, as people use them."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Command

from calls.on_air.board import FILE_NAME
from console.users import FILE_NAME as USERS
from console.users import Role, Users
from contracts.meaning import Aspect
from hotline.settings import Settings
from procedures.catalogue import Catalogue

BIRTH = "1.001193"
PASSWORD = "mot mat khau dai"


@pytest.fixture(autouse=True)
def users(tmp_path: Path) -> None:
    users = Users(tmp_path / "run" / USERS)
    for name, role in (("hoa", Role.SUPERVISOR), ("minh", Role.ADMIN), ("lan", Role.AGENT)):
        users.add(name, role, PASSWORD)


@pytest.fixture
def content(tongdai: Command) -> Command:
    return lambda *words: tongdai("content", *words)


@pytest.fixture
def lifted(content: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    def lift(stop_id: str, by: str, password: str = PASSWORD) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        return content("lift", stop_id, "--by", by, "--password-stdin").status

    return lift


def test_one_stops_and_two_put_on_again(content: Command, lifted: Callable[..., int], tmp_path: Path) -> None:
    words = ("--aspect", "fee", "--note", "đổi mức", "--json")
    ran = content("stop", BIRTH, *words)
    entry = ran.lines[0]
    assert ran.status == 0 and (entry["code"], entry["aspect"], entry["note"]) == (BIRTH, "fee", "đổi mức")
    assert lifted(entry["id"], "hoa") == 0
    assert lifted(entry["id"], "hoa") == 1
    assert "hoa đã đề nghị" in content("on-air").out
    assert lifted(entry["id"], "minh") == 0
    assert json.loads((tmp_path / "run" / "content" / FILE_NAME).read_text(encoding="utf-8"))["stops"] == []


@pytest.mark.parametrize(("by", "password"), [("hoa", "sai"), ("ai do", PASSWORD), ("lan", PASSWORD)])
def test_who_may_not_lift(content: Command, lifted: Callable[..., int], by: str, password: str) -> None:
    entry = content("stop", BIRTH, "--json").lines[0]
    assert lifted(entry["id"], by, password) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stop", "9.999999"), "CODE"),
        (("stop", BIRTH, "--aspect", "fee", "--fact", "00000000"), "--fact"),
        (("stop", BIRTH, "--aspect", "phi"), "--aspect"),
        (("tell", "Nghỉ.", "--until", "2020-01-01 08:00"), "until"),
        (("tell", "Nghỉ.", "--until", "mai"), "--until"),
        (("tell", "Nghỉ.", "--until", "2999-01-01 08:00", "--code", "x"), "codes"),
    ],
)
def test_what_is_wrong_is_named(content: Command, words: tuple[str, ...], said: str) -> None:
    ran = content(*words)
    assert ran.status == 2 and said in ran.err


def test_a_sentence_is_stopped_under_its_own_aspect_only(content: Command) -> None:
    """A stop under another one would cover nothing, and nobody would notice."""
    procedure = Catalogue.load(Settings().content.folder / "procedures").get(BIRTH)
    assert procedure is not None
    fact = next(fact for fact in procedure.facts if fact.aspect is not Aspect.FEE)
    ran = content("stop", BIRTH, "--aspect", "fee", "--fact", fact.id)
    assert ran.status == 2 and fact.aspect.value in ran.err
    assert content("stop", BIRTH, "--aspect", fact.aspect.value, "--fact", fact.id).status == 0


def test_a_bulletin_is_told_and_withdrawn(content: Command) -> None:
    words = ("tell", "Cổng đang bảo trì.", "--until", "2999-01-01 08:00", "--aspect", "online")
    entry = content(*words, "--json").lines[0]
    assert entry["until"] == "2999-01-01T08:00:00+07:00" and entry["aspects"] == ["online"]
    assert "Cổng đang bảo trì." in content("on-air").out
    assert content("withdraw", entry["id"]).status == 0
    assert "Không dừng gì" in content("on-air").out
    assert content("withdraw", entry["id"]).status == 1
