from pathlib import Path

import pytest

from hotline.errors import SettingsError
from hotline.settings import DEFAULT_FILE, Settings, load_settings


def write(folder: Path, text: str) -> Path:
    file = folder / "hotline.yaml"
    file.write_text(text, "utf-8")
    return file


def test_the_shipped_file_holds_the_defaults() -> None:
    assert load_settings(DEFAULT_FILE, {}) == Settings()


def test_environment_over_file_over_default(tmp_path: Path) -> None:
    file = write(tmp_path, "telephony: {sip_port: 5070, ari_port: 8090}")
    settings = load_settings(file, {"TONGDAI__TELEPHONY__SIP_PORT": "5080", "PATH": "/bin"})
    assert settings.telephony.sip_port == 5080
    assert settings.telephony.ari_port == 8090
    assert settings.telephony.number == "19001009"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("telephony: {sip_prot: 5070}", r"hotline\.yaml: telephony\.sip_prot: unknown setting"),
        ("telephony: {sip_port: many}", r"telephony\.sip_port: .*integer"),
        ("telephony: {sip_port: 99999}", r"telephony\.sip_port"),
        ("telephony: {agents: [{name: 'Agent One', number: '1'}]}", r"telephony\.agents\.0\.name"),
        ("content: {profile: live}", r"content\.profile"),
        ("- a list", "must hold settings by name"),
        ("telephony: {", "not YAML"),
        ("telephony:\n  sip_port: 1\n  trunks: [a\n", r"hotline\.yaml:4: not YAML: "),
        ("telephony:\n  sip_port: 1\n  sip_port: 2\n", r"hotline\.yaml:3: not YAML: .*sip_port"),
        ("telephony: {sip_host: pbx.example}", r"telephony\.sip_host: 'pbx\.example' is no IPv4 address"),
        ("telephony: {trunks: [10.20.0.2, 300.1.1.1]}", r"telephony\.trunks: .*300\.1\.1\.1"),
        ("sounds: {}", "sounds: unknown setting"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(write(tmp_path, text), {})


def test_a_wrong_environment_is_named() -> None:
    with pytest.raises(SettingsError, match=r"environment: telephony\.sip_port"):
        load_settings(None, {"TONGDAI__TELEPHONY__SIP_PORT": "x"})
    with pytest.raises(SettingsError, match=r"environment: nonsense: unknown setting"):
        load_settings(None, {"TONGDAI__NONSENSE": "1"})


def test_the_home_folder_is_known_in_every_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "x").mkdir()
    text = """
content: {folder: ~/x, store: ~/store}
journal: {url: "sqlite:///~/journal.db", spool: ~/spool}
run_dir: ~/run
"""
    settings = load_settings(write(tmp_path, text), {"TONGDAI__CONTENT__STORE": "~/other"})
    assert settings.content.folder == tmp_path / "x"
    assert settings.content.store == tmp_path / "other"
    assert settings.journal.url == f"sqlite:///{tmp_path}/journal.db"
    assert settings.journal.spool == tmp_path / "spool"
    assert settings.run_dir == tmp_path / "run"


def test_the_home_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"content\.store: ~no-such-user/x: no such user"):
        load_settings(write(tmp_path, "content: {store: ~no-such-user/x}"), {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml"):
        load_settings(tmp_path / "nowhere.yaml", {})


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(write(tmp_path, ""), {}) == Settings()
