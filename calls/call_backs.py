"""Numbers that callers left to be called back: files that the dialplan writes, for this user only."""

import json
import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

log = logging.getLogger(__name__)

_CALL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_NUMBER = re.compile(r"0\d{8,10}")
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """Its caller has heard the number and said yes to being called at it."""

    call_id: str
    number: str = field(repr=False)
    """Personal."""
    at: datetime
    """UTC."""
    reason: str
    """Why the call went to people: a value of `HandoffReason`, or empty."""


class CallBacks:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[CallBack]:
        """Who has waited longest comes first; what cannot be read is passed over and logged. Raises `OSError`."""
        if not self.folder.is_dir():
            return []
        found = [one for file in self.folder.glob(f"*{_SUFFIX}") if (one := _read(file)) is not None]
        return sorted(found, key=lambda one: (one.at, one.call_id))

    def remove(self, call_id: str) -> bool:
        """The caller was called back, or wants to be forgotten; False: there is none. Raises `OSError`."""
        if not _CALL_ID.fullmatch(call_id):
            return False
        try:
            (self.folder / f"{call_id}{_SUFFIX}").unlink()
        except FileNotFoundError:
            return False
        return True


def _read(file: Path) -> CallBack | None:
    try:
        raw = cast(dict[str, Any], json.loads(file.read_text("utf-8")))
        number, at = str(raw["number"]), datetime.fromtimestamp(int(raw["at"]), UTC)
        if not _NUMBER.fullmatch(number):
            raise ValueError("number")
        reason = unquote(str(raw["reason"]))
        return CallBack(call_id=file.name.removesuffix(_SUFFIX), number=number, at=at, reason=reason)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        log.warning("call-back not read", extra={"file": file.name, "error": type(error).__name__})
        return None
