"""Thirty callers, two calls processes: one of these is killed, later a recogniser of the other one."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from contracts.call_event import CallEvent
from hotline.bench.fault_calls import Asked, FaultCall, Outcome
from hotline.bench.fault_hotline import calls_processes, hurt_environment, hurt_run_dir, phones_of, read_journal, told
from hotline.bench.fault_plan import FaultPlan
from hotline.bench.fault_rows import FaultResult, Row, row, spread
from hotline.bench.process_cost import below
from hotline.feed_reader import following
from hotline.serve_process import Served, serving
from hotline.state import Feed
from telephony.sip.agent import SipAgent

_RECOGNISER = "asr.people.worker"
_PHONE_CALLS = 8
"""Of each person's phone: half of the callers reach one at once."""
_STAGGER_S = 0.3
_ESTABLISHED = "01"
"""As /proc/net/tcp names the state."""


@dataclass(slots=True)
class CrowdResult(FaultResult):
    before: list[Asked] = field(default_factory=list[Asked])
    """Of the callers whose process was not killed, as the two below."""
    after_first: list[Asked] = field(default_factory=list[Asked])
    after_second: list[Asked] = field(default_factory=list[Asked])


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A `Fault`."""

    name: str
    callers: int = 30
    rounds: int = 2
    phase_s: float = 18.0
    """Before the first kill, between both, and after the second one."""
    alone: bool = True
    namespaces: bool = False

    async def measure(self, plan: FaultPlan, dice: Random) -> list[Row]:
        result = CrowdResult(name=self.name, goal_ms=1000)
        environment = hurt_environment({"TONGDAI__GUARD__CALLS_PROCESSES": "2"})
        for _ in range(self.rounds if plan.calls_per_fault >= self.callers * self.rounds else 1):
            once = FaultResult(name=self.name)
            with hurt_run_dir() as folder:
                async with serving(folder, environment=environment) as served, told(served.state, once):
                    await self._round(served, plan, result, dice)
                await read_journal(folder, once)
            result.events |= once.events
            result.stored |= once.stored
            result.progress(min(plan.calls_per_fault, self.callers * self.rounds))
        return _rows(result)

    async def _round(self, served: Served, plan: FaultPlan, result: CrowdResult, dice: Random) -> None:
        async with AsyncExitStack() as stack:
            phones = await stack.enter_async_context(phones_of(served.state, max_calls=_PHONE_CALLS))
            feed_of = {feed.url: await stack.enter_async_context(_callers_of(feed)) for feed in served.state.feeds}
            calls: list[FaultCall] = []
            for _ in range(min(self.callers, plan.calls_per_fault)):
                calls.append(await stack.enter_async_context(FaultCall(served.state, dice)))
                await asyncio.sleep(_STAGGER_S)
            await asyncio.sleep(self.phase_s + dice.uniform(0, 2))
            killed, other = dice.sample(calls_processes(served), 2)
            theirs = next((feed_of[feed.url] for feed in served.state.feeds if _serves(killed, feed)), set[str]())
            victims = [call for call in calls if call.number in theirs]
            spared = [call for call in calls if call not in victims]
            first = time.monotonic()
            os.kill(killed, signal.SIGKILL)
            gone = asyncio.gather(*(call.outcome(phones, first) for call in victims))
            await asyncio.sleep(self.phase_s)
            second = time.monotonic()
            os.kill(below(other, _RECOGNISER)[0], signal.SIGKILL)
            await asyncio.sleep(self.phase_s)
            kept = await asyncio.gather(*(_spared(call, phones, first, second) for call in spared))
            result.outcomes += [*await gone, *kept]
            for asked in (asked for call in spared for asked in call.asked):
                into = result.before if asked.at_s < first else (
                    result.after_first if asked.at_s < second else result.after_second
                )  # fmt: skip
                into.append(asked)


async def _spared(call: FaultCall, phones: Sequence[SipAgent], first: float, second: float) -> Outcome:
    if (rang := call.rang(phones, first)) is not None:
        return Outcome(kept=False, rang_ms=round((rang - first) * 1000, 1))
    return await call.outcome(phones, second)


@asynccontextmanager
async def _callers_of(feed: Feed) -> AsyncGenerator[set[str]]:
    """The numbers of those whose calls begin in the calls process of this feed."""
    numbers = set[str]()

    def put(event: CallEvent) -> None:
        if event.kind == "call.started":
            numbers.add(str(event.fields["caller"]))

    async with following([feed], put):
        yield numbers


def _serves(pid: int, feed: Feed) -> bool:
    """Whether we follow the feed at that process: one of its sockets is the other end (proc_pid_net(5))."""
    port = f":{urlsplit(feed.url).port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(port) and line[3] == _ESTABLISHED}
    return any(str(one.readlink()) in inodes for one in Path(f"/proc/{pid}/fd").iterdir())


def _rows(result: CrowdResult) -> list[Row]:
    name = result.name
    rows = result.rows()
    handed = sum(not one.kept for one in result.outcomes)
    count = len(result.outcomes)
    rows.append(row(f"{name}: calls interrupted", round(handed / max(1, count), 3), "share", None, count))
    for when, asked in (
        ("before", result.before),
        ("after a calls process was killed", result.after_first),
        ("after a recogniser was killed", result.after_second),
    ):
        times = [one.voice_to_voice_ms for one in asked if one.voice_to_voice_ms is not None]
        rows += spread(f"{name}: voice to voice of the other process, {when}", times, 900, p50_goal=600)
        cut = sum(one.cut_off for one in asked)
        rows.append(row(f"{name}: turns of the other process cut off, {when}", cut, "of turns", None, len(asked)))
    return rows
