"""YAML read as nodes, so that every complaint can name its file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.mistakes import Mistakes
from nlu.errors import TrainingDataError
from procedures.errors import ContentFileError
from procedures.yaml_reading import compose


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One YAML node; `kind` is "mapping", "sequence" or "scalar"."""

    file: str
    line: int
    """Counted from 1; for a block scalar the line of its "|"."""
    kind: str
    raw: Any

    def fail(self, problem: str) -> TrainingDataError:
        return TrainingDataError(self.file, self.line, problem)

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Keys and values of a mapping. Raises `TrainingDataError` if it is none, and at the end for repeated keys."""
        if self.kind != "mapping":
            raise self.fail("phải là danh sách khóa: giá trị")
        seen, mistakes = set[str](), Mistakes()
        for key, value in self.raw.value:
            name = str(key.value)
            if name in seen:
                mistakes.add(TrainingDataError(self.file, key.start_mark.line + 1, f"khóa lặp lại: {name}"))
                continue
            seen.add(name)
            yield name, wrap(self.file, value)
        mistakes.raise_any()

    def elements(self) -> Iterator["Node"]:
        if self.kind != "sequence":
            raise self.fail("phải là danh sách, mỗi mục bắt đầu bằng dấu gạch ngang")
        for value in self.raw.value:
            yield wrap(self.file, value)

    def text(self) -> str:
        if self.kind != "scalar":
            raise self.fail("phải là chữ")
        return str(self.raw.value)

    def block_lines(self) -> Iterator[tuple[int, str]]:
        """(line number, stripped text after "- ") of a block of examples; empty lines are skipped.

        Raises `TrainingDataError` at the end, for lines that are no examples.
        """
        mistakes = Mistakes()
        for offset, line in enumerate(self.text().splitlines()):
            stripped = line.strip()
            if not stripped:
                continue
            number = self.line + 1 + offset
            if not stripped.startswith("- ") and stripped != "-":
                mistakes.add(TrainingDataError(self.file, number, 'câu mẫu phải bắt đầu bằng "- "'))
                continue
            yield number, stripped[1:].strip()
        mistakes.raise_any()


def wrap(file: str, raw: Any) -> Node:
    kind = {"MappingNode": "mapping", "SequenceNode": "sequence"}.get(type(raw).__name__, "scalar")
    return Node(file=file, line=raw.start_mark.line + 1, kind=kind, raw=raw)


def load_nodes(path: Path) -> Node:
    """The root node of a YAML file. Raises `TrainingDataError` with file and line."""
    try:
        return wrap(path.name, compose(path))
    except ContentFileError as error:
        raise TrainingDataError(error.file, error.line, error.problem) from error
