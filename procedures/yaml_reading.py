"""A file as YAML nodes, which know their lines."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from procedures.errors import ContentFileError

TAB = "thụt lề bằng phím Tab; hãy dùng dấu cách"
ALIAS = "không dùng được neo & và bí danh *; hãy viết lại cả đoạn"


def compose(path: Path) -> Any:
    """The root node. Raises `ContentFileError` for what is no YAML, for an empty file and for aliases."""
    yaml: Any = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise ContentFileError(path.name, *_unreadable(error)) from error
    if root is None:
        raise ContentFileError(path.name, 1, "", "tệp trống")
    _refuse_aliases(path.name, root)
    return root


def _unreadable(error: Exception) -> tuple[int, str, str]:
    """Line, field and words."""
    match error:
        case MarkedYAMLError():
            marked: Any = error
            mark = marked.problem_mark or marked.context_mark
            problem = str(marked.problem)
            said = TAB if "'\\t'" in problem else f"không phải YAML hợp lệ: {problem}"
            return (int(mark.line) + 1 if mark is not None else 1), "", said
        case UnicodeDecodeError(object=data, start=start):
            return data.count(b"\n", 0, start) + 1, "", "không phải chữ UTF-8"
        case ReaderError():
            return 1, "", "có ký tự điều khiển, không phải chữ"
        case RecursionError():
            return 1, "", "các mục lồng nhau quá sâu"
        case FileNotFoundError():
            return 1, "", "không đọc được: không có tệp này"
        case _:
            return 1, "", f"không đọc được: {type(error).__name__}"


def _refuse_aliases(file: str, root: Any) -> None:
    """A node that stands in two places could stand within itself."""
    seen: set[int] = set()
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            raise ContentFileError(file, int(node.start_mark.line) + 1, "", ALIAS)
        seen.add(id(node))
        match type(node).__name__:
            case "MappingNode":
                waiting += [part for pair in node.value for part in pair]
            case "SequenceNode":
                waiting += node.value
            case _:
                pass
