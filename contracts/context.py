"""What a dialog knows when a turn of the caller begins: it helps to tell what the turn means."""

from dataclasses import dataclass, field

from contracts.expectation import Expectation
from contracts.meaning import Aspect


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    procedure_code: str | None = None
    """The procedure being talked about."""
    aspects: tuple[Aspect, ...] = ()
    """What was asked last, or is asked while the procedure is still open."""
    expectation: Expectation = field(default_factory=Expectation)
    """Used where bare hypotheses are understood; `Heard` carries its own."""
    offered: tuple[str, ...] = ()
    """Procedure codes just offered for choice, in order."""
