"""Processes of a hotline with real calls are killed or stopped at random moments."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hotline.bench.fault_calls import FaultCall
from hotline.bench.fault_hotline import hurt_environment, hurt_run_dir, phones_of, read_journal, ready_again, told
from hotline.bench.fault_plan import FaultPlan
from hotline.bench.fault_rows import FaultResult, Row
from hotline.bench.process_cost import below
from hotline.serve_process import Served, serving
from telephony.sip.agent import SipAgent

GUARD = "guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """A `Fault`. A guard that was killed is started again at once, as a service manager does, but for the last."""

    name: str
    modules: tuple[str, ...]
    """Of the processes that it hits; `guard` is the guard itself."""
    signal_number: signal.Signals = signal.SIGKILL
    goal_ms: float | None = None
    """Until the person's phone rings, p95; None: calls go on."""
    namespaces: bool = False

    @property
    def alone(self) -> bool:
        return self.goal_ms is not None

    async def measure(self, plan: FaultPlan, dice: Random) -> list[Row]:
        result = FaultResult(name=self.name, goal_ms=self.goal_ms)
        with hurt_run_dir() as folder:
            await self._rounds(folder, plan, result, dice)
            await read_journal(folder, result)
        return result.rows()

    async def _rounds(self, folder: Path, plan: FaultPlan, result: FaultResult, dice: Random) -> None:
        environment = hurt_environment()
        async with AsyncExitStack() as stack:
            served = await stack.enter_async_context(serving(folder, environment=environment))
            state = served.state
            phones = await stack.enter_async_context(phones_of(state))
            while len(result.outcomes) < plan.calls_per_fault:
                if served.process.returncode is not None:
                    served = await stack.enter_async_context(serving(folder, environment=environment))
                    state = await ready_again(folder, served.state)
                last = len(result.outcomes) + plan.at_once >= plan.calls_per_fault
                async with told(state, result), asyncio.TaskGroup() as group:
                    hit = asyncio.Event()
                    again = group.create_task(self._started_again(hit, stack, folder, environment, served, last))
                    await self._round(served, phones, plan, result, dice, hit)
                served = await again
                result.progress(plan.calls_per_fault)
                if len(result.outcomes) < plan.calls_per_fault and served.process.returncode is None:
                    state = await ready_again(folder, served.state)

    async def _started_again(
        self, hit: asyncio.Event, stack: AsyncExitStack, folder: Path, environment: dict[str, str], served: Served,
        last: bool,
    ) -> Served:  # fmt: skip
        # After the last one the hotline that stores what is left is the next.
        if GUARD not in self.modules or last:
            return served
        await hit.wait()
        return await stack.enter_async_context(serving(folder, environment=environment))

    async def _round(
        self, served: Served, phones: Sequence[SipAgent], plan: FaultPlan, result: FaultResult, dice: Random,
        hit: asyncio.Event,
    ) -> None:  # fmt: skip
        async with AsyncExitStack() as stack:
            calls = [await stack.enter_async_context(FaultCall(served.state, dice)) for _ in range(plan.at_once)]
            await asyncio.sleep(dice.uniform(1.0, plan.within_s))
            present = [call for call in calls if call.is_up]
            since = time.monotonic()
            self._strike(served)
            hit.set()
            for call in present:
                call.ask_at_once()
            result.outcomes += await asyncio.gather(*(call.outcome(phones, since) for call in present))

    def _strike(self, served: Served) -> None:
        guard = served.process.pid
        found = [[guard] if module == GUARD else below(guard, module) for module in self.modules]
        for pid in [pid for pids in found for pid in pids]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, self.signal_number)
