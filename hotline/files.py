"""Files that commands read: lines of text, JSON lines."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from hotline.errors import UsageError


def read_text(file: Path) -> str:
    """`-` is standard input. Raises `UsageError` naming the file."""
    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: not UTF-8 text (byte {error.start})") from error


def read_lines(file: Path) -> list[str]:
    """Every line, empty ones too: what comes out stands line by line beside what went in."""
    return read_text(file).splitlines()


def read_json_lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number (from 1) and object; blank lines are passed over. Raises `UsageError` naming file and line."""
    for number, line in enumerate(read_lines(file), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{file}:{number}: not JSON: {error}") from error
        if not isinstance(value, dict):
            raise UsageError(f"{file}:{number}: not a JSON object")
        yield number, cast(dict[str, Any], value)
