"""The procedures with content, looked up by code, aspect and day."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from contracts.meaning import Aspect
from contracts.mistakes import Mistakes
from procedures.errors import UnknownProcedure
from procedures.own_names import names_of_others
from procedures.record import Procedure, Profile, SpokenFact
from procedures.schema import read_procedure
from procedures.yaml_source import YamlSource, read_yaml


class Catalogue:
    """Immutable. Several records of one code may follow each other in time; they must not overlap."""

    def __init__(self, procedures: Sequence[Procedure]) -> None:
        self._versions: dict[str, list[Procedure]] = {}
        for procedure in procedures:
            self._versions.setdefault(procedure.code, []).append(procedure)
        for versions in self._versions.values():
            versions.sort(key=_start)

    @classmethod
    def load(cls, folder: Path) -> "Catalogue":
        """All `*.yml` of the folder. Raises `ContentFileError` for each mistake, also for two records of one code
        on one day and for one name of two procedures.
        """
        read: list[tuple[YamlSource, Procedure]] = []
        mistakes = Mistakes()
        for path in sorted(folder.glob("*.yml")):
            source = mistakes.attempt(read_yaml, path, mistakes)
            procedure = mistakes.attempt(read_procedure, source) if source else None
            if source is None or procedure is None:
                continue
            for other_source, other in read:
                if other.code == procedure.code and _overlap(other, procedure):
                    mistakes.add(source.fail(("code",), f"đã có trong {other_source.file} cho cùng thời gian"))
            read.append((source, procedure))
        for mistake in names_of_others(read):
            mistakes.add(mistake)
        mistakes.raise_any()
        return cls([procedure for _, procedure in read])

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
        found = [fact for fact in procedure.facts if fact.aspect is aspect and fact.sayable(as_of, profile)]
        return tuple(sorted(found, key=lambda fact: bool(fact.case)))

    def aspects(self, code: str, as_of: date, profile: Profile) -> tuple[Aspect, ...]:
        """What can be answered about a procedure, in the order of `Aspect`."""
        return tuple(aspect for aspect in Aspect if self.facts(code, aspect, as_of, profile))


def _start(procedure: Procedure) -> date:
    return procedure.valid_from or date.min


def _overlap(one: Procedure, other: Procedure) -> bool:
    return _start(one) <= (other.valid_to or date.max) and _start(other) <= (one.valid_to or date.max)
