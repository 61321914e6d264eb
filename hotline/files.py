"""Files that commands read and write: lines of text, JSON lines, WAV."""

import json
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

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


def write_wav(file: Path, pcm: npt.NDArray[np.int16], rate_hz: int) -> None:
    """`pcm`: samples [n]; mono. Raises `OSError`."""
    with file.open("wb") as out, wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(pcm.astype("<i2").tobytes())
