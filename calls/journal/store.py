"""Writes events and calls into the database, any number of times with the same outcome; erases them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from calls.journal.database import transaction
from calls.journal.models import Call, StoredEvent
from calls.journal.tail import Chunk
from contracts.call_event import CallEvent

_REASON_CHARS = 60


def write(engine: Engine, chunks: Sequence[Chunk]) -> set[Path]:
    """In one transaction. The files that hold an event other than the one stored under its number.

    Raises `EventRefused`, `DatabaseAway`; nothing is stored then.
    """
    with transaction(engine) as connection:
        differing = _store_events(connection, [chunk for chunk in chunks if chunk.events])
        for chunk in chunks:
            if chunk.over and chunk.stop.call_id is not None:
                _close(connection, chunk, chunk.stop.call_id)
    return differing


def erase(engine: Engine, call_id: str) -> int:
    """How many events there were. Raises `DatabaseAway`."""
    with transaction(engine, immediate=True) as connection:
        erased = connection.execute(delete(StoredEvent).where(StoredEvent.call_id == call_id)).rowcount
        connection.execute(delete(Call).where(Call.call_id == call_id))
    if engine.dialect.name == "sqlite":
        # The write-ahead log still holds the pages as they were.
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()
    return erased


def _store_events(connection: Connection, chunks: Sequence[Chunk]) -> set[Path]:
    if not chunks:
        return set()
    connection.execute(_insert(connection, Call), [_call_row(chunk.events[0]) for chunk in chunks])
    rows = [_event_row(event) for chunk in chunks for event in chunk.events]
    if connection.execute(_insert(connection, StoredEvent), rows).rowcount == len(rows):
        return set()
    return {chunk.file for chunk in chunks if _differs(connection, chunk.events)}


def _insert(connection: Connection, table: type[Call | StoredEvent]) -> Any:
    """What is there already stays as it is."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _call_row(first: CallEvent) -> dict[str, Any]:
    return {"call_id": first.call_id, "started_utc": first.utc, "bundle_id": first.bundle_id}


def _event_row(event: CallEvent) -> dict[str, Any]:
    return {
        "call_id": event.call_id,
        "sequence": event.sequence,
        "sample": event.sample,
        "utc": event.utc,
        "kind": event.kind,
        "fields": dict(event.fields),
        "personal": list(event.personal),
        "schema_version": event.schema_version,
    }


def _differs(connection: Connection, events: Sequence[CallEvent]) -> bool:
    numbers = [event.sequence for event in events]
    found = connection.execute(
        select(StoredEvent.sequence, StoredEvent.sample, StoredEvent.utc, StoredEvent.kind).where(
            StoredEvent.call_id == events[0].call_id,
            StoredEvent.sequence.between(min(numbers), max(numbers)),
        )
    )
    stored = {row.sequence: (row.sample, row.utc, row.kind) for row in found}
    return any(stored.get(event.sequence) != (event.sample, event.utc, event.kind) for event in events)


def _close(connection: Connection, chunk: Chunk, call_id: str) -> None:
    change = update(Call).where(Call.call_id == call_id)
    if chunk.end is not None and chunk.damage is None:
        reason, lost = chunk.stop.outcome[:_REASON_CHARS], chunk.end.lost
    else:
        # What a whole record said before stands.
        reason, lost = "record_damaged" if chunk.damage else "process_ended", None
        change = change.where(Call.end_reason.is_(None))
    connection.execute(change.values(ended_utc=chunk.stop.last_utc, end_reason=reason, lost_events=lost))
