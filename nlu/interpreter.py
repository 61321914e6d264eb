"""From what was heard to what it means: the interface, and the engines behind it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from contracts.context import Context
from contracts.expectation import Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Meaning
from nlu.errors import EngineError
from nlu.link_targets import Procedure


class Interpreter(Protocol):
    def understand(self, heard: Heard | Sequence[Hypothesis], context: Context) -> Meaning:
        """Never raises on what callers say, however long or broken."""
        ...

    def completeness(self, text: str, expecting: Expecting = Expecting.QUESTION) -> float:
        """How probable it is that `text`, as far as recognised, is a whole thing to say; 0–1."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Where the trainers' files lie, and the procedures that are answered."""

    folder: Path
    procedures: tuple[Procedure, ...]
    cache: Path | None = None
    """Folder for trained models; None: train each time."""


Starter = Callable[[Content], Interpreter]


def _embedded(content: Content) -> Interpreter:
    from nlu.embedded import start_embedded

    return start_embedded(content)


ENGINES: Mapping[str, Starter] = {"embedded": _embedded}


def start_interpreter(
    folder: Path, procedures: Iterable[Procedure], *, engine: str = "embedded", cache: Path | None = None
) -> Interpreter:
    """Raises `EngineError` for an unknown engine and `TrainingDataError` for wrong content."""
    starter = ENGINES.get(engine)
    if starter is None:
        raise EngineError(f"nlu engine: unknown: {engine} (known: {', '.join(sorted(ENGINES))})")
    return starter(Content(folder=folder, procedures=tuple(procedures), cache=cache))
