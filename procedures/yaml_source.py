"""Trainers' YAML: plain data with the line of every field, checked against a pydantic model."""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.mistakes import Mistakes
from procedures.errors import ContentFileError
from procedures.yaml_reading import compose

Model = TypeVar("Model", bound=BaseModel)
Read = TypeVar("Read")
Location = tuple[str | int, ...]

_kept: ContextVar[dict[Path, "YamlSource"] | None] = ContextVar("YAML files read once", default=None)
_WRONG_KEY = "[key]"
_NULLS = frozenset({"", "~", "null"})
_PROBLEMS: Mapping[str, str] = {
    "missing": "thiếu trường này",
    "extra_forbidden": "không có trường nào tên như vậy",
    "enum": "giá trị không nằm trong danh sách cho phép: {expected}",
    "literal_error": "giá trị không nằm trong danh sách cho phép: {expected}",
    "string_too_short": "không được để trống",
    "too_short": "danh sách quá ngắn",
    "too_long": "danh sách quá dài",
    "string_type": "phải là chữ",
    "list_type": "phải là danh sách",
    "tuple_type": "phải là danh sách",
    "dict_type": "phải là danh sách khóa: giá trị",
    "model_type": "phải là danh sách khóa: giá trị",
    "string_pattern_mismatch": "không đúng dạng",
    "string_too_long": "dài quá {max_length} chữ cái",
    "int_parsing": "giá trị không hợp lệ: phải là số nguyên",
    "float_parsing": "giá trị không hợp lệ: phải là số",
    "bool_parsing": "giá trị không hợp lệ: phải là true hoặc false",
    "date_from_datetime_parsing": "giá trị không hợp lệ: phải là ngày như 2026-11-24",
    "date_from_datetime_inexact": "giá trị không hợp lệ: phải là ngày như 2026-11-24",
    "date_parsing": "giá trị không hợp lệ: phải là ngày như 2026-11-24",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "phải từ {le} trở xuống",
    "finite_number": "phải là một số",
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
        """Raises `ContentFileError` for every field that is wrong."""
        mistakes = Mistakes()
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                if not self._only_seems_short(detail):
                    mistakes.add(self.fail(self._place(detail["loc"]), _problem(detail)))
            mistakes.raise_any()
            raise

    def without(self, places: Collection[Location]) -> "YamlSource":
        """Without these entries of mappings; every other thing keeps its line."""
        return replace(self, data=_without(self.data, (), places))

    def _only_seems_short(self, detail: ErrorDetails) -> bool:
        """A list with wrong entries, which pydantic does not count."""
        given = detail["input"]
        return detail["type"] == "too_short" and isinstance(given, list) and len(cast(list[object], given)) >= 1

    def _place(self, location: Location) -> Location:
        """As the file has it: pydantic also names the kind that it tried, and of a wrong key only that it is one."""
        place: Location = ()
        for part in location[:-1]:
            if (*place, part) in self.lines:
                place = (*place, part)
        return place if location[-1:] == (_WRONG_KEY,) else (*place, *location[-1:])


def _problem(detail: ErrorDetails) -> str:
    kind, message = detail["type"], detail["msg"]
    if kind in ("value_error", "assertion_error"):
        return message.partition(", ")[2] or message
    limits = {name: str(value).replace(" or ", " hoặc ") for name, value in detail.get("ctx", {}).items()}
    return _PROBLEMS.get(kind, f"giá trị không hợp lệ ({kind})").format(**limits)


def _without(data: object, at: Location, places: Collection[Location]) -> object:
    if not isinstance(data, dict):
        return data
    mapping = cast(dict[str, object], data)
    return {name: _without(value, (*at, name), places) for name, value in mapping.items() if (*at, name) not in places}


def entries(source: YamlSource, field: str) -> Mapping[str, object]:
    """A mapping at the top, whatever its entries are; empty if it is none."""
    top = cast(dict[str, object], source.data).get(field) if isinstance(source.data, dict) else None
    return cast(dict[str, object], top) if isinstance(top, dict) else {}


@contextmanager
def files_read_once() -> Generator[None]:
    """Within it a file that is right is read only once, though several ask for it: all see the same state of it."""
    kept = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(kept)


def read_yaml(path: Path, repeated: Mistakes | None = None) -> YamlSource:
    """Raises `ContentFileError` for what is no YAML, and for every key given twice; these go to `repeated` if given."""
    kept = _kept.get()
    if kept is not None and path in kept:
        return kept[path]
    lines: dict[Location, int] = {}
    mistakes = Mistakes() if repeated is None else repeated
    before = len(mistakes.found)
    data = _plain(path.name, compose(path), (), lines, mistakes)
    if repeated is None:
        mistakes.raise_any()
    source = YamlSource(file=path.name, data=data, lines=lines)
    if kept is not None and len(mistakes.found) == before:
        kept[path] = source
    return source


def read_folder(folder: Path, read: Callable[[Path, Mistakes], Read]) -> tuple[Read, ...]:
    """All `*.yml` of a folder, by name. Raises `ContentFileError`, one for each mistake of any of them."""
    mistakes = Mistakes()
    found = [mistakes.attempt(read, path, mistakes) for path in sorted(folder.glob("*.yml"))]
    mistakes.raise_any()
    return tuple(one for one in found if one is not None)


def _plain(file: str, node: Any, location: Location, lines: dict[Location, int], mistakes: Mistakes) -> object:
    lines.setdefault(location, int(node.start_mark.line) + 1)
    match type(node).__name__:
        case "MappingNode":
            mapping: dict[str, object] = {}
            for key, value in node.value:
                name, line = str(key.value), int(key.start_mark.line) + 1
                if name in mapping:
                    field = ".".join(str(part) for part in (*location, name))
                    mistakes.add(ContentFileError(file, line, field, "khóa lặp lại"))
                    continue
                lines[(*location, name)] = line
                mapping[name] = _plain(file, value, (*location, name), lines, mistakes)
            return mapping
        case "SequenceNode":
            items = enumerate(node.value)
            return [_plain(file, item, (*location, index), lines, mistakes) for index, item in items]
        case _:
            text = str(node.value)
            return None if node.style is None and text in _NULLS else text
