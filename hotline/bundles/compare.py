"""Which files two bundles differ in."""

import difflib
from dataclasses import asdict, dataclass
from pathlib import Path

from dialogs.bundle_files import bundle_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    file: str
    added: int
    """Lines that only the second has."""
    removed: int
    """Lines that only the first has."""

    def __str__(self) -> str:
        return f"{self.file}  +{self.added} -{self.removed}"

    def to_json(self) -> dict[str, str | int]:
        return asdict(self)


def compare(first: Path, second: Path) -> list[Change]:
    """By file. Of files that are no text, every one is one line. Raises `OSError`."""
    names = sorted({*bundle_files(first), *bundle_files(second)})
    changes: list[Change] = []
    for name in names:
        before, after = _lines(first / name), _lines(second / name)
        if before != after:
            added, removed = _counts(before, after)
            changes.append(Change(file=name.as_posix(), added=added, removed=removed))
    return changes


def _counts(before: list[str], after: list[str]) -> tuple[int, int]:
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    same = sum(block.size for block in blocks)
    return len(after) - same, len(before) - same


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    data = path.read_bytes()
    try:
        return data.decode().splitlines()
    except UnicodeDecodeError:
        return [data.hex()]
