"""The environment's set-up, with the real locks and venvs but without installing packages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotline import bootstrap

ROOT = Path(bootstrap.__file__).resolve().parent.parent


def test_test_needs_more_than_the_rest() -> None:
    assert bootstrap.wanted_groups(["test", "-k", "x"]) == ["base", "test"]
    assert bootstrap.wanted_groups(["demo"]) == ["base"]
    assert bootstrap.wanted_groups([]) == ["base"]


def test_the_stamp_says_what_is_installed(tmp_path: Path) -> None:
    assert bootstrap.missing_groups(tmp_path, ["base", "test"]) == ["base", "test"]
    bootstrap._stamp(tmp_path, {"base": bootstrap.lock_hash("base")})
    assert bootstrap.missing_groups(tmp_path, ["base", "test"]) == ["test"]
    bootstrap._stamp(tmp_path, {"base": "of an older lock"})
    assert bootstrap.missing_groups(tmp_path, ["base"]) == ["base"]
    (tmp_path / bootstrap.STAMP).write_text("[half")
    assert bootstrap.missing_groups(tmp_path, ["base"]) == ["base"]


def test_a_python_without_ensurepip_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_module(name: str) -> None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", no_module)
    with pytest.raises(bootstrap.SetupError, match=r"apt-get install python3\.\d+-venv"):
        bootstrap._make_venv(tmp_path / "venv")


def test_an_unreachable_index_is_told(tmp_path: Path) -> None:
    environment = os.environ | {
        "TONGDAI_VENV": str(tmp_path / "venv"),
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_CONSTRAINT": "",
    }
    done = subprocess.run(
        [str(ROOT / "tongdai"), "doctor"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "installing the base packages of base.lock failed" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_the_lock_files_name_no_index() -> None:
    for lock in bootstrap.LOCKS.values():
        text = lock.read_text("utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    fake = tmp_path / "python3"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    for name in ("python3.11", "python3.12", "python3.13", "python3.14"):
        (tmp_path / name).symlink_to(fake)
    for tool in ("readlink", "dirname"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "tongdai"), "doctor"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr
    assert sys.version_info >= (3, 11)
