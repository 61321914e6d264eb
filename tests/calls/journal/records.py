"""Events of made-up calls, and what a database holds of them."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from calls.journal.models import Call, StoredEvent
from calls.journal.shipper import Shipper
from calls.journal.spool import ENDING, Spool
from contracts.call_event import CallEvent, Value

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def event(
    sequence: int,
    kind: str = "turn.partial",
    *,
    call_id: str = "call-1",
    fields: Mapping[str, Value] | None = None,
    schema_version: int = 1,
) -> CallEvent:
    return CallEvent(
        call_id=call_id,
        sequence=sequence,
        sample=sequence * 160,
        utc=START + timedelta(milliseconds=sequence * 20),
        bundle_id="bundle",
        kind=kind,
        fields={"text": f"lần {sequence}"} if fields is None else fields,
        personal=("text",) if fields is None else (),
        schema_version=schema_version,
    )


def call(count: int, call_id: str = "call-1", *, ended: bool = True) -> list[CallEvent]:
    """So many events, the last of them `call.ended`."""
    kinds = ["turn.partial"] * (count - 1) + [ENDING if ended else "turn.partial"]
    return [event(number, kind, call_id=call_id) for number, kind in enumerate(kinds)]


def stored(engine: Engine, call_id: str = "call-1") -> list[CallEvent]:
    wanted = select(StoredEvent, Call.bundle_id).join(Call, Call.call_id == StoredEvent.call_id)
    with Session(engine) as session:
        rows = session.execute(wanted.where(StoredEvent.call_id == call_id).order_by(StoredEvent.sequence))
        return [_event(row, bundle_id) for row, bundle_id in rows]


def ending(engine: Engine, call_id: str = "call-1") -> tuple[datetime | None, str | None, int | None]:
    with Session(engine) as session:
        call = session.get_one(Call, call_id)
        return call.ended_utc, call.end_reason, call.lost_events


def _event(row: StoredEvent, bundle_id: str) -> CallEvent:
    return CallEvent(
        call_id=row.call_id,
        sequence=row.sequence,
        sample=row.sample,
        utc=row.utc,
        bundle_id=bundle_id,
        kind=row.kind,
        fields=row.fields,
        personal=tuple(row.personal),
        schema_version=row.schema_version,
    )


def written(folder: Path, events: list[CallEvent], *, closed: bool = True) -> Path:
    """By a calls process that is gone; the file of the last event's call."""
    spool = Spool(folder)
    for each in events:
        spool.put(each)
    assert spool.flush(10)
    if closed:
        spool.close()
    return spool.folder / f"{events[-1].call_id}.jsonl"


@contextmanager
def shipping(engine: Engine, spool: Path) -> Generator[Shipper]:
    shipper = Shipper(engine, spool)
    try:
        yield shipper
    finally:
        shipper.close()
