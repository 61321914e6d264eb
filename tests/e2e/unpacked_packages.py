"""Debian packages as a folder: nothing is installed, nothing of the host is touched."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


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


@contextmanager
def sole_installer(path: Path) -> Generator[None]:
    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
