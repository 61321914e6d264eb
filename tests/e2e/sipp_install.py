"""sipp, a SIP load generator written by others: the host's own, or the package of the distribution unpacked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from unpacked_packages import download, libraries_of, sole_installer, unpack

from contracts.paths import cache_dir
from telephony.errors import AsteriskInstallError

_STAMP = "tongdai-unpacked"


class SippUnavailable(Exception):
    """The message says why."""


def sipp_command() -> tuple[str, ...]:
    """Program and leading arguments. Skips the test where no sipp can be had; with CI=true it fails instead."""
    try:
        return ensure_sipp()
    except SippUnavailable as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no sipp: {error}")


def ensure_sipp() -> tuple[str, ...]:
    """Raises `SippUnavailable`."""
    if found := shutil.which("sipp"):
        return (found,)
    base = cache_dir() / "sipp"
    base.mkdir(parents=True, exist_ok=True)
    with sole_installer(base / "lock"):
        root = base / "root"
        try:
            if not (root / _STAMP).exists():
                unpack(download(base / "packages", "sip-tester"), root, _STAMP)
                # What is unpacked is all that is needed.
                shutil.rmtree(base / "packages")
            return _unpacked(root)
        except (AsteriskInstallError, subprocess.SubprocessError, OSError) as error:
            raise SippUnavailable(str(error)) from error


def _unpacked(root: Path) -> tuple[str, ...]:
    loader, libraries = libraries_of(root)
    return (str(loader), "--library-path", libraries, str(root / "usr/bin/sipp"))
