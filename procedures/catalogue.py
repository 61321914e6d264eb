"""The procedures with content, looked up by code, aspect and day."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from contracts.meaning import Aspect
from procedures.errors import UnknownProcedure
from procedures.record import Procedure, Profile, SpokenFact
from procedures.records.sources import Sources
from procedures.sheets import compared, read_sheets


class Catalogue:
    """Immutable. Several records of one code may follow each other in time; they must not overlap."""

    def __init__(self, procedures: Sequence[Procedure]) -> None:
        self._versions: dict[str, list[Procedure]] = {}
        for procedure in procedures:
            self._versions.setdefault(procedure.code, []).append(procedure)
        for versions in self._versions.values():
            versions.sort(key=_start)

    @classmethod
    def load(cls, folder: Path, sources: Sources | None = None) -> "Catalogue":
        """All `*.yml` of the folder, compared with what is known of their sources.

        Raises `ContentFileError` for each mistake, also for what files say of each other.
        """
        known = sources or Sources()
        return cls([compared(sheet.procedure, known) for sheet in read_sheets(folder)])

    def procedures(self) -> tuple[Procedure, ...]:
        """The newest record of every code, by code."""
        return tuple(self._versions[code][-1] for code in sorted(self._versions))

    def get(self, code: str, as_of: date | None = None) -> Procedure | None:
        """The record in force on a day (None: the newest); None if there is none."""
        versions = self._versions.get(code, [])
        if as_of is None:
            return versions[-1] if versions else None
        return next((procedure for procedure in reversed(versions) if procedure.in_force(as_of)), None)

    def require(self, code: str, as_of: date | None = None) -> Procedure:
        """Raises `UnknownProcedure`."""
        procedure = self.get(code, as_of)
        if procedure is None:
            raise UnknownProcedure(f"procedure: no content for {code}")
        return procedure

    def unknown_before(self, code: str, day: date) -> date | None:
        """The first day for which anything is known of a procedure, if `day` is earlier; else None."""
        known = [procedure.known_since or date.min for procedure in self._versions.get(code, [])]
        return min(known) if known and day < min(known) else None

    def facts(self, code: str, aspect: Aspect, as_of: date, profile: Profile) -> tuple[SpokenFact, ...]:
        """What a caller may hear, the normal case first; empty: a person must answer."""
        procedure = self.get(code, as_of)
        if procedure is None:
            return ()
        of_aspect = [fact for fact in procedure.facts if fact.aspect is aspect]
        found = [fact for fact in of_aspect if fact.sayable(as_of, profile)]
        if all(fact.case for fact in found) and any(fact.source_changed and not fact.case for fact in of_aspect):
            # Other cases only add to the normal one.
            return ()
        return tuple(sorted(found, key=lambda fact: bool(fact.case)))

    def aspects(self, code: str, as_of: date, profile: Profile) -> tuple[Aspect, ...]:
        """What can be answered about a procedure, in the order of `Aspect`."""
        return tuple(aspect for aspect in Aspect if self.facts(code, aspect, as_of, profile))


def _start(procedure: Procedure) -> date:
    return procedure.valid_from or date.min
