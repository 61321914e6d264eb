"""Settings that cannot be used and templates that do not fit are refused by name."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.asterisk.config import TEMPLATES, fill, write_configuration
from telephony.asterisk.dialplan import SUMMARY_LIMIT, decode_text, encode_text
from telephony.asterisk.installation import Installation
from telephony.asterisk.settings import AgentAccount, AsteriskSettings
from telephony.errors import AsteriskConfigError

AGENT = AgentAccount(name="lan", password="matkhau-1", number="1001")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    data = tmp_path / "installed" / "share"
    for folder in ("documentation", "rest-api", "moh", "sounds"):
        (data / folder).mkdir(parents=True)
    return Installation(
        root=tmp_path, version="22.10.1", binary=tmp_path / "asterisk", modules_dir=tmp_path / "modules", data_dir=data
    )


def test_every_template_is_filled(installation: Installation, tmp_path: Path) -> None:
    settings = AsteriskSettings(
        sip_port=15060,
        trunks=("127.0.0.2/32", "10.1.0.0/16"),
        agents=(AGENT, AgentAccount(name="mai", password="matkhau-2", number="1002")),
        media_ports=(8790, 8791),
        stasis_apps=("a", "b"),
        deadman_s=2.5,
    )
    etc = write_configuration(installation, settings, tmp_path / "run")
    written = {path.name: path.read_text(encoding="utf-8") for path in etc.iterdir()}
    assert set(written) == {path.name for path in TEMPLATES.glob("*.conf")}
    assert not [name for name, text in written.items() if "{{" in text or "}}" in text]
    assert "match = 127.0.0.2/32\nmatch = 10.1.0.0/16\n" in written["pjsip.conf"]
    assert "anonymous" not in written["modules.conf"]
    assert "[lan](agent-auth)\nusername = lan\npassword = matkhau-1\n" in written["pjsip.conf"]
    assert "member => PJSIP/mai,0,mai,PJSIP/mai" in written["queues.conf"]
    assert "uri = ws://127.0.0.1:8791/media" in written["websocket_client.conf"]
    assert "STASIS_APPS = a&b\n" in written["extensions.conf"]
    assert "TIMEOUT(absolute)=2.5)" in written["extensions.conf"]
    assert settings.ari_password in written["ari.conf"]


def test_the_announcements_are_found_beside_the_installed_data(installation: Installation, tmp_path: Path) -> None:
    settings = AsteriskSettings(sounds_dir=tmp_path / "prompts")
    write_configuration(installation, settings, tmp_path / "run")
    write_configuration(installation, settings, tmp_path / "run")
    data = tmp_path / "run" / "data"
    assert (data / "sounds" / "tongdai").resolve() == tmp_path / "prompts"
    assert (data / "rest-api").resolve() == installation.data_dir / "rest-api"


def test_secrets_are_written_for_the_owner_only(installation: Installation, tmp_path: Path) -> None:
    etc = write_configuration(installation, AsteriskSettings(), tmp_path / "run")
    assert etc.stat().st_mode & 0o077 == 0
    assert (etc / "ari.conf").stat().st_mode & 0o077 == 0


def test_what_is_as_it_should_be_is_not_written_again(installation: Installation, tmp_path: Path) -> None:
    settings = AsteriskSettings()
    etc = write_configuration(installation, settings, tmp_path / "run")
    (etc / "queues.conf").write_text("half of it")
    (etc / "ari.conf").chmod(0o644)
    for file in etc.iterdir():
        os.utime(file, (1, 1))
    again = {file.name: file for file in write_configuration(installation, settings, tmp_path / "run").iterdir()}
    assert {name for name, file in again.items() if file.stat().st_mtime != 1} == {"queues.conf", "ari.conf"}
    assert "strategy" in again["queues.conf"].read_text() and again["ari.conf"].stat().st_mode & 0o077 == 0


def test_an_unknown_placeholder_is_named_with_its_file(installation: Installation, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "sip.conf").write_text("bind = {{sip_hots}}\n", encoding="utf-8")
    with pytest.raises(AsteriskConfigError, match=r"sip\.conf: unknown placeholder \{\{sip_hots\}\}"):
        write_configuration(installation, AsteriskSettings(), tmp_path / "run", templates)


def test_an_open_placeholder_is_named_with_its_line() -> None:
    with pytest.raises(AsteriskConfigError, match=r"sip\.conf: line 2"):
        fill("a = 1\nb = {{port\n", {"port": "1"}, "sip.conf")


def test_no_templates_is_an_error(installation: Installation, tmp_path: Path) -> None:
    with pytest.raises(AsteriskConfigError, match="no configuration templates"):
        write_configuration(installation, AsteriskSettings(), tmp_path / "run", tmp_path / "nothing")


@pytest.mark.parametrize("name", ["a;b", "a{b", "x" * 120])
def test_a_run_directory_that_asterisk_cannot_hold_is_refused(
    installation: Installation, tmp_path: Path, name: str
) -> None:
    with pytest.raises(AsteriskConfigError, match="run_dir"):
        write_configuration(installation, AsteriskSettings(), tmp_path / name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sip_port", 0),
        ("http_port", 70000),
        ("media_ports", (8790, -1)),
        ("rtp_end", 10001),
        ("sip_host", "localhost"),
        ("media_address", "::1"),
        ("trunks", ("127.0.0.300/32",)),
        ("trunks", ("10.0.0.1/8",)),
        ("hotline", "1900 1009"),
        ("queue", "tư vấn"),
        ("queue", "a]\n[b"),
        ("ari_password", "short"),
        ("ari_password", "with;comment"),
        ("stasis_apps", ("a,b",)),
        ("stasis_apps", ("a&b",)),
        ("deadman_s", 0),
        ("queue_max_s", -1),
        ("agents", (replace(AGENT, name="../x"),)),
        ("agents", (replace(AGENT, password="one\ntwo-three"),)),
        ("agents", (replace(AGENT, number="abc"),)),
        ("agents", (AGENT, replace(AGENT, number="1002"))),
        ("agents", (AGENT, replace(AGENT, name="mai"))),
        ("agents", (replace(AGENT, number="19001009"),)),
        ("agents", (replace(AGENT, name="trunk"),)),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(field: str, value: object) -> None:
    with pytest.raises(AsteriskConfigError, match=f"^{field}"):
        AsteriskSettings(**{field: value})  # pyright: ignore[reportArgumentType]


def test_passwords_are_not_shown() -> None:
    settings = AsteriskSettings(agents=(AGENT,))
    assert AGENT.password not in repr(settings)
    assert settings.ari_password not in repr(settings)
    with pytest.raises(AsteriskConfigError) as refused:
        AsteriskSettings(ari_password="geheim;nis")
    assert "geheim" not in str(refused.value)


def test_every_instance_has_its_own_password_and_name() -> None:
    first, second = AsteriskSettings(), AsteriskSettings()
    assert first.ari_password != second.ari_password
    assert first.instance != second.instance


@given(st.text(max_size=80))
def test_handoff_text_survives_and_is_no_syntax(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    encoded = encode_text(text, limit=10_000)
    assert set(encoded) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%")
    assert decode_text(encoded) == " ".join(text.split())


def test_long_handoff_text_is_cut_between_characters() -> None:
    encoded = encode_text("được " * 500)
    assert len(encoded) <= SUMMARY_LIMIT
    assert decode_text(encoded).startswith("được được")
    assert "\ufffd" not in decode_text(encoded)
