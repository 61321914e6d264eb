"""The files of a bundle, and the hash by which it is known."""

import hashlib
from pathlib import Path

ID_CHARS = 12


def bundle_files(folder: Path) -> list[Path]:
    """Relative, in order. What editors and systems leave lying about (`.x`, `x~`) is no content."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(_left_over(part) for part in path.parts))


def _left_over(name: str) -> bool:
    return name.startswith(".") or name.endswith("~")


def bundle_digest(folder: Path) -> str:
    """SHA-256 in 64 hexadecimal digits: the same for the same files, wherever the folder lies. Raises `OSError`."""
    digest = hashlib.sha256()
    for path in bundle_files(folder):
        digest.update(path.as_posix().encode(errors="surrogateescape") + b"\0")
        digest.update(hashlib.sha256((folder / path).read_bytes()).digest())
    return digest.hexdigest()


def bundle_id(folder: Path) -> str:
    """How a bundle is called: the beginning of its hash."""
    return bundle_digest(folder)[:ID_CHARS]
