"""Options and exit statuses of every command."""

import json
import logging
import socket
from pathlib import Path

import pytest
from command_line import Command

from hotline.cli import COMMANDS
from hotline.logs import configure_logs


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(tongdai: Command, command: str) -> None:
    ran = tongdai(command, "--help")
    assert ran.status == 0 and ran.out.startswith(f"usage: tongdai {command}") and not ran.err


def test_help_names_every_command(tongdai: Command) -> None:
    ran = tongdai("--help")
    assert ran.status == 0 and set(COMMANDS) <= set(ran.out.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "COMMAND"),
        (("nope",), "'nope'"),
        (("ask", "--nope"), "--nope"),
        (("ask", "một", "hai"), "hai"),
        (("ask",), "TEXT or --batch"),
        (("ask", "a", "--batch", "x.jsonl"), "TEXT or --batch"),
        (("ask", "a", "--as-of", "24/11/2026"), "24/11/2026"),
        (("ask", "a", "--as-of", "2026-02-30"), "2026-02-30"),
        (("ask", "a", "--config", "none.yaml"), "none.yaml: No such file"),
        (("say",), "TEXT or --batch"),
        (("say", "a", "--rate-hz", "44100"), "44100"),
        (("say", "a", "--engine", "nobody"), "nobody is not one of"),
        (("say", "a", "--voice", "nobody"), "nobody is not one of"),
        (("say", "--batch", "none.txt"), "none.txt: No such file"),
        (("say", "xin", "chào"), 'put the text in quotes: "xin chào"'),
        (("ask", "làm", "giấy", "khai", "sinh", "--json"), 'put the text in quotes: "làm giấy khai sinh"'),
        (("ask", "a", "--jsn"), "unrecognized arguments: --jsn"),
        (("transcribe",), "WAV"),
        (("transcribe", "a.wav", "--engine", "nobody"), "'nobody' is none of"),
        (("call", "--to", "1@127.0.0.1:notaport"), "--to: 1@127.0.0.1:notaport"),
        (("call", "--to", "1@127.0.0.1:99999"), "--to: 1@127.0.0.1:99999"),
        (("call", "--to", "hai ba@127.0.0.1"), "--to: hai ba@127.0.0.1"),
        (("call", "--say", ""), "--say: nothing to say"),
        (("call", "--say", "a", "--voice", "nobody"), "nobody is not one of"),
        (("call", "--dtmf", "12x"), "--dtmf: '12x'"),
        (("call", "--play", "none.wav"), "--play: none.wav"),
        (("models",), "list|pull"),
        (("models", "pull", "nope"), "'nope'"),
        (("models", "pull", "people", "--from", "none.whl"), "--from: none.whl: No such file"),
        (("models", "pull", "people", "--from", "/"), "--from: /: Is a directory"),
        (("db",), "upgrade|ship"),
        (("db", "upgrade", "--config", "none.yaml"), "none.yaml: No such file"),
        (("asterisk", "remove"), "'remove'"),
        (("bench", "nope"), "'nope'"),
        (("bench", "calls", "--calls", "0"), "between 1 and 200"),
        (("bench", "calls", "--calls", "1,x"), "'1,x' is no list"),
        (("bench", "calls", "--turns", "0"), "turns"),
        (("serve", "--config", "none.yaml"), "none.yaml: No such file"),
        (("doctor", "--config", "none.yaml"), "none.yaml: No such file"),
        (("demo", "--out", "/proc/none/demo"), "--out: /proc/none/demo"),
    ],
)
def test_bad_usage_names_what_is_wrong(tongdai: Command, arguments: tuple[str, ...], message: str) -> None:
    ran = tongdai(*arguments)
    assert ran.status == 2 and message in ran.err and (not ran.out or "--json" in arguments)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("CONTENT__FOLDER", "/none", "environment: content.folder: /none: no such folder"),
        ("RECOGNITION__ENGINE", "nobody", "environment: recognition.engine: 'nobody' is none of people"),
        ("SPEECH__FALLBACK", "nobody", "environment: speech.fallback: 'nobody' is none of vais, espeak"),
        ("TELEPHONY__NUMBER", "x", "environment: telephony.number"),
        ("TELEPHONY__NONE", "1", "environment: telephony.none: unknown setting"),
    ],
)
def test_bad_settings_name_the_field(
    tongdai: Command, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"TONGDAI__{setting}", value)
    ran = tongdai("ask", "a", "--json")
    assert ran.status == 2 and message in ran.err
    assert json.loads(ran.out)["error"]["code"] == "program.settings"


@pytest.mark.parametrize("command", [(), ("doctor",), ("ask", "a", "--json")])
def test_a_wrong_log_level_is_named(
    tongdai: Command, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("TONGDAI_LOG", "FOO")
    ran = tongdai(*command)
    assert ran.status == 2
    assert "TONGDAI_LOG: 'FOO' is none of DEBUG, INFO, WARNING, ERROR, CRITICAL" in ran.err


@pytest.mark.parametrize(
    ("level", "set_to"), [("", logging.WARNING), ("debug", logging.DEBUG), ("ERROR", logging.ERROR)]
)
def test_the_log_level_is_taken(monkeypatch: pytest.MonkeyPatch, level: str, set_to: int) -> None:
    monkeypatch.setenv("TONGDAI_LOG", level)
    configure_logs()
    assert logging.getLogger().level == set_to


def test_an_interrupted_command_says_nothing(tongdai: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hotline.commands.ask.load_settings", interrupt)
    ran = tongdai("ask", "a")
    assert ran.status == 130 and not ran.out and not ran.err


def test_a_command_interrupted_while_it_loads_says_nothing(tongdai: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hotline.cli.importlib.import_module", interrupt)
    ran = tongdai("ask", "a")
    assert ran.status == 130 and not ran.out and not ran.err


def test_doctor_names_a_taken_port_of_the_console(
    tongdai: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("TONGDAI__CONSOLE__PORT", str(port))
        monkeypatch.setenv("TONGDAI__RUN_DIR", str(tmp_path))
        checks = json.loads(tongdai("doctor", "--json").out)
    (console,) = [check for check in checks if check["name"] == f"console port {port}/tcp"]
    assert not console["ok"] and "taken by" in console["found"] and console["mend"]


def test_doctor_tells_what_is_there_and_what_mends_what_is_not(tongdai: Command) -> None:
    ran = tongdai("doctor", "--json")
    checks = json.loads(ran.out)
    assert all(set(check) == {"name", "ok", "found", "mend"} for check in checks)
    assert {"Python", "recogniser model", "voice vais", "voice espeak", "journal database", "journal spool"} <= {
        check["name"] for check in checks
    }
    assert all(check["ok"] or check["mend"] for check in checks)
    assert ran.status == (0 if all(check["ok"] for check in checks) else 1)
    plain = tongdai("doctor")
    assert plain.status == ran.status and "voice vais" in plain.out


def test_models_are_listed(tongdai: Command, people_model: None) -> None:
    assert tongdai("models", "list", "--json").lines == [[{"model": "people", "present": True}]]
    assert tongdai("models", "list").out.split() == ["people", "there"]
    pulled = tongdai("models", "pull", "people", "--json")
    assert pulled.status == 0 and set(pulled.lines[0]) == {"model", "onnx", "vocabulary"}
