"""Ships spool files, also those of running calls, into the database; deletes a file when all of it is committed there.

It runs outside the calls processes. Whatever happens to it or to the database, files stay until they are stored: a pass
that failed is done again, and storing an event twice stores it once.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from calls.journal import store, upgrading
from calls.journal.errors import EventRefused, JournalError
from calls.journal.folders import (
    call_files,
    damaged_files,
    locked,
    owner_gone,
    remove_if_empty,
    runs,
    set_aside,
)
from calls.journal.tail import Chunk, Damage, Position, read_chunk

log = logging.getLogger(__name__)

SHIPPER_LOCK = ".shipper.lock"
PASS_LOCK = ".pass.lock"
_EVENTS_A_FILE = 500
_FILES_A_TRANSACTION = 20
_BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipperStatus:
    lag_s: float
    """Everything written so long ago is in the database."""
    waiting: int
    """Files in the spool, those of running calls among them."""
    shipped: int
    """Events stored since the start."""
    damaged: int
    """Files set aside, not looked at again."""
    away: str | None
    """Why the database takes nothing, while it takes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    file: Path
    size: int
    """Bytes to read: what a process writes meanwhile is the next pass's, so that each one ends."""
    owner_gone: bool


class Shipper:
    def __init__(self, engine: Engine, spool: Path, *, now: Callable[[], float] = time.monotonic) -> None:
        """Raises `ShipperBusy` while another one works in this spool, `SpoolError`."""
        self._engine = engine
        self._spool = spool
        self._now = now
        self._positions: dict[tuple[Path, int], Position] = {}
        self._unreadable: set[Path] = set()
        self._checked = False
        self._shipped = 0
        self._away: str | None = None
        self._complete_at = now()
        self._lock = ExitStack()
        self._lock.enter_context(locked(spool, SHIPPER_LOCK, wait=False))

    def close(self) -> None:
        self._lock.close()

    def run(
        self,
        stop: threading.Event,
        *,
        every_s: float = 0.5,
        told: Callable[[ShipperStatus], None] = lambda status: None,
    ) -> None:
        """Until `stop`, then once more. A database that is away is waited for, longer each time up to half a minute.

        `told` gets the status after each pass.
        """
        failures = 0
        while not stop.is_set():
            failures = 0 if self.try_pass() else failures + 1
            told(self.status())
            stop.wait(_BACK_OFF_S[min(failures, len(_BACK_OFF_S)) - 1] if failures else every_s)
        self.try_pass()
        told(self.status())

    def try_pass(self) -> bool:
        """Like `ship`; false if it failed, which is logged once."""
        try:
            self.ship()
        except (JournalError, OSError) as error:
            self._failed(str(error))
            return False
        except Exception as error:  # The edge of the shipping task: files stay, and later passes may get further.
            log.exception("journal fault")
            self._failed(type(error).__name__)
            return False
        if self._away is not None:
            log.warning("journal is shipped again")
            self._away = None
        return True

    def _failed(self, why: str) -> None:
        if self._away is None:
            log.error("journal not shipped", extra={"error": why})
        self._away = why
        self._checked = False  # What comes back may be another database.

    def ship(self) -> None:
        """One pass over everything that is written now. Raises `DatabaseAway`, `DatabaseSchemaError`, `OSError`."""
        begun = self._now()
        with locked(self._spool, PASS_LOCK, wait=True):
            if not self._checked:
                upgrading.check(self._engine)
                self._checked = True
            found = list(self._sources())
            for sources in _groups(found, _FILES_A_TRANSACTION):
                self._ship_files(sources)
            self._tidy(found)
        self._complete_at = begun

    def status(self) -> ShipperStatus:
        return ShipperStatus(
            lag_s=self._now() - self._complete_at,
            waiting=sum(len(call_files(run)) for run in runs(self._spool)),
            shipped=self._shipped,
            damaged=len(damaged_files(self._spool)),
            away=self._away,
        )

    def _sources(self) -> Iterator[_Source]:
        for run in runs(self._spool):
            # Asked before the files are read: what a process that is gone wrote is all there then.
            gone = owner_gone(run)
            for file in call_files(run):
                with suppress(FileNotFoundError):
                    size = sys.maxsize if gone else file.stat().st_size
                    yield _Source(file=file, size=size, owner_gone=gone)

    def _ship_files(self, sources: Sequence[_Source]) -> None:
        reading: Sequence[_Source] = sources
        while reading:
            unfinished = self._store([chunk for source in reading if (chunk := self._read(source)) is not None])
            reading = [source for source in reading if unfinished.get(source.file, source.size) < source.size]

    def _read(self, source: _Source) -> Chunk | None:
        """None where there is nothing new."""
        try:
            start = self._positions.get(_key(source.file), Position())
            chunk = read_chunk(source.file, start, limit=_EVENTS_A_FILE, owner_gone=source.owner_gone)
        except FileNotFoundError:
            return None
        except OSError as error:  # The others are shipped all the same.
            if source.file not in self._unreadable:
                log.error("journal file unreadable", extra={"file": str(source.file), "error": error.strerror})
                self._unreadable.add(source.file)
            return None
        return chunk if chunk.events or chunk.over else None

    def _store(self, chunks: Sequence[Chunk]) -> dict[Path, int]:
        """Those of which there is more, and after how many bytes."""
        if not chunks:
            return {}
        try:
            differing = store.write(self._engine, chunks)
        except EventRefused as error:
            if len(chunks) > 1:
                return {file: offset for chunk in chunks for file, offset in self._store([chunk]).items()}
            self._set_aside(chunks[0].file, Damage(code="refused", message=str(error), line=chunks[0].stop.lines))
            return {}
        for chunk in chunks:
            if chunk.file in differing:
                damage = Damage(code="conflict", message="another event has its number", line=chunk.stop.lines)
                self._set_aside(chunk.file, damage)
            else:
                self._settle(chunk)
        return {chunk.file: chunk.stop.offset for chunk in chunks if chunk.more and chunk.file not in differing}

    def _settle(self, chunk: Chunk) -> None:
        """What was read is in the database."""
        self._shipped += len(chunk.events)
        if chunk.damage is not None:
            self._set_aside(chunk.file, chunk.damage)
        elif chunk.over:
            self._positions.pop(_key(chunk.file), None)
            chunk.file.unlink(missing_ok=True)
        else:
            self._positions[_key(chunk.file)] = chunk.stop

    def _set_aside(self, file: Path, damage: Damage) -> None:
        self._positions.pop(_key(file), None)
        there = set_aside(file, code=damage.code, message=damage.message, line=damage.line)
        log.error("journal file damaged", extra={"file": str(there), "code": damage.code, "line": damage.line})

    def _tidy(self, found: Sequence[_Source]) -> None:
        here = {_key(source.file) for source in found if source.file.exists()}
        self._positions = {key: position for key, position in self._positions.items() if key in here}
        for run in runs(self._spool):
            if owner_gone(run):
                remove_if_empty(run)


def _key(file: Path) -> tuple[Path, int]:
    """Another file of the same name is another file. Raises `FileNotFoundError`."""
    return file, file.stat().st_ino


def _groups(sources: Sequence[_Source], size: int) -> Iterator[list[_Source]]:
    rest = iter(sources)
    while group := list(islice(rest, size)):
        yield group
