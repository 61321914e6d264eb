"""The journal of real calls: all that the feed told is in the database, also of a process that was killed."""

import os
import signal
from pathlib import Path

import pytest
from hotline_calls import QUESTION, Told, calling
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from calls.journal.database import open_database
from calls.journal.models import Call, StoredEvent
from contracts.call_event import CallEvent
from hotline.bench.process_cost import below
from hotline.guard.slots import MODULE
from hotline.serve_process import Served, serving
from telephony.asterisk.installation import Installation


@pytest.fixture
def run_dir(asterisk_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


def calls_process(served: Served) -> int:
    (pid,) = below(served.process.pid, MODULE)
    return pid


def kinds(engine: Engine, events: list[CallEvent]) -> list[tuple[int, str]]:
    """Stored under the numbers of these events."""
    wanted = select(StoredEvent.sequence, StoredEvent.kind).where(
        StoredEvent.call_id == events[0].call_id, StoredEvent.sequence.in_([event.sequence for event in events])
    )
    with engine.connect() as connection:
        return [(row.sequence, row.kind) for row in connection.execute(wanted.order_by(StoredEvent.sequence))]


def ended(engine: Engine, told: Told) -> str | None:
    with Session(engine) as session:
        return session.get_one(Call, told.events[0].call_id).end_reason


async def test_real_calls_are_kept(run_dir: Path) -> None:
    database = f"sqlite:///{run_dir}/journal.db"
    environment = {"TONGDAI__JOURNAL__URL": database, "TONGDAI__JOURNAL__SPOOL": str(run_dir / "spool")}
    async with serving(run_dir, environment=environment) as served:
        async with calling(served.state) as whole:
            await whole.caller.hang_up()
            await whole.told.event("call.ended")
        async with calling(served.state) as cut:
            await cut.say(QUESTION)
            await cut.told.event("turn.heard")
            os.kill(calls_process(served), signal.SIGKILL)
    assert not list((run_dir / "spool").rglob("*.jsonl")), "the guard's shipper has taken them all"
    engine = open_database(database)
    for call, reason in ((whole, "hung_up"), (cut, "process_ended")):
        events = call.told.events
        assert kinds(engine, events) == [(event.sequence, event.kind) for event in events]
        assert ended(engine, call.told) == reason
    engine.dispose()
