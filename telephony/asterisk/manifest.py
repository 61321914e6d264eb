"""What is to be unpacked: every package file with its SHA-256, from the package manager's verified lists."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    file: str
    size: int
    """Bytes."""
    sha256: str

    def matches(self, folder: Path) -> bool:
        """Whether `folder` has this file, whole and unchanged."""
        path = folder / self.file
        return path.is_file() and path.stat().st_size == self.size and sha256_of(path) == self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    version: str
    """Debian's version of the package `asterisk`."""
    suite: str
    architecture: str
    """dpkg's name: `amd64`, `arm64`."""
    triplet: str
    """Multiarch path: `x86_64-linux-gnu`."""
    packages: tuple[PackageFile, ...]

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(package.size for package in self.packages)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Raises `ValueError` for anything that `to_json` did not write."""
        try:
            raw: dict[str, Any] = json.loads(text)
            packages = tuple(PackageFile(**package) for package in raw.pop("packages"))
            return cls(packages=packages, **raw)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"no manifest: {error}") from error

    def digest(self) -> str:
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """The file is there whole or not at all, also after a power cut."""
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
