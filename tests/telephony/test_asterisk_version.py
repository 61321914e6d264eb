"""Versions as `asterisk -V` and Debian write them, and which of them are taken."""

from pathlib import Path

import pytest

from telephony.asterisk.installation import find_asterisk
from telephony.asterisk.version import Version, require_supported
from telephony.errors import AsteriskInstallError, AsteriskVersionError


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1~dfsg-1", (22, 10, 1)),
        ("1:22.10.1+dfsg+~cs6.17.60671434-1", (22, 10, 1)),
        ("22.8", (22, 8, 0)),
        ("Asterisk 23.0.0-rc1", (23, 0, 0)),
    ],
)
def test_versions_are_read(text: str, version: tuple[int, int, int]) -> None:
    assert Version.parse(text) == Version(*version)
    assert Version.parse(text).supported


@pytest.mark.parametrize("text", ["22.7.9", "20.99.1", "24.0.0", "1:16.28.0~dfsg-0+deb11u4"])
def test_other_versions_are_refused_with_what_is_needed(text: str) -> None:
    with pytest.raises(AsteriskVersionError, match=r"here: found Asterisk .*, needed: 22\.8 or newer, below 24"):
        require_supported(text, "here")


def test_newer_is_larger() -> None:
    assert Version.parse("22.10.0") > Version.parse("22.9.5")


def script(folder: Path, body: str) -> Path:
    path = folder / "asterisk"
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_a_named_asterisk_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = script(tmp_path, "echo Asterisk 20.5.2")
    monkeypatch.setenv("TONGDAI_ASTERISK", str(path))
    with pytest.raises(AsteriskVersionError, match=rf"TONGDAI_ASTERISK={path}: found Asterisk 20\.5\.2"):
        find_asterisk()


@pytest.mark.parametrize("body", ["echo nothing", "exit 1", "echo 'no version' >&2"])
def test_a_named_program_that_is_no_asterisk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setenv("TONGDAI_ASTERISK", str(script(tmp_path, body)))
    with pytest.raises(AsteriskVersionError, match="no Asterisk version"):
        find_asterisk()


def test_a_named_asterisk_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI_ASTERISK", str(tmp_path / "none"))
    with pytest.raises(AsteriskInstallError, match="TONGDAI_ASTERISK"):
        find_asterisk()


def test_a_named_asterisk_with_its_folders_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sbin = tmp_path / "usr" / "sbin"
    modules = tmp_path / "usr" / "lib" / "x86_64-linux-gnu" / "asterisk" / "modules"
    data = tmp_path / "usr" / "share" / "asterisk"
    for folder in (sbin, modules, data / "rest-api"):
        folder.mkdir(parents=True)
    (modules / "chan_websocket.so").touch()
    monkeypatch.setenv("TONGDAI_ASTERISK", str(script(sbin, "echo Asterisk 22.8.0")))
    found = find_asterisk()
    assert found is not None
    assert (found.version, found.modules_dir, found.data_dir) == ("22.8.0", modules, data)
    assert found.command("-f") == [str(sbin / "asterisk"), "-f"]


def test_a_named_asterisk_without_the_websocket_channel_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sbin").mkdir()
    monkeypatch.setenv("TONGDAI_ASTERISK", str(script(tmp_path / "sbin", "echo Asterisk 22.8.0")))
    with pytest.raises(AsteriskInstallError, match=r"chan_websocket\.so"):
        find_asterisk()
