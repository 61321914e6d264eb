"""Which bundle went live when, by whom and why: one JSON line each, oldest first."""

import json
import os
import pwd
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dialogs.bundle_files import ID_CHARS

NOTE_CHARS = 500

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Action(StrEnum):
    START = "start"
    """A hotline that had no published bundle began with this content of its folder."""
    PUBLISH = "publish"
    ROLLBACK = "rollback"


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True)

    utc: datetime
    who: str
    """The system's user."""
    action: Action
    bundle: Digest
    note: str = ""

    @property
    def id(self) -> str:
        return self.bundle[:ID_CHARS]


def new_entry(bundle: str, action: Action, note: str) -> Entry:
    return Entry(
        utc=datetime.now(UTC), who=system_user(), action=action, bundle=bundle, note=" ".join(note.split())[:NOTE_CHARS]
    )


def system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def read_history(file: Path) -> tuple[Entry, ...]:
    """Lines that a crash cut off are passed over. Raises `OSError`."""
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    return tuple(entry for entry in map(read_entry, lines) if entry is not None)


def read_entry(line: bytes) -> Entry | None:
    try:
        return Entry.model_validate(json.loads(line))
    except (ValueError, RecursionError, ValidationError):
        return None


def append(file: Path, entry: Entry) -> None:
    """On a line of its own, also after one that was cut off. Raises `OSError`."""
    with file.open("a+b") as out:
        out.seek(0, os.SEEK_END)
        torn = out.tell() > 0 and not _ends_line(out.fileno(), out.tell())
        out.write((b"\n" if torn else b"") + entry.model_dump_json().encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _ends_line(descriptor: int, size: int) -> bool:
    return os.pread(descriptor, 1, size - 1) == b"\n"


def before(history: Sequence[Entry]) -> str | None:
    """The bundle that a rollback goes to: what was live before the bundle that is live now was published.

    Going back twice goes back two steps; publishing after that forgets what was gone back from.
    """
    steps: list[str] = []
    for entry in history:
        if entry.action is Action.ROLLBACK and entry.bundle in steps:
            del steps[steps.index(entry.bundle) + 1 :]
        elif entry.action is Action.START:
            steps = [entry.bundle]
        elif entry.bundle not in steps[-1:]:
            steps.append(entry.bundle)
    return steps[-2] if len(steps) > 1 else None
