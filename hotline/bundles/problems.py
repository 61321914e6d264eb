"""What a trainer has to correct."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from contracts.mistakes import Mistake


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """`str()` is "FILE:LINE: FIELD: what is wrong"."""

    file: str
    """Within the content folder."""
    line: int
    """Counted from 1."""
    field: str
    """Dotted path; empty: the line says it all."""
    problem: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"{self.file}:{self.line}", self.field, self.problem) if part)

    def to_json(self) -> dict[str, str | int]:
        return asdict(self)


def problems_of(mistakes: Iterable[Mistake], folder: str = "") -> list[Problem]:
    """`folder`: where their files lie within the content, with a slash at its end."""
    return [Problem(file=folder + one.file, line=one.line, field=one.field, problem=one.problem) for one in mistakes]
