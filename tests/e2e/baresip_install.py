"""baresip, a SIP phone written by others: the host's own, or the distribution's package unpacked into the cache.

No root is needed and the host is left as it is. Only what the phone needs for G.711 from and to files is fetched: of
the package's many dependencies (video, sound cards) just the SIP and sound file libraries.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from unpacked_packages import sole_installer, unpack

from contracts.paths import cache_dir
from telephony.asterisk.child import plain_environment
from telephony.asterisk.install import require_tools
from telephony.asterisk.packages import APT_CACHE, APT_GET, PackageState
from telephony.asterisk.sources import find_mirror
from telephony.errors import AsteriskInstallError

_NEEDED = re.compile(r"^\s*Depends: (lib(?:re|rem|sndfile|ssl)\d+(?:t64)?)\s*$", re.MULTILINE)
_STAMP = "tongdai-unpacked"


class BaresipUnavailable(Exception):
    """The message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaresipProgram:
    command: tuple[str, ...]
    """Program and leading arguments."""
    modules: Path


def baresip_program() -> BaresipProgram:
    """Skips the test where no baresip can be had; with CI=true it fails instead."""
    try:
        return ensure_baresip()
    except BaresipUnavailable as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no baresip: {error}")


def ensure_baresip() -> BaresipProgram:
    """Raises `BaresipUnavailable`."""
    if found := shutil.which("baresip"):
        return _describe(Path(found), Path(found).resolve().parent.parent, ())
    base = cache_dir() / "baresip"
    base.mkdir(parents=True, exist_ok=True)
    with sole_installer(base / "lock"):
        root = base / "root"
        if not (root / _STAMP).exists():
            try:
                unpack(_download(base / "packages"), root, _STAMP)
            except (AsteriskInstallError, subprocess.CalledProcessError, OSError) as error:
                raise BaresipUnavailable(str(error)) from error
    return _describe_tree(root)


def _describe_tree(root: Path) -> BaresipProgram:
    loader = next(iter(sorted(root.glob("lib*/ld-linux*.so.*")) or sorted(root.glob("**/ld-linux*.so.*"))), None)
    if loader is None:
        raise BaresipUnavailable(f"{root}: no dynamic loader in the packages")
    folders = {path.parent for path in root.glob("**/lib*.so*") if "modules" not in path.parts}
    libraries = ":".join(sorted(map(str, folders)))
    return _describe(root / "usr/bin/baresip", root / "usr", (str(loader), "--library-path", libraries))


def _describe(binary: Path, prefix: Path, before: tuple[str, ...]) -> BaresipProgram:
    modules = next((path.parent for path in sorted(prefix.glob("lib*/**/baresip/modules/g711.so"))), None)
    if modules is None:
        raise BaresipUnavailable(f"{prefix}: no modules of baresip")
    return BaresipProgram(command=(*before, str(binary)), modules=modules)


def _download(base: Path) -> Path:
    require_tools()
    mirror = find_mirror()
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    state = PackageState(base, mirror, mirror.candidates[0], architecture.stdout.strip())
    state.update()
    needed = _NEEDED.findall(_apt(base, APT_CACHE, "depends", "baresip-core"))
    _apt(base, APT_GET, "-y", "--download-only", "install", *needed)
    _apt(base, APT_GET, "download", "baresip-core", folder=state.archives)
    return state.archives


def _apt(base: Path, program: str, *arguments: str, folder: Path | None = None) -> str:
    """With the package state that `PackageState.update` has made in `base`."""
    answer = subprocess.run(
        [program, "-c", str(base / "apt.conf"), "-q", *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=plain_environment(),
        timeout=300,
    )
    return answer.stdout
