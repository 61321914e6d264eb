"""`bench faults`: processes of a hotline with real calls are killed or stopped at random moments.

For each caller: whether the call went on or a person's phone rang, and how soon. For each call: whether the journal's
database has every event that the hotline told of.
"""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hotline.bench.fault_calls import FaultCall, Outcome
from hotline.bench.process_cost import below
from hotline.feed_reader import following
from hotline.guard.slots import MODULE
from hotline.serve_process import Served, own_run_dir, serving
from hotline.state import RunState, read_state
from telephony.sip.agent import Answer, SipAgent

AGENTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    name: str
    modules: tuple[str, ...]
    """Of the processes that it hits; `guard` is the guard itself."""
    signal_number: signal.Signals = signal.SIGKILL
    goal_ms: float | None = None
    """Until the person's phone rings, p95; None: calls go on."""


FAULTS = (
    Fault(name="calls process killed", modules=("hotline.calls_process",), goal_ms=1000),
    Fault(name="calls process stopped", modules=("hotline.calls_process",), signal_number=signal.SIGSTOP, goal_ms=5000),
    Fault(name="guard and calls process killed", modules=("guard", "hotline.calls_process"), goal_ms=5000),
    Fault(name="guard killed", modules=("guard",)),
    Fault(name="recognisers killed", modules=("asr.people.worker",)),
    Fault(name="voices killed", modules=("tts.worker",)),
    Fault(name="console killed", modules=("hotline.console_process",)),
    Fault(name="shipper killed", modules=("hotline.shipping_process",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    calls_per_fault: int = 100
    at_once: int = 4
    within_s: float = 8.0
    """The fault comes at a random moment up to so long after the first caller dials."""
    seed: int = 20264
    faults: tuple[Fault, ...] = FAULTS


QUICK = FaultPlan(calls_per_fault=2, at_once=2, faults=(FAULTS[0], FAULTS[2]))


@dataclass(slots=True)
class FaultResult:
    fault: Fault
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    events: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    """What the feed told: (call, sequence) → kind."""
    stored: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])

    def rows(self) -> list[dict[str, Any]]:
        name, count = self.fault.name, len(self.outcomes)
        rings = [one.rang_ms for one in self.outcomes if one.rang_ms is not None]
        fine = sum(one.kept or one.rang_ms is not None for one in self.outcomes)
        lost = len(self.events.keys() - self.stored)
        rows = [
            _row(f"{name}: callers who reached a person or kept the call", fine, "of calls", count, count),
            _row(f"{name}: calls that went on", sum(one.kept for one in self.outcomes), "of calls", None, count),
            _row(f"{name}: journal events lost", lost, "events", 0, len(self.events)),
        ]
        if rings:
            p50, p95 = (round(float(np.percentile(rings, share)), 1) for share in (50, 95))
            rows.append(_row(f"{name}: until a person's phone rings, p50", p50, "ms", None, len(rings)))
            rows.append(_row(f"{name}: until a person's phone rings, p95", p95, "ms", self.fault.goal_ms, len(rings)))
        return rows


def _row(name: str, value: float, unit: str, goal: float | None, count: int) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "goal": goal, "n": count}


async def bench_faults(plan: FaultPlan) -> list[dict[str, Any]]:
    """Rows of the table, fault by fault."""
    dice = random.Random(plan.seed)
    rows: list[dict[str, Any]] = []
    for fault in plan.faults:
        result = FaultResult(fault=fault)
        with own_run_dir() as folder:
            while len(result.outcomes) < plan.calls_per_fault:
                await _rounds(folder, plan, result, dice)
            async with serving(folder):
                pass  # What a killed process left in the spool is stored by the next hotline.
            result.stored = _stored(folder)
        rows += result.rows()
    return rows


async def _rounds(folder: Path, plan: FaultPlan, result: FaultResult, dice: random.Random) -> None:
    """On one hotline: round after round, until the calls are enough or the guard was hit."""
    async with _outlived(folder) as served, _agents(served.state) as phones:
        state = served.state
        while len(result.outcomes) < plan.calls_per_fault:
            async with _told(state, result):
                result.outcomes += await _round(served, phones, plan, result.fault, dice)
            if "guard" in result.fault.modules:
                return
            state = await _ready_again(folder, state)


async def _round(
    served: Served, phones: Sequence[SipAgent], plan: FaultPlan, fault: Fault, dice: random.Random
) -> list[Outcome]:
    calls = [FaultCall(served.state, dice.random()) for _ in range(plan.at_once)]
    async with AsyncExitStack() as stack:
        for call in calls:
            await stack.enter_async_context(call)
        talking = [asyncio.create_task(call.talk(), name="test call") for call in calls]
        await asyncio.sleep(dice.uniform(1.0, plan.within_s))
        present = [call for call in calls if call.is_up]
        hit = time.monotonic()
        _strike(served, fault)
        outcomes = await asyncio.gather(*(call.outcome(phones, hit) for call in present))
        for task in talking:
            task.cancel()
        await asyncio.wait(talking)
    return outcomes


def _strike(served: Served, fault: Fault) -> None:
    guard = served.process.pid
    found = [[guard] if module == "guard" else below(guard, module) for module in fault.modules]
    for pids in found:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, fault.signal_number)


@asynccontextmanager
async def _outlived(folder: Path) -> AsyncGenerator[Served]:
    """A hotline whose calls outlive its guard; what is left of it at the end is ended by its process ids."""
    agents = [{"name": f"agent{number}", "number": str(1000 + number)} for number in range(1, AGENTS + 1)]
    environment = {
        "TONGDAI__GUARD__CALLS_OUTLIVE_IT": "true",
        "TONGDAI__TELEPHONY__AGENTS": str(agents),
        "TONGDAI__TELEPHONY__MAX_CALLS": "60",
    }
    left: set[int] = set()
    try:
        async with serving(folder, environment=environment) as served:
            left |= set(below(served.process.pid, MODULE))
            left.add(served.state.asterisk_pid)
            yield served
            left |= set(below(served.process.pid, MODULE))
    finally:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def _agents(state: RunState) -> AsyncGenerator[list[SipAgent]]:
    async with AsyncExitStack() as stack:
        phones: list[SipAgent] = []
        for agent in state.agents:
            phone = SipAgent(state.sip, agent.name, agent.password, behaviour=Answer(after_ms=200), max_calls=4)
            await stack.enter_async_context(phone)
            await phone.register()
            phones.append(phone)
        yield phones


@asynccontextmanager
async def _told(state: RunState, result: FaultResult) -> AsyncGenerator[None]:
    def put(event: Any) -> None:
        result.events[event.call_id, event.sequence] = event.kind

    async with following(state.feeds, put):
        yield


async def _ready_again(folder: Path, state: RunState) -> RunState:
    """Until every feed answers; the state as it is then."""
    while True:
        found = read_state(folder / "state.json") or state
        try:
            async with following(found.feeds, lambda event: None):
                return found
        except OSError:
            await asyncio.sleep(0.1)


def _stored(folder: Path) -> set[tuple[str, int]]:
    with contextlib.closing(sqlite3.connect(folder / "journal" / "journal.db")) as database:
        found = database.execute("SELECT call_id, sequence FROM events")
        return {(str(call), int(sequence)) for call, sequence in found}
