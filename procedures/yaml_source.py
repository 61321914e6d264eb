"""Trainers' YAML: plain data with the line of every field, checked against a pydantic model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from procedures.errors import ContentFileError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]

_NULLS = frozenset({"", "~", "null"})
_PROBLEMS: Mapping[str, str] = {
    "missing": "thiếu trường này",
    "extra_forbidden": "không có trường nào tên như vậy",
    "enum": "giá trị không nằm trong danh sách cho phép",
    "literal_error": "giá trị không nằm trong danh sách cho phép",
    "string_too_short": "không được để trống",
    "too_short": "danh sách quá ngắn",
    "too_long": "danh sách quá dài",
    "string_type": "phải là chữ",
    "list_type": "phải là danh sách",
    "tuple_type": "phải là danh sách",
    "dict_type": "phải là danh sách khóa: giá trị",
    "model_type": "phải là danh sách khóa: giá trị",
    "string_pattern_mismatch": "không đúng dạng",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlSource:
    file: str
    data: object
    """Mappings, lists, strings and None: scalars stay text, so that a code like 1.001193 keeps its zeros."""
    lines: Mapping[Location, int]

    def line(self, location: Sequence[str | int]) -> int:
        """Of the field, or of the nearest thing around it."""
        place = tuple(location)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fail(self, location: Sequence[str | int], problem: str) -> ContentFileError:
        return ContentFileError(self.file, self.line(location), ".".join(str(part) for part in location), problem)

    def read_as(self, model: type[Model]) -> Model:
        """Raises `ContentFileError` for the first field that is wrong."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise self.fail(first["loc"], _problem(first["type"], first["msg"])) from error


def _problem(kind: str, message: str) -> str:
    if kind in ("value_error", "assertion_error"):
        return message.partition(", ")[2] or message
    return _PROBLEMS.get(kind, f"giá trị không hợp lệ ({kind})")


def read_yaml(path: Path) -> YamlSource:
    """Raises `ContentFileError` for what is no YAML, and for a key given twice."""
    yaml: Any = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        marked: Any = error
        mark = marked.problem_mark or marked.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise ContentFileError(path.name, line, "", f"không phải YAML hợp lệ: {marked.problem}") from error
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise ContentFileError(path.name, 1, "", f"không đọc được: {type(error).__name__}") from error
    if root is None:
        raise ContentFileError(path.name, 1, "", "tệp trống")
    lines: dict[Location, int] = {}
    return YamlSource(file=path.name, data=_plain(path.name, root, (), lines), lines=lines)


def _plain(file: str, node: Any, location: Location, lines: dict[Location, int]) -> object:
    lines.setdefault(location, int(node.start_mark.line) + 1)
    match type(node).__name__:
        case "MappingNode":
            mapping: dict[str, object] = {}
            for key, value in node.value:
                name, line = str(key.value), int(key.start_mark.line) + 1
                if name in mapping:
                    raise ContentFileError(file, line, ".".join(str(p) for p in (*location, name)), "khóa lặp lại")
                lines[(*location, name)] = line
                mapping[name] = _plain(file, value, (*location, name), lines)
            return mapping
        case "SequenceNode":
            return [_plain(file, item, (*location, index), lines) for index, item in enumerate(node.value)]
        case _:
            text = str(node.value)
            return None if node.style is None and text in _NULLS else text
