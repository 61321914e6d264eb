"""What a caller's words can be linked to: the procedures with content, and the names of all others."""

import csv
import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from contracts.mistakes import Mistakes
from contracts.syllables import syllables
from nlu.errors import TrainingDataError
from procedures.others import is_matter_of_others

_PARENTHESES = re.compile(r"\([^()]*\)")
_PREFIX = re.compile(r"^(?:thủ tục|tthc)\s+", re.IGNORECASE)
SPEAKABLE_SYLLABLES = 8
"""Longer official names are not spoken if there is an everyday one."""
_LEVELS = ("cấp xã", "cấp tỉnh", "")


class Procedure(Protocol):
    """What the linker needs to know of a procedure with content."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def short_name(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTarget:
    code: str
    name: str
    """As spoken."""
    aliases: tuple[str, ...] = ()
    """Other names, including the full official one."""
    answered: bool = True
    """False: only the name is known; a person must answer."""
    last_resort: bool = False
    """Taken only where no other procedure is named."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


def plain_name(name: str) -> str:
    """An official name without brackets and the leading "Thủ tục"."""
    previous = ""
    while previous != name:
        previous, name = name, _PARENTHESES.sub(" ", name)
    return " ".join(_PREFIX.sub("", name.strip()).split()).rstrip(" .:;")


def name_key(name: str) -> str:
    """Two names with the same key are the same name."""
    return " ".join(syllables(plain_name(name)))


def answered_targets(procedures: Iterable[Procedure]) -> list[LinkTarget]:
    targets: list[LinkTarget] = []
    for procedure in procedures:
        others = [plain_name(procedure.name), *procedure.aliases]
        targets.append(LinkTarget(code=procedure.code, name=procedure.short_name, aliases=tuple(others)))
    return targets


def load_names(path: Path) -> list[LinkTarget]:
    """The national catalogue (gzip TSV: code, name, field). Raises `TrainingDataError`."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise TrainingDataError(path.name, 1, f"không đọc được: {type(error).__name__}") from error
    targets: list[LinkTarget] = []
    mistakes = Mistakes()
    for number, row in enumerate(rows, start=2):
        code, name = row.get("code"), row.get("name")
        if code and name:
            targets.append(LinkTarget(code=code, name=name, answered=False))
        else:
            mistakes.add(TrainingDataError(path.name, number, "cần đủ cột code và name"))
    if not rows:
        mistakes.add(TrainingDataError(path.name, 1, "không có tên thủ tục nào"))
    mistakes.raise_any()
    return targets


def load_others(path: Path) -> list[LinkTarget]:
    """Matters of other bodies, such as courts (TSV: term, code; the first term of a code is how it is spoken).

    Empty where there is no such file. Raises `TrainingDataError`.
    """
    names: dict[str, list[str]] = {}
    for number, (name, code) in enumerate(load_colloquial(path) if path.exists() else (), start=2):
        if not is_matter_of_others(code):
            raise TrainingDataError(path.name, number, f"mã phải bắt đầu bằng 0. vì không phải thủ tục: {code}")
        names.setdefault(code, []).append(name)
    return [
        LinkTarget(code=code, name=first, aliases=tuple(others), answered=False, last_resort=True)
        for code, (first, *others) in names.items()
    ]


def load_colloquial(path: Path) -> list[tuple[str, str]]:
    """What people call procedures (TSV: term, code), as (term, code) pairs. Raises `TrainingDataError`."""
    pairs: list[tuple[str, str]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingDataError(path.name, 1, f"không đọc được: {type(error).__name__}") from error
    mistakes = Mistakes()
    for number, line in enumerate(lines[1:], start=2):
        parts = line.split("\t")
        if len(parts) == 2 and parts[0].strip() and parts[1].strip():
            pairs.append((parts[0].strip(), parts[1].strip()))
        else:
            mistakes.add(TrainingDataError(path.name, number, "mỗi dòng cần đúng hai cột: term và code"))
    mistakes.raise_any()
    return pairs


def load_targets(folder: Path, procedures: Iterable[Procedure]) -> "Targets":
    """Of the content in `folder`. Raises `TrainingDataError`."""
    catalogue = folder / "catalogue"
    return merge_targets(
        answered_targets(procedures),
        [*load_names(catalogue / "names.tsv.gz"), *load_others(catalogue / "others.tsv")],
        load_colloquial(catalogue / "colloquial.tsv"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    targets: tuple[LinkTarget, ...]
    """One per distinct name."""
    same: Mapping[str, str]
    """Every known code to the code of the target that stands for it (the same procedure at another level)."""


def merge_targets(
    answered: Sequence[LinkTarget], names: Sequence[LinkTarget], colloquial: Sequence[tuple[str, str]]
) -> Targets:
    """Procedures of one name become one target: one with content if there is one, else one that has everyday names."""
    everyday = {code for _, code in colloquial}
    same = {target.code: target.code for target in answered}
    kept = {target.code: target for target in answered}
    owner = {name_key(name): target.code for target in reversed(answered) for name in target.names}

    def preference(target: LinkTarget) -> tuple[bool, int]:
        level = next(rank for rank, words in enumerate(_LEVELS) if words in target.name)
        return target.code not in everyday, level

    for target in sorted(names, key=preference):
        key = name_key(target.name)
        if target.code in kept or not key:
            continue
        same[target.code] = owner.setdefault(key, target.code)
        if same[target.code] == target.code:
            kept[target.code] = replace(target, name=plain_name(target.name))
    terms: dict[str, list[str]] = {}
    for term, code in colloquial:
        if code in same:
            terms.setdefault(same[code], []).append(term)
    merged = tuple(_with_terms(target, terms.get(target.code, [])) for target in kept.values())
    return Targets(targets=merged, same=same)


def _with_terms(target: LinkTarget, terms: list[str]) -> LinkTarget:
    """With everyday names added; the first of them is what is spoken where there is only a long official name."""
    aliases = tuple(dict.fromkeys((*target.aliases, *terms)))
    if terms and not target.answered and len(target.name.split()) > SPEAKABLE_SYLLABLES:
        return replace(target, name=terms[0], aliases=(target.name, *aliases))
    return replace(target, aliases=aliases)
