"""An Asterisk that is there: where its files are and how it is started."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.paths import cache_dir
from telephony.asterisk.manifest import Manifest
from telephony.asterisk.version import Version, require_supported
from telephony.errors import AsteriskInstallError, AsteriskVersionError

BINARY_VARIABLE = "TONGDAI_ASTERISK"
STAMP = "tongdai-installed.json"
MANIFEST = "tongdai-manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    root: Path
    """Folder of the unpacked tree; `/` for the system's own Asterisk."""
    version: str
    """Such as `22.10.1`."""
    binary: Path
    modules_dir: Path
    data_dir: Path
    """Holds `documentation`, `rest-api`, `moh`."""
    loader: Path | None = None
    """The tree's own ld.so; None: the system's own Asterisk runs by itself."""
    library_path: str = ""
    """Folders of libraries for `loader`, separated by colons."""

    def command(self, *arguments: str) -> list[str]:
        """The command line of this Asterisk with `arguments`."""
        if self.loader is None:
            return [str(self.binary), *arguments]
        loader = [str(self.loader), "--library-path", self.library_path, "--argv0", "asterisk"]
        return [*loader, str(self.binary), *arguments]


def asterisk_dir() -> Path:
    """Where installations are kept."""
    return cache_dir() / "asterisk"


def find_asterisk() -> Installation | None:
    """The Asterisk that `TONGDAI_ASTERISK` names, else the newest that was installed whole; None if there is none.

    Raises `AsteriskInstallError` or `AsteriskVersionError` where the variable names something that cannot be used.
    """
    if named := os.environ.get(BINARY_VARIABLE):
        return system_installation(Path(named))
    found = [tree for path in asterisk_dir().glob(f"*/{STAMP}") if (tree := read_installation(path.parent))]
    return max(found, key=lambda tree: Version.parse(tree.version), default=None)


def read_installation(root: Path) -> Installation | None:
    """The tree in `root` if it was unpacked to its end from the manifest that lies in it."""
    try:
        stamp: dict[str, Any] = json.loads((root / STAMP).read_text(encoding="utf-8"))
        manifest = Manifest.from_json((root / MANIFEST).read_text(encoding="utf-8"))
        tree = describe_tree(root, manifest)
    except (OSError, ValueError, AsteriskInstallError, AsteriskVersionError):
        return None
    return tree if stamp.get("manifest_sha256") == manifest.digest() else None


def describe_tree(root: Path, manifest: Manifest) -> Installation:
    """Raises `AsteriskInstallError` where the unpacked tree lacks a part, `AsteriskVersionError`."""
    version = require_supported(manifest.version, f"suite {manifest.suite}")
    libraries = root / "usr" / "lib" / manifest.triplet
    loaders = [*sorted(libraries.glob("ld-linux*.so.*")), *sorted((root / "usr").glob("lib*/ld-linux*.so.*"))]
    tree = Installation(
        root=root,
        version=str(version),
        binary=root / "usr" / "sbin" / "asterisk",
        modules_dir=libraries / "asterisk" / "modules",
        data_dir=root / "usr" / "share" / "asterisk",
        loader=loaders[0] if loaders else root / "ld-linux.so",
        library_path=str(libraries),
    )
    for path in (tree.binary, tree.modules_dir / "chan_websocket.so", tree.data_dir / "rest-api", tree.loader):
        if path is None or not path.exists():
            raise AsteriskInstallError(f"{path} is missing from the packages")
    return tree


def system_installation(binary: Path) -> Installation:
    """The system's own Asterisk, its version asked with `-V`."""
    if not os.access(binary, os.X_OK) or binary.is_dir():
        raise AsteriskInstallError(f"{BINARY_VARIABLE}: {binary} is not a program; name the asterisk binary")
    try:
        answer = subprocess.run([str(binary), "-V"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AsteriskInstallError(f"{BINARY_VARIABLE}: {binary} -V does not answer: {error}") from error
    version = require_supported(answer.stdout or answer.stderr, f"{BINARY_VARIABLE}={binary}")
    prefix = binary.resolve().parent.parent
    return Installation(
        root=Path("/"),
        version=str(version),
        binary=binary,
        modules_dir=_first(
            "modules",
            [
                *prefix.glob("lib/*/asterisk/modules"),
                prefix / "lib/asterisk/modules",
                prefix / "lib64/asterisk/modules",
            ],
            "chan_websocket.so",
        ),
        data_dir=_first("data", [prefix / "share/asterisk", Path("/var/lib/asterisk")], "rest-api"),
    )


def _first(what: str, folders: list[Path], member: str) -> Path:
    for folder in folders:
        if (folder / member).exists():
            return folder
    looked = ", ".join(str(folder) for folder in folders)
    raise AsteriskInstallError(f"{BINARY_VARIABLE}: no {what} folder with {member}; looked in {looked}")
