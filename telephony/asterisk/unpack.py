"""Package files unpacked into a folder that works as it stands, outside any chroot."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from telephony.asterisk.manifest import Manifest
from telephony.errors import AsteriskInstallError

# Only libraries, modules, sounds and the program itself are wanted; this also leaves out every set-uid program.
_UNWANTED = (
    "./etc",
    "./var",
    "./run",
    "./bin",
    "./usr/bin",
    "./usr/games",
    "./usr/sbin/[!a]*",
    "./usr/share/[!a]*",
    "./usr/share/alsa",
    "./usr/share/adduser",
    "./usr/libexec",
)
_WORKERS = 4
_MERGED = ("lib", "lib64", "sbin")


def unpack(manifest: Manifest, archives: Path, root: Path, on_package: Callable[[int], None]) -> None:
    """Unpacks every file of `manifest` into the new folder `root`. Raises `AsteriskInstallError`."""
    for name in _MERGED:
        # Older packages still write to /lib; one tree keeps the search path short.
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    files = [archives / package.file for package in manifest.packages]
    with ThreadPoolExecutor(_WORKERS) as pool:
        done = pool.map(partial(_unpack_one, root=root), files)
        for count, _ in enumerate(done, start=1):
            on_package(count)
    _mend_links(root)


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _unpack_one(package: Path, root: Path) -> None:
    tar = ["tar", "-x", "-C", str(root), "--keep-directory-symlink", "--no-same-owner", "--no-same-permissions"]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as reader:
        writer = subprocess.run(
            [*tar, *(f"--exclude={path}" for path in _UNWANTED)],
            stdin=reader.stdout,
            capture_output=True,
            text=True,
            check=False,
        )
    if reader.returncode != 0 or writer.returncode != 0:
        raise AsteriskInstallError(
            f"{package.name} could not be unpacked into {root}: {writer.stderr.strip()[-200:] or 'damaged file'}"
        )


def _mend_links(root: Path) -> None:
    """Links that point into the host are turned into the tree, or removed where the tree lacks their target.

    Debian makes `sounds/en` a link through `/etc/alternatives`, on installation or in the package; without one that
    works, every prompt is silently missing.
    """
    data = root / "usr" / "share" / "asterisk"
    for link in list(_links(data)):
        target = link.readlink()
        if not target.is_absolute():
            continue
        inside = root / target.relative_to("/")
        link.unlink()
        if inside.exists():
            link.symlink_to(os.path.relpath(inside, link.parent))
    for voice in sorted((data / "sounds").glob("*_*")):
        language = voice.with_name(voice.name.partition("_")[0])
        if voice.is_dir() and not language.exists():
            language.symlink_to(voice.name)


def _links(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if path.is_symlink():
                yield path
