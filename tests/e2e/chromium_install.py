"""Chromium for the console's test: the host's own, or the distribution's packages unpacked into the cache.

No root is needed and the host is left as it is. The unpacked program runs by its own loader and libraries, so that it
does not matter which distribution it was made for.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from unpacked_packages import download, libraries_of, sole_installer, unpack

from contracts.paths import cache_dir
from telephony.errors import AsteriskInstallError

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-zygote",
)  # fmt: skip
"""It is to talk to this machine only."""

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_STAMP = "tongdai-unpacked"
_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{root}/usr/share/fonts</dir><cachedir>{root}/font-cache</cachedir></fontconfig>
"""
_WRAPPER = """\
#!/bin/sh
export FONTCONFIG_FILE={fonts}
# Its other processes are started as /proc/self/exe, which would be the loader alone.
exec {loader} --library-path {libraries} {program} --browser-subprocess-path={wrapper} "$@"
"""


class ChromiumUnavailable(Exception):
    """The message says why."""


def chromium_program() -> Path:
    """Skips the test where no Chromium can be had; with CI=true it fails instead."""
    try:
        return ensure_chromium()
    except ChromiumUnavailable as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Chromium: {error}")


def ensure_chromium() -> Path:
    """What to start. Raises `ChromiumUnavailable`."""
    if found := next(filter(None, map(shutil.which, _NAMES)), None):
        return Path(found)
    base = cache_dir() / "chromium"
    base.mkdir(parents=True, exist_ok=True)
    with sole_installer(base / "lock"):
        root = base / "root"
        if not (root / _STAMP).exists():
            try:
                unpack(download(base / "packages", "chromium"), root, _STAMP)
                # What is unpacked is all that is needed, and the packages are as large again.
                shutil.rmtree(base / "packages")
            except (AsteriskInstallError, subprocess.SubprocessError, OSError) as error:
                raise ChromiumUnavailable(str(error)) from error
        return _wrapped(root)


def _wrapped(root: Path) -> Path:
    program = root / "usr/lib/chromium/chromium"
    try:
        found, libraries = libraries_of(root)
    except FileNotFoundError as error:
        raise ChromiumUnavailable(str(error)) from error
    if not program.exists():
        raise ChromiumUnavailable(f"{root}: the packages hold no Chromium")
    # It looks for its data beside the program that the system started, which is the loader.
    loader = program.parent / found.name
    shutil.copy(found, loader)
    fonts = root / "fonts.conf"
    fonts.write_text(_FONTS.format(root=root), encoding="utf-8")
    wrapper = root / "chromium"
    wrapper.write_text(
        _WRAPPER.format(
            fonts=shlex.quote(str(fonts)),
            wrapper=shlex.quote(str(wrapper)),
            loader=shlex.quote(str(loader)),
            libraries=shlex.quote(libraries),
            program=shlex.quote(str(program)),
        ),
        encoding="utf-8",
    )
    wrapper.chmod(0o755)
    return wrapper
