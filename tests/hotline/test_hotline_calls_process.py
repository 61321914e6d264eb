"""When a calls process takes no new calls: told by the guard, left alone by it, or unwell."""

import asyncio
from typing import cast

from calls.admission import Admission
from calls.thinking import ThinkingThread
from hotline.bundles.live import LiveBundle
from hotline.calls_process import CallsProcess
from hotline.child_program import Command
from telephony.bridge import CallBridge

DEADLINE_S = 20.0


class Bridge:
    def __init__(self) -> None:
        self.taking_calls = True
        self.calls_now = 1
        self.faults = 0
        self.over = asyncio.Event()

    async def no_calls(self) -> None:
        await self.over.wait()


class Idle:
    def __init__(self) -> None:
        self.behind_ms = 0.0
        self.hung = 2
        self.worn_out = asyncio.Event()

    def figures(self) -> dict[str, str]:
        return {}


class Rig:
    def __init__(self) -> None:
        self.bridge, self.idle, self.door_closed = Bridge(), Idle(), asyncio.Event()
        self.process = CallsProcess(
            cast(CallBridge, self.bridge),
            cast(Admission, self.idle),
            cast(LiveBundle, self.idle),
            cast(ThinkingThread, self.idle),
            self.door_closed.set,
        )


async def test_with_too_many_hung_threads_it_drains_and_ends() -> None:
    rig = Rig()
    watching = asyncio.create_task(rig.process.stay_well(drain_s=0))
    await asyncio.wait([watching], timeout=0)
    assert not rig.process.over.is_set() and rig.process.figures()["draining"] is False
    rig.idle.worn_out.set()
    async with asyncio.timeout(DEADLINE_S):
        await rig.process.over.wait()
        await watching
    assert rig.process.figures()["draining"] is True and rig.process.figures()["hung_threads"] == 2


async def test_without_its_guard_it_lets_go_of_the_port_and_ends_after_the_last_call() -> None:
    rig, commands = Rig(), asyncio.Queue[Command | None]()
    obeying = asyncio.create_task(rig.process.obey(commands))
    commands.put_nowait(None)
    async with asyncio.timeout(DEADLINE_S):
        await rig.door_closed.wait()
        assert not rig.bridge.taking_calls and not rig.process.over.is_set()
        rig.bridge.over.set()
        await obeying
    assert rig.process.over.is_set()
