"""Debian packages as a folder: nothing is installed, nothing of the host is touched."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from telephony.asterisk.child import plain_environment
from telephony.asterisk.install import require_tools
from telephony.asterisk.packages import APT_GET, PackageState
from telephony.asterisk.sources import find_mirror


def unpack(archives: Path, root: Path, stamp: str) -> None:
    """All packages in `archives` into `root`, which has `stamp` in it when it is whole."""
    aside = root.with_name(f"unpacking-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for package in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(aside)], check=True, capture_output=True)
    (aside / stamp).touch()
    shutil.rmtree(root, ignore_errors=True)
    aside.rename(root)


def download(base: Path, package: str) -> Path:
    """The folder of that package and all that it needs, also what the host has.

    Raises `AsteriskInstallError`, `subprocess.SubprocessError`, `OSError`.
    """
    require_tools()
    mirror = find_mirror()
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    state = PackageState(base, mirror, mirror.candidates[0], architecture.stdout.strip())
    state.update()
    subprocess.run(
        [APT_GET, "-c", str(base / "apt.conf"), "-q", "-y", "--download-only", "install", package],
        capture_output=True,
        check=True,
        env=plain_environment(),
        timeout=500,
    )
    return state.archives


def libraries_of(root: Path) -> tuple[Path, str]:
    """The dynamic loader in an unpacked tree, and its path of libraries. Raises `FileNotFoundError`."""
    loader = next(iter(sorted(root.glob("usr/lib*/ld-linux*.so.*")) or sorted(root.glob("**/ld-linux*.so.*"))), None)
    if loader is None:
        raise FileNotFoundError(f"{root}: no dynamic loader in the packages")
    folders = {path.parent for path in root.glob("**/lib*.so*") if path.parent.name != "gconv"}
    return loader, ":".join(sorted(map(str, folders)))


@contextmanager
def sole_installer(path: Path) -> Generator[None]:
    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
