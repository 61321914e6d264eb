"""The gold conversations against a content folder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dialogs.content import Content
from dialogs.gold import Broken, Gold, play
from hotline.bundles.problems import Problem
from procedures.catalogue import Catalogue
from procedures.sheets import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    problems: tuple[Problem, ...]
    excused: tuple[Problem, ...]
    """What does not hold only because facts wait for somebody to read them again: that must never keep them on air."""


def play_all(content: Content, sheets: Sequence[Sheet], gold: Iterable[Gold]) -> Played:
    problems: list[Problem] = []
    excused: list[Problem] = []
    as_written: Content | None = None
    for one in gold:
        broken = play(content, one)
        if broken and as_written is None:
            as_written = replace(content, catalogue=Catalogue([sheet.procedure for sheet in sheets]))
        if broken and as_written is not None and not play(as_written, one):
            excused += [_problem(each, "chờ đọc lại hồ sơ gốc đã đổi: ") for each in broken]
        else:
            problems += [_problem(each) for each in broken]
    return Played(problems=tuple(sorted(problems)), excused=tuple(sorted(excused)))


def _problem(broken: Broken, before: str = "") -> Problem:
    field = f"turns.{broken.turn - 1}"
    return Problem(file=f"gold/{broken.file}", line=broken.line, field=field, problem=before + broken.problem)
