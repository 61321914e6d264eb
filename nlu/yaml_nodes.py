"""YAML read as nodes, so that every complaint can name its file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from nlu.errors import TrainingDataError


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
        """Keys and values of a mapping. Raises `TrainingDataError` for anything else and for a repeated key."""
        if self.kind != "mapping":
            raise self.fail("phải là danh sách khóa: giá trị")
        seen = set[str]()
        for key, value in self.raw.value:
            name = str(key.value)
            if name in seen:
                raise TrainingDataError(self.file, key.start_mark.line + 1, f"khóa lặp lại: {name}")
            seen.add(name)
            yield name, wrap(self.file, value)

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
        """(line number, stripped text after "- ") of a block of examples; empty lines are skipped."""
        for offset, line in enumerate(self.text().splitlines()):
            stripped = line.strip()
            if not stripped:
                continue
            number = self.line + 1 + offset
            if not stripped.startswith("- ") and stripped != "-":
                raise TrainingDataError(self.file, number, 'câu mẫu phải bắt đầu bằng "- "')
            yield number, stripped[1:].strip()


def wrap(file: str, raw: Any) -> Node:
    kind = {"MappingNode": "mapping", "SequenceNode": "sequence"}.get(type(raw).__name__, "scalar")
    return Node(file=file, line=raw.start_mark.line + 1, kind=kind, raw=raw)


def load_nodes(path: Path) -> Node:
    """The root node of a YAML file. Raises `TrainingDataError` with file and line."""
    yaml: Any = YAML(typ="safe", pure=True)
    try:
        raw = yaml.compose(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        marked: Any = error
        mark = marked.problem_mark or marked.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise TrainingDataError(path.name, line, f"không phải YAML hợp lệ: {marked.problem}") from error
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise TrainingDataError(path.name, 1, f"không đọc được: {type(error).__name__}") from error
    if raw is None:
        raise TrainingDataError(path.name, 1, "tệp trống")
    return wrap(path.name, raw)
