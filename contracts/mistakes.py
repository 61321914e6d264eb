"""What is wrong in the files that people write: each mistake with its file and line, and all of them at once."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from contracts.errors import TongdaiError

Given = ParamSpec("Given")
Read = TypeVar("Read")


class Mistake(TongdaiError):
    """`str()` is "FILE:LINE: FIELD: what is wrong"."""

    code = "mistake"
    exit_status = 2

    def __init__(self, file: str, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {problem}" if field else f"{file}:{line}: {problem}")
        self.file = file
        self.line = line
        """Counted from 1."""
        self.field = field
        """Dotted path, such as `facts.2.phrase`; empty: the whole file or line."""
        self.problem = problem
        self.others: tuple[Mistake, ...] = ()
        """What else was found in the same reading."""


class Mistakes:
    """Collects, so that whoever corrects a file sees all that is wrong in it."""

    def __init__(self) -> None:
        self.found: list[Mistake] = []

    def add(self, mistake: Mistake) -> None:
        self.found += [mistake, *mistake.others]
        mistake.others = ()

    def attempt(self, reading: Callable[Given, Read], *args: Given.args, **kwargs: Given.kwargs) -> Read | None:
        """What `reading` gives; None if it raises a mistake, which is kept."""
        try:
            return reading(*args, **kwargs)
        except Mistake as mistake:
            self.add(mistake)
            return None

    def raise_any(self) -> None:
        """Raises the first, with the others."""
        if self.found:
            first = self.found[0]
            first.others = tuple(self.found[1:])
            raise first
