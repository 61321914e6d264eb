"""What may be said of every procedure, aspect by aspect, on a day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from contracts.meaning import Aspect
from procedures.catalogue import Catalogue
from procedures.record import FactStatus, Procedure, Profile, SpokenFact
from procedures.records.sources import FILE, Sources


class Standing(StrEnum):
    SAYABLE = "sayable"
    QUALIFIED = "qualified"
    HAND_OVER = "hand_over"
    UNREVIEWED = "unreviewed"
    SOURCE_CHANGED = "source changed"
    REVIEW_OVER = "review over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One aspect of one procedure."""

    aspect: Aspect
    standings: dict[Standing, int]
    """How many facts of each."""
    demo: bool
    """Whether anything is said in this profile."""
    production: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    procedure: Procedure
    cells: tuple[Cell, ...]


def standing(fact: SpokenFact, day: date) -> Standing:
    if fact.source_changed:
        return Standing.SOURCE_CHANGED
    reviewed = fact.status in (FactStatus.SAYABLE, FactStatus.QUALIFIED)
    if reviewed and fact.review_by is not None and fact.review_by < day:
        return Standing.REVIEW_OVER
    return Standing(fact.status.value)


def report(folder: Path, day: date) -> tuple[Row, ...]:
    """Of the records in force on the day, by code. Raises `ProcedureError`."""
    catalogue = Catalogue.load(folder / "procedures", Sources.load(folder / FILE))
    found = (catalogue.get(procedure.code, day) for procedure in catalogue.procedures())
    return tuple(Row(procedure=one, cells=_cells(catalogue, one, day)) for one in found if one is not None)


def _cells(catalogue: Catalogue, procedure: Procedure, day: date) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for aspect in Aspect:
        facts = [fact for fact in procedure.facts if fact.aspect is aspect and fact.holds_on(day)]
        if facts:
            demo, production = (
                bool(catalogue.facts(procedure.code, aspect, day, profile))
                for profile in (Profile.DEMO, Profile.PRODUCTION)
            )
            standings = dict(Counter(standing(fact, day) for fact in facts))
            cells.append(Cell(aspect=aspect, standings=standings, demo=demo, production=production))
    return tuple(cells)


def totals(rows: Sequence[Row]) -> Counter[Standing]:
    counted: Counter[Standing] = Counter()
    for row in rows:
        for cell in row.cells:
            counted.update(cell.standings)
    return counted
