"""`bench faults`: what befalls a hotline with real calls, one fault after the other, at random moments.

For each caller: whether the call went on or a person's phone rang, and how soon. For each call: whether the journal's
database has every event that the hotline told of.
"""

import asyncio
import signal
from collections.abc import Sequence
from random import Random

from contracts.errors import TongdaiError
from hotline.bench.fault_crowd import Crowd
from hotline.bench.fault_database import database_place
from hotline.bench.fault_disk import disk_place
from hotline.bench.fault_inside import can_be_inside, measure_inside
from hotline.bench.fault_kills import Kill
from hotline.bench.fault_network import network_place
from hotline.bench.fault_outages import Outage
from hotline.bench.fault_plan import Fault, FaultPlan
from hotline.bench.fault_rows import Row

FAULTS: tuple[Fault, ...] = (
    Kill(name="calls process killed", modules=("hotline.calls_process",), goal_ms=1000),
    Kill(name="calls process stopped", modules=("hotline.calls_process",), signal_number=signal.SIGSTOP, goal_ms=5000),
    Kill(name="guard and calls process killed", modules=("guard", "hotline.calls_process"), goal_ms=5000),
    Kill(name="guard killed", modules=("guard",)),
    Kill(name="recognisers killed", modules=("asr.people.worker",)),
    Kill(name="voices killed", modules=("tts.worker",)),
    Kill(name="console killed", modules=("hotline.console_process",)),
    Kill(name="shipper killed", modules=("hotline.shipping_process",)),
    Outage(name="database away", place=database_place, lasts_s=60, at_once=10, late=10, most_calls=40, alone=True),
    Outage(name="disk full", place=disk_place, lasts_s=15, most_calls=60, namespaces=True),
    Outage(name="network cut 2 s", place=network_place, lasts_s=2, late=0, silences=True, namespaces=True),
    Outage(name="network cut 15 s", place=network_place, lasts_s=15, silences=True, namespaces=True),
    Crowd(name="30 calls, two kills"),
)
FULL = FaultPlan()
QUICK = FaultPlan(calls_per_fault=2, at_once=2, quick=True)
QUICK_FAULTS = ("calls process killed", "guard and calls process killed")
_BESIDE_EACH_OTHER = 2
"""Of those that measure no times."""


def named(names: Sequence[str]) -> tuple[Fault, ...]:
    """All where none is named. Raises `KeyError`."""
    known = {fault.name: fault for fault in FAULTS}
    return tuple(known[name] for name in names) if names else FAULTS


async def bench_faults(plan: FaultPlan, names: Sequence[str] = ()) -> list[Row]:
    """Rows of the table, fault by fault. Those that measure times run alone, the others two at once."""
    faults = named(names)
    rows: dict[str, list[Row]] = {}
    places = asyncio.Semaphore(_BESIDE_EACH_OTHER)

    async def measure(fault: Fault) -> None:
        async with places:
            rows[fault.name] = await _measured(fault, plan)

    for fault in faults:
        if fault.alone:
            await measure(fault)
    try:
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                if not fault.alone:
                    group.create_task(measure(fault))
    except* TongdaiError as errors:
        # The first one's words; the others were ended for it.
        raise errors.exceptions[0] from None
    return [row for fault in faults for row in rows[fault.name]]


async def _measured(fault: Fault, plan: FaultPlan) -> list[Row]:
    if fault.namespaces and await can_be_inside():
        return await measure_inside(fault, plan)
    return await fault.measure(plan, Random(f"{plan.seed} {fault.name}"))
