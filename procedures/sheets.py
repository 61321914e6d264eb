"""All files of procedures of a folder, each with the lines of its fields."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from contracts.mistakes import Mistakes
from procedures.errors import ContentFileError
from procedures.own_names import names_of_others
from procedures.record import Procedure
from procedures.records.sources import Sources
from procedures.schema import read_procedure
from procedures.yaml_source import YamlSource, read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    source: YamlSource
    procedure: Procedure


def read_sheets(folder: Path) -> tuple[Sheet, ...]:
    """All `*.yml` of the folder. Raises `ContentFileError` for each mistake, also for what files say of each other."""
    mistakes = Mistakes()
    sheets: list[Sheet] = []
    for path in sorted(folder.glob("*.yml")):
        source = mistakes.attempt(read_yaml, path, mistakes)
        procedure = mistakes.attempt(read_procedure, source) if source else None
        if source is not None and procedure is not None:
            sheets.append(Sheet(source=source, procedure=procedure))
    for mistake in between(sheets):
        mistakes.add(mistake)
    mistakes.raise_any()
    return tuple(sheets)


def between(sheets: Sequence[Sheet]) -> Iterator[ContentFileError]:
    """What is wrong though each file is right: days with two records of one code or none, names of two procedures."""
    versions: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        versions.setdefault(sheet.procedure.code, []).append(sheet)
    for same in versions.values():
        for earlier, later in pairwise(sorted(same, key=_start)):
            yield from _succession(earlier, later)
    yield from names_of_others([(sheet.source, sheet.procedure) for sheet in sheets])


def _start(sheet: Sheet) -> date:
    return sheet.procedure.valid_from or date.min


def _succession(earlier: Sheet, later: Sheet) -> Iterator[ContentFileError]:
    begins, ended = _start(later), earlier.procedure.valid_to or date.max
    if begins <= ended:
        file = earlier.source.file
        yield later.source.fail(("code",), f"đã có trong {file} cho cùng thời gian")
    elif begins > ended + timedelta(days=1):
        gap = f"từ {ended + timedelta(days=1)} đến {begins - timedelta(days=1)}"
        yield later.source.fail(("valid_from",), f"{gap} không tệp nào có hiệu lực; {earlier.source.file} hết {ended}")


def compared(procedure: Procedure, sources: Sources) -> Procedure:
    """With the facts marked that were written from another text than their source has now.

    What ends on a day is left alone: whoever ended it has read what comes after.
    """
    if procedure.valid_to is not None:
        return procedure
    facts = tuple(
        replace(fact, source_changed=True)
        if fact.valid_to is None and sources.changed(procedure.code, fact.source)
        else fact
        for fact in procedure.facts
    )
    return replace(procedure, facts=facts)
