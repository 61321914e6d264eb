"""The board: one file for all programs of a hotline. One person stops content; putting it on again takes two."""

import fcntl
import json
import os
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from calls.on_air.entries import Board, BulletinEntry, Change, StopEntry
from calls.on_air.errors import BoardUnreadable, EntryRefused, NotOnBoard, SamePerson
from contracts.clock import Clock
from contracts.meaning import Aspect
from contracts.on_air import OnAir

FILE_NAME = "on_air.json"
HISTORY_NAME = "on_air.jsonl"
"""Who did what and when; lines are only ever added."""

Model = TypeVar("Model", bound=BaseModel)


class OnAirBoard:
    """Methods raise `BoardUnreadable` where the file or the disk is wrong; nothing changes then."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._file = folder / FILE_NAME
        self._history = folder / HISTORY_NAME
        self._clock = clock
        self._seen = False
        """The file was there."""

    def read(self) -> Board:
        """Of a hotline on which nobody ever changed anything: an empty one. A file that is gone lifts no stop."""
        try:
            board = Board.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            if self._seen or self._history.exists():
                raise BoardUnreadable(f"{self._file}: is gone") from None
            return Board()
        except OSError as error:
            raise BoardUnreadable(f"{self._file}: {error.strerror}") from error
        except ValidationError as error:
            raise BoardUnreadable(f"{self._file}: {_first(error)}") from None
        self._seen = True
        return board

    def on_air(self) -> OnAir:
        """As it is now: bulletins go by themselves when their time is over."""
        board, now = self.read(), self._clock.utc()
        return OnAir(
            stops=tuple(entry.stop() for entry in board.stops),
            bulletins=tuple(entry.bulletin() for entry in board.bulletins if now < entry.until),
        )

    def stop(self, code: str, aspect: Aspect | None = None, fact: str = "", *, by: str, note: str = "") -> StopEntry:
        """At once. What is stopped already stays as it is; whoever asked to lift it before must ask again.

        Raises `EntryRefused`.
        """
        if fact and aspect is None:
            raise EntryRefused("aspect: câu thuộc về điều nào thì phải ghi")
        entry = self._made(StopEntry, by, code=code, aspect=aspect, fact=fact, note=note)
        with self._changing(by) as change:
            there = next((one for one in change.board.stops if one.stop() == entry.stop()), None)
            if there is not None and not there.lift_asked_by:
                return there
            if there is not None:
                entry = there.model_copy(update={"lift_asked_by": ""})
            others = tuple(one for one in change.board.stops if one is not there)
            change.to(Change.STOPPED, entry, stops=(*others, entry))
        return entry

    def lift(self, stop_id: str, *, by: str) -> StopEntry | None:
        """None: it is lifted. Else the entry, which waits for a second person. Raises `NotOnBoard`, `SamePerson`."""
        with self._changing(by) as change:
            entry = _known(change.board.stops, stop_id)
            others = tuple(one for one in change.board.stops if one is not entry)
            if not entry.lift_asked_by:
                asked = entry.model_copy(update={"lift_asked_by": by})
                change.to(Change.LIFT_ASKED, asked, stops=(*others, asked))
                return asked
            if entry.lift_asked_by == by:
                raise SamePerson(f"{stop_id}: cần một người thứ hai, {by} đã đề nghị rồi")
            change.to(Change.LIFTED, entry, stops=others)
        return None

    def tell(
        self, text: str, *, until: datetime, by: str, codes: tuple[str, ...] = (), aspects: tuple[Aspect, ...] = ()
    ) -> BulletinEntry:
        """`until`: aware. Raises `EntryRefused`."""
        if until <= self._clock.utc():
            raise EntryRefused("until: thời điểm này đã qua")
        entry = self._made(BulletinEntry, by, text=" ".join(text.split()), codes=codes, aspects=aspects, until=until)
        with self._changing(by) as change:
            now = self._clock.utc()
            kept = tuple(one for one in change.board.bulletins if now < one.until)
            change.to(Change.TOLD, entry, bulletins=(*kept, entry))
        return entry

    def withdraw(self, bulletin_id: str, *, by: str) -> None:
        """Raises `NotOnBoard`."""
        with self._changing(by) as change:
            entry = _known(change.board.bulletins, bulletin_id)
            change.to(
                Change.WITHDRAWN, entry, bulletins=tuple(one for one in change.board.bulletins if one is not entry)
            )

    def _made(self, model: type[Model], by: str, **fields: object) -> Model:
        try:
            return model.model_validate({"id": secrets.token_hex(4), "by": by, "at": self._clock.utc(), **fields})
        except ValidationError as error:
            raise EntryRefused(_first(error)) from None

    @contextmanager
    def _changing(self, by: str) -> Generator["_Changing"]:
        """One program at a time; written when the block has said what changes."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.with_suffix(".lock").open("w", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                change = _Changing(self.read())
                yield change
                if change.line:
                    line = {"utc": self._clock.utc().isoformat(), "by": by, **change.line}
                    self._write(change.board, json.dumps(line, ensure_ascii=False))
        except OSError as error:
            raise BoardUnreadable(f"{error.filename or self._file}: {error.strerror}") from error

    def _write(self, board: Board, line: str) -> None:
        """The history first: what is on air is always told there. Where there is a history there is a file."""
        if not self._file.exists():
            self._put(Board())
        with os.fdopen(os.open(self._history, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as out:
            out.write(line.encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        self._put(board)

    def _put(self, board: Board) -> None:
        aside = self._file.with_suffix(".new")
        with aside.open("w", encoding="utf-8") as out:
            out.write(board.model_dump_json(indent=1))
            out.flush()
            os.fsync(out.fileno())
        aside.replace(self._file)
        # The file's name too must outlive a loss of power.
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class _Changing:
    def __init__(self, board: Board) -> None:
        self.board = board
        self.line: Mapping[str, Any] = {}

    def to(self, change: Change, entry: StopEntry | BulletinEntry, **fields: object) -> None:
        self.board = self.board.model_copy(update=fields)
        self.line = {"change": change.value, **entry.model_dump(mode="json", exclude={"by", "at"})}


Entry = TypeVar("Entry", StopEntry, BulletinEntry)


def _known(entries: tuple[Entry, ...], wanted: str) -> Entry:
    found = next((one for one in entries if one.id == wanted), None)
    if found is None:
        raise NotOnBoard(f"{wanted}: không có mục này")
    return found


def _first(error: ValidationError) -> str:
    one = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}"
