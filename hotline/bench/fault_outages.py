"""Something that a hotline with real calls needs is away for a while: its database, its disk, its network."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from contracts.tasks import end_tasks
from hotline.bench.fault_calls import Asked, FaultCall, Outcome
from hotline.bench.fault_hotline import hurt_environment, hurt_run_dir, phones_of, read_journal, told
from hotline.bench.fault_plan import FaultPlan
from hotline.bench.fault_rows import FaultResult, Row, row, spread
from hotline.serve_process import Served, serving
from telephony.sip.agent import SipAgent

_LATE_WITHIN = 0.6
"""Callers who dial during an outage do so in this share of it, so that they are heard in it."""


class Place(Protocol):
    """Where the outage happens, made before the hotline starts."""

    @property
    def how(self) -> str:
        """By what it is brought about, for the rows."""
        ...

    @property
    def environment(self) -> Mapping[str, str]:
        """Of the hotline."""
        ...

    @property
    def url(self) -> str:
        """Of the journal's database; empty: the hotline's own."""
        ...

    @property
    def spool(self) -> Path | None:
        """None: the hotline's own."""
        ...

    def outage(self, served: Served) -> AbstractAsyncContextManager[None]: ...


MakePlace = Callable[[Path, FaultPlan], AbstractAsyncContextManager[Place]]
"""In the run's folder. Raises `CannotBeMade`."""


class CannotBeMade(Exception):
    """This machine does not allow it; `str()` says what is missing."""


@dataclass(slots=True)
class OutageResult(FaultResult):
    silences_ms: list[float] = field(default_factory=list[float])
    before: list[Asked] = field(default_factory=list[Asked])
    during: list[Asked] = field(default_factory=list[Asked])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A `Fault`."""

    name: str
    place: MakePlace
    lasts_s: float
    quick_s: float = 3.0
    at_once: int = 5
    late: int = 5
    """Further callers who dial while it lasts."""
    most_calls: int = 1000
    """Of all its rounds; each round is as long as the outage."""
    silences: bool = False
    """What the callers hear is of interest."""
    alone: bool = False
    namespaces: bool = False

    async def measure(self, plan: FaultPlan, dice: Random) -> list[Row]:
        result = OutageResult(name=self.name)
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(hurt_run_dir())
            try:
                place = await stack.enter_async_context(self.place(folder, plan))
            except CannotBeMade as error:
                return [row(f"{self.name}: not measured here, {error}", None, "of calls", None, 0)]
            result.name = f"{self.name} ({place.how})"
            async with serving(folder, environment=hurt_environment(place.environment)) as served:
                await self._rounds(served, place, plan, result, dice)
            await read_journal(folder, result, place.url, place.spool)
        return _rows(self, result)

    async def _rounds(self, served: Served, place: Place, plan: FaultPlan, result: OutageResult, dice: Random) -> None:
        wanted = min(plan.calls_per_fault, self.most_calls)
        async with phones_of(served.state) as phones:
            while len(result.outcomes) < wanted:
                async with told(served.state, result):
                    await self._round(served, place, phones, plan, result, dice)
                result.progress(wanted)

    async def _round(
        self, served: Served, place: Place, phones: Sequence[SipAgent], plan: FaultPlan, result: OutageResult,
        dice: Random,
    ) -> None:  # fmt: skip
        lasts_s = self.quick_s if plan.quick else self.lasts_s
        wanted = min(plan.calls_per_fault, self.most_calls) - len(result.outcomes)
        early_count, late_count = min(self.at_once, wanted), 0 if plan.quick else min(self.late, wanted - self.at_once)
        async with AsyncExitStack() as stack:
            calls = [await stack.enter_async_context(FaultCall(served.state, dice)) for _ in range(early_count)]
            await asyncio.sleep(dice.uniform(1.0, plan.within_s))
            watched = [call for call in calls if call.is_up]
            over: asyncio.Future[float] = asyncio.get_running_loop().create_future()
            begun = time.monotonic()
            for call in watched:
                call.ask_at_once()
            watching = [asyncio.create_task(_watched(call, phones, begun, over), name="watched") for call in watched]
            stack.push_async_callback(_ended, watching)
            async with place.outage(served):
                for at_s in sorted(dice.uniform(0, _LATE_WITHIN * lasts_s) for _ in range(late_count)):
                    await asyncio.sleep(max(0.0, begun + at_s - time.monotonic()))
                    call, since = await stack.enter_async_context(FaultCall(served.state, dice)), time.monotonic()
                    watched.append(call)
                    watching.append(asyncio.create_task(_watched(call, phones, since, over), name="watched"))
                await asyncio.sleep(max(0.0, begun + lasts_s - time.monotonic()))
            over.set_result(time.monotonic())
            for call in watched:
                call.ask_at_once()
            for outcome, silence_ms in await asyncio.gather(*watching):
                result.outcomes.append(outcome)
                result.silences_ms += [] if silence_ms is None else [silence_ms]
            for asked in (asked for call in watched for asked in call.asked):
                if asked.at_s < begun:
                    result.before.append(asked)
                elif asked.at_s < over.result():
                    result.during.append(asked)


async def _ended(tasks: list[asyncio.Task[tuple[Outcome, float | None]]]) -> None:
    if tasks:
        await end_tasks(*tasks)


async def _watched(
    call: FaultCall, phones: Sequence[SipAgent], since: float, over: asyncio.Future[float]
) -> tuple[Outcome, float | None]:
    """What became of it, during and after the outage, and the longest silence until then or until a phone rang."""
    outcome = await call.outcome(phones, since)
    if outcome.kept:
        outcome = await call.outcome(phones, await asyncio.shield(over))
    if (rang := call.rang(phones, since)) is not None:
        outcome = Outcome(kept=False, rang_ms=round((rang - since) * 1000, 1))
    return outcome, call.longest_silence_ms(since, rang or time.monotonic())


def _rows(fault: Outage, result: OutageResult) -> list[Row]:
    name = result.name
    rows = result.rows()
    if fault.silences:
        put_through = sum(one.rang_ms is not None for one in result.outcomes)
        count = len(result.outcomes)
        rows.append(row(f"{name}: for whom a person's phone rang", put_through, "of calls", None, count))
        rows += spread(f"{name}: longest silence that a caller heard", result.silences_ms, None)
        longest = max(result.silences_ms, default=None)
        rows.append(row(f"{name}: longest silence of all callers", longest, "ms", None, len(result.silences_ms)))
        return rows
    rows.append(row(f"{name}: events that the journal says are missing", result.told_lost, "events", result.lost, 1))
    answered = sum(asked.answered for asked in result.during)
    rows.append(row(f"{name}: questions answered meanwhile", answered, "of questions", None, len(result.during)))
    for when, asked in (("before", result.before), ("meanwhile", result.during)):
        times = [one.voice_to_voice_ms for one in asked if one.voice_to_voice_ms is not None]
        rows += spread(f"{name}: voice to voice {when}", times, None)
    return rows
