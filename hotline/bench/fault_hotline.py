"""A hotline that is to be hurt, people's phones beside it, what its feed tells, and what its journal has kept."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from calls.journal.database import open_database
from calls.journal.models import Call, StoredEvent
from hotline.bench.fault_rows import FaultResult
from hotline.bench.process_cost import below
from hotline.feed_reader import following
from hotline.guard.slots import MODULE
from hotline.serve_process import Served, own_run_dir, serving
from hotline.state import RunState, read_state
from telephony.sip.agent import Answer, SipAgent

AGENTS = 6
FEED_READER_IP = "127.0.0.5"
"""Not the hotline's own, so that what cuts Asterisk off does not cut us off."""
_READY_AGAIN_S = 60.0
_SHIPPED_WITHIN_S = 30.0


def hurt_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of a hotline whose calls outlive its guard."""
    agents = [{"name": f"agent{number}", "number": str(1000 + number)} for number in range(1, AGENTS + 1)]
    return {
        "TONGDAI__GUARD__CALLS_OUTLIVE_IT": "true",
        "TONGDAI__TELEPHONY__AGENTS": json.dumps(agents),
        "TONGDAI__TELEPHONY__MAX_CALLS": "60",
        **(more or {}),
    }


@contextmanager
def hurt_run_dir() -> Generator[Path]:
    """A run's folder; whatever process of that run is left at the end is ended, also one whose guard was killed."""
    with own_run_dir() as folder:
        try:
            yield folder
        finally:
            for pid in _processes_of(folder):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def _processes_of(folder: Path) -> list[int]:
    """Those that were started for a run in `folder`: each has it in its environment."""
    mark = f"TONGDAI__RUN_DIR={json.dumps(str(folder))}".encode()
    found = list[int]()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


@asynccontextmanager
async def phones_of(state: RunState, *, max_calls: int = 4) -> AsyncGenerator[list[SipAgent]]:
    """People who pick up."""
    async with AsyncExitStack() as stack:
        phones: list[SipAgent] = []
        for agent in state.agents:
            phone = SipAgent(state.sip, agent.name, agent.password, behaviour=Answer(after_ms=200), max_calls=max_calls)
            await stack.enter_async_context(phone)
            await phone.register()
            phones.append(phone)
        yield phones


@asynccontextmanager
async def told(state: RunState, result: FaultResult) -> AsyncGenerator[None]:
    def put(event: Any) -> None:
        result.events[event.call_id, event.sequence] = event.kind

    async with following(state.feeds, put, local_ip=FEED_READER_IP):
        yield


async def ready_again(folder: Path, state: RunState) -> RunState:
    """Until every feed answers; the state as it is then. Raises `TimeoutError`."""
    async with asyncio.timeout(_READY_AGAIN_S):
        while True:
            found = read_state(folder / "state.json") or state
            try:
                async with following(found.feeds, lambda event: None):
                    return found
            except OSError:
                await asyncio.sleep(0.1)


def calls_processes(served: Served) -> list[int]:
    return below(served.process.pid, MODULE)


def _waiting(spool: Path) -> list[Path]:
    return [file for file in spool.rglob("*.jsonl") if "damaged" not in file.parts]


async def _shipped(spool: Path) -> None:
    """A hotline is ready before its shipper is."""
    until = time.monotonic() + _SHIPPED_WITHIN_S
    while _waiting(spool) and time.monotonic() < until:  # noqa: ASYNC110 – files of another program
        await asyncio.sleep(0.1)


async def read_journal(folder: Path, result: FaultResult, url: str = "", spool: Path | None = None) -> None:
    """What has been stored, after the hotline's end."""
    spool = spool or folder / "journal" / "spool"
    if _waiting(spool):
        # What a killed process left in the spool is stored by the next hotline.
        environment = {"TONGDAI__JOURNAL__URL": json.dumps(url), "TONGDAI__JOURNAL__SPOOL": json.dumps(str(spool))}
        async with serving(folder, environment=environment):
            await _shipped(spool)
    engine = open_database(url or f"sqlite:///{folder / 'journal' / 'journal.db'}")
    try:
        with engine.connect() as connection:
            stored = connection.execute(select(StoredEvent.call_id, StoredEvent.sequence))
            result.stored = {(call, sequence) for call, sequence in stored}
            result.told_lost = connection.execute(select(func.sum(Call.lost_events))).scalar() or 0
    finally:
        engine.dispose()
