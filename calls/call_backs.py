"""Numbers that people left to be called back: files that the dialplan and the web chat write, for this user only."""

import json
import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

from contracts.private_file import write_private

log = logging.getLogger(__name__)

_CALL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_NUMBER = re.compile(r"0\d{8,10}")
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """Its caller has heard or written the number, and agreed to being called at it."""

    call_id: str
    number: str = field(repr=False)
    """Personal."""
    at: datetime
    """UTC."""
    reason: str
    """Why the call went to people: a value of `HandoffReason`, or empty."""
    name: str = field(default="", repr=False)
    """Personal; empty: not told."""
    about: str = ""
    """What was asked and answered, in one line without personal numbers; empty: not known."""


class CallBacks:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[CallBack]:
        """Who has waited longest comes first; what cannot be read is passed over and logged. Raises `OSError`."""
        if not self.folder.is_dir():
            return []
        found = [one for file in self.folder.glob(f"*{_SUFFIX}") if (one := _read(file)) is not None]
        return sorted(found, key=lambda one: (one.at, one.call_id))

    def keep(self, one: CallBack) -> None:
        """In place of what this call left before. Raises `OSError`; `ValueError` for what `all` would not take."""
        if not _CALL_ID.fullmatch(one.call_id) or not _NUMBER.fullmatch(one.number):
            raise ValueError("call_id or number")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fields = {
            "number": one.number, "at": int(one.at.timestamp()), "reason": quote(one.reason), "name": one.name,
            "about": one.about,
        }  # fmt: skip
        write_private(self.folder / f"{one.call_id}{_SUFFIX}", json.dumps(fields, ensure_ascii=False), synced=True)

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
        return CallBack(
            call_id=file.name.removesuffix(_SUFFIX),
            number=number,
            at=at,
            reason=reason,
            name=str(raw.get("name", "")),
            about=str(raw.get("about", "")),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        log.warning("call-back not read", extra={"file": file.name, "error": type(error).__name__})
        return None
