"""Installs Asterisk into the cache folder from the host's own mirror, without root and without touching the host.

The packages are downloaded with a private package state, verified, unpacked aside and renamed; they run by their own
ld.so. Every step can be interrupted: the next call goes on from the files that are whole.
"""

import fcntl
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from telephony.asterisk.installation import (
    MANIFEST,
    STAMP,
    Installation,
    asterisk_dir,
    describe_tree,
    find_asterisk,
    read_installation,
)
from telephony.asterisk.manifest import Manifest, write_whole
from telephony.asterisk.packages import PackageState, Unreachable
from telephony.asterisk.sources import MIRROR_VARIABLE, SUITE_VARIABLE, Mirror, find_mirror
from telephony.asterisk.unpack import remove, unpack
from telephony.asterisk.version import NEEDED, Version
from telephony.errors import AsteriskInstallError, AsteriskVersionError

TOOLS = ("apt-get", "apt-cache", "dpkg", "dpkg-deb", "tar")

_MEND = (
    f"check the network, or set {MIRROR_VARIABLE} to a Debian mirror that this machine reaches, "
    f"or TONGDAI_ASTERISK to an installed asterisk ({NEEDED})"
)
_TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    step: str
    """`wait`, `lists`, `download`, `check` or `unpack`."""
    done: int
    total: int
    """Bytes for `download`, files for `check` and `unpack`, suites for `lists`."""


OnProgress = Callable[[Progress], None]


def ensure_asterisk(progress: OnProgress = lambda _: None) -> Installation:
    """The Asterisk to use, installed first if need be (about 110 MB to download, 150 MB on disk, 10–60 s).

    Raises `AsteriskInstallError` (the message says what mends it) or `AsteriskVersionError`.
    """
    if found := find_asterisk():
        return found
    require_tools()
    base = asterisk_dir()
    base.mkdir(parents=True, exist_ok=True)
    with _sole_installer(base / "lock", progress):
        # Another installer may have finished while this one waited.
        return find_asterisk() or _install(base, progress)


def require_tools() -> None:
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        raise AsteriskInstallError(
            f"{', '.join(missing)} not found: the installer needs Debian's package tools; "
            f"elsewhere install asterisk ({NEEDED}) and set TONGDAI_ASTERISK to it"
        )


def _install(base: Path, progress: OnProgress) -> Installation:
    for leftover in base.glob("unpacking-*"):
        remove(leftover)
    manifest, archives = _downloaded_before(base) or _download(base, progress)
    version = str(Version.parse(manifest.version))
    aside = base / f"unpacking-{version}-{os.getpid()}"
    remove(aside)
    total = len(manifest.packages)
    unpack(manifest, archives, aside, lambda done: progress(Progress(step="unpack", done=done, total=total)))
    describe_tree(aside, manifest)
    write_whole(aside / MANIFEST, manifest.to_json())
    write_whole(aside / STAMP, json.dumps({"version": version, "manifest_sha256": manifest.digest()}) + "\n")
    final = base / version
    remove(final)
    aside.rename(final)
    installed = read_installation(final)
    if installed is None:
        raise AsteriskInstallError(f"{final}: the unpacked tree is not whole; remove it and install again")
    _tidy(base, manifest, archives)
    return installed


def _tidy(base: Path, manifest: Manifest, archives: Path) -> None:
    """Keeps the package files, from which a damaged tree can be made again without network, and nothing else."""
    for folder in (base / "packages").iterdir():
        if folder != archives.parent:
            remove(folder)
    wanted = {package.file for package in manifest.packages}
    for path in archives.glob("*.deb"):
        if path.name not in wanted:
            path.unlink()
    remove(archives.parent / "lists")
    for cache in archives.parent.glob("*pkgcache.bin"):
        cache.unlink()


def _downloaded_before(base: Path) -> tuple[Manifest, Path] | None:
    """What an earlier run downloaded to its end: unpacking it needs no network."""
    for path in base.glob("packages/*/manifest.json"):
        try:
            manifest = Manifest.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        archives = path.parent / "archives"
        if Version.parse(manifest.version).supported and all(file.matches(archives) for file in manifest.packages):
            return manifest, archives
    return None


def _download(base: Path, progress: OnProgress) -> tuple[Manifest, Path]:
    architecture, triplet = _architecture()
    state, version = _resolve(base, find_mirror(), architecture, progress)
    manifest = state.plan(version, triplet)
    total = manifest.size
    write_whole(state.manifest_path, manifest.to_json())
    damaged: list[str] = []
    # A file that was damaged on disk is fetched once more.
    for _ in range(2):
        state.download(manifest, lambda done: progress(Progress(step="download", done=done, total=total)))
        damaged = _damaged(manifest, state.archives, progress)
        if not damaged:
            return manifest, state.archives
        for file in damaged:
            (state.archives / file).unlink(missing_ok=True)
    raise AsteriskInstallError(f"downloaded files differ from the signed lists: {', '.join(damaged[:3])}; {_MEND}")


def _resolve(base: Path, mirror: Mirror, architecture: str, progress: OnProgress) -> tuple[PackageState, str]:
    """The first suite that carries a version we work with."""
    found: list[str] = []
    failures: list[str] = []
    for count, candidate in enumerate(mirror.candidates):
        progress(Progress(step="lists", done=count, total=len(mirror.candidates)))
        state = PackageState(base / "packages" / candidate.target, mirror, candidate, architecture)
        try:
            state.update()
            versions = state.versions()
        except Unreachable as error:
            raise AsteriskInstallError(f"the package mirror does not answer ({error}): {_MEND}") from error
        except AsteriskInstallError as error:
            failures.append(f"{candidate.target}: {error}")
            continue
        for version in versions:
            if Version.parse(version).supported:
                return state, version
            found.append(f"{version} in {candidate.target}")
    if found:
        raise AsteriskVersionError(
            f"the mirror has Asterisk {', '.join(found)}, needed: {NEEDED}; "
            f"set {SUITE_VARIABLE} and {MIRROR_VARIABLE} to a suite that has it"
        )
    reason = "; ".join(failures) or f"no suite of the mirror has Asterisk {NEEDED}"
    raise AsteriskInstallError(f"{reason}: {_MEND}")


def _damaged(manifest: Manifest, archives: Path, progress: OnProgress) -> list[str]:
    damaged: list[str] = []
    for count, package in enumerate(manifest.packages, start=1):
        if not package.matches(archives):
            damaged.append(package.file)
        progress(Progress(step="check", done=count, total=len(manifest.packages)))
    return damaged


def _architecture() -> tuple[str, str]:
    answer = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    architecture = answer.stdout.strip()
    return architecture, _TRIPLETS.get(architecture, f"{platform.machine()}-linux-gnu")


@contextmanager
def _sole_installer(path: Path, progress: OnProgress) -> Generator[None]:
    """The kernel lets go of the lock when this process ends, however it ends."""
    with path.open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(Progress(step="wait", done=0, total=1))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
