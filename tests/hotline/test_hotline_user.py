"""`tongdai user`: what it does to the file, and what it says of bad input."""

import io
import json
from pathlib import Path

import pytest

from console.users import FILE_NAME, Role, Users
from hotline.cli import main


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Users:
    monkeypatch.setenv("TONGDAI__RUN_DIR", json.dumps(str(tmp_path)))
    return Users(tmp_path / FILE_NAME)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_users_come_change_and_go(
    users: Users, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "mot mat khau dai\n")
    assert main(["user", "add", "hoa", "--role", "supervisor", "--password-stdin"]) == 0
    before = users.all()["hoa"]
    assert before.role is Role.SUPERVISOR
    typed(monkeypatch, "mot mat khau khac\n")
    assert main(["user", "password", "hoa", "--password-stdin"]) == 0
    assert users.all()["hoa"].stamp != before.stamp
    capsys.readouterr()
    assert main(["user", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "hoa", "role": "supervisor"}]
    assert main(["user", "remove", "hoa"]) == 0
    assert not users.all()
    assert main(["user", "list"]) == 0
    assert "user add" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "password", "status", "says"),
    [
        (["add", "Hoa", "--role", "admin", "--password-stdin"], "mot mat khau dai\n", 2, "name"),
        (["add", "hoa", "--role", "admin", "--password-stdin"], "ngan\n", 2, "password"),
        (["add", "hoa", "--role", "admin", "--password-stdin"], "", 2, "password"),
        (["add", "hoa", "--role", "admin"], "", 2, "--password-stdin"),
        (["remove", "minh"], "", 1, "minh"),
        (["password", "minh", "--password-stdin"], "mot mat khau dai\n", 1, "minh"),
    ],
)
def test_what_is_wrong_is_named(
    users: Users, arguments: list[str], password: str, status: int, says: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    typed(monkeypatch, password)
    assert main(["user", *arguments]) == status
    assert says in capsys.readouterr().err
    assert not users.all()


@pytest.mark.parametrize("arguments", [[], ["add"], ["add", "hoa"], ["add", "hoa", "--role", "boss"], ["forget"]])
def test_usage(users: Users, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["user", *arguments])
    assert ended.value.code == 2
