"""Callers who are not answered: handed to people without a set-up, so that those who talk are not disturbed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from fake_asterisk import FakeAsterisk

from contracts.clock import ScriptedClock
from telephony.bridge import CallBridge
from telephony.doorkeeper import Doorkeeper
from telephony.line import Line
from telephony.media_socket import MediaSockets


class Rig:
    def __init__(self, door: Doorkeeper) -> None:
        sockets = MediaSockets()
        self.asterisk = FakeAsterisk(sockets)
        self.bridge = CallBridge(self.asterisk, sockets, media_client="media-1", clock=ScriptedClock(), door=door)
        self.answered: list[str] = []
        self.turned_away: list[str] = []
        self.hung_up = asyncio.Event()
        self.fault: Exception | None = None

    async def answer(self, line: Line) -> None:
        self.answered.append(line.call_id)
        await self.hung_up.wait()

    async def turn_away(self, line: Line) -> None:
        self.turned_away.append(line.call_id)
        if self.fault is not None:
            raise self.fault
        await line.transfer("busy", "s")

    async def comes(self, call_id: str) -> None:
        self.asterisk.call_comes(call_id)
        await self.until(lambda: call_id in (*self.answered, *self.asterisk.in_dialplan))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while True:
                if condition():
                    return
                await asyncio.sleep(0)


@asynccontextmanager
async def running(door: Doorkeeper) -> AsyncGenerator[Rig]:
    rig = Rig(door)
    task = asyncio.create_task(rig.bridge.run(rig.answer, rig.turn_away), name="bridge")
    try:
        yield rig
    finally:
        task.cancel()
        await asyncio.wait([task])
        await rig.asterisk.close()
    assert rig.bridge.calls_now == rig.bridge.calls_inside == 0 and rig.asterisk.bridges == {}


async def test_who_finds_no_room_goes_to_people_without_being_set_up() -> None:
    async with running(Doorkeeper(lambda calls: calls <= 1)) as rig:
        await rig.comes("1.1")
        set_up = rig.asterisk.requests.count("create_bridge")
        await rig.comes("1.2")
        assert (rig.answered, rig.turned_away) == (["1.1"], ["1.2"])
        assert rig.asterisk.in_dialplan == {"1.2": "handoff"}
        assert ("1.2", "HANDOFF_REASON", "busy") in rig.asterisk.variables
        assert rig.asterisk.requests.count("create_bridge") == set_up == 1
        rig.hung_up.set()
        await rig.until(lambda: rig.bridge.calls_now == 0)
        await rig.comes("1.3")
        assert rig.answered == ["1.1", "1.3"], "there is room again"


async def test_who_waits_too_long_for_a_set_up_goes_to_people() -> None:
    async with running(Doorkeeper(at_once=1, wait_s=0)) as rig:
        rig.asterisk.leg_comes = False
        rig.asterisk.call_comes("1.1")
        await rig.until(lambda: "external_media" in rig.asterisk.requests)
        await rig.comes("1.2")
        assert rig.turned_away == ["1.2"] and rig.asterisk.in_dialplan == {"1.2": "handoff"}


async def test_who_hangs_up_while_waiting_for_a_set_up_leaves_nothing() -> None:
    async with running(Doorkeeper(at_once=1)) as rig:
        rig.asterisk.leg_comes = False
        rig.asterisk.call_comes("1.1")
        await rig.until(lambda: "external_media" in rig.asterisk.requests)
        rig.asterisk.call_comes("1.2")
        await rig.until(lambda: rig.bridge.calls_inside == 2)
        rig.asterisk.caller_hangs_up("1.2")
        rig.asterisk.caller_hangs_up("1.1")
        await rig.until(lambda: rig.bridge.calls_now == 0)
        assert rig.answered == rig.turned_away == [] and rig.asterisk.in_dialplan == {}
        assert rig.asterisk.requests.count("create_bridge") == 1


async def test_a_fault_in_turning_away_leaves_the_caller_with_people() -> None:
    async with running(Doorkeeper(lambda calls: False)) as rig:
        rig.fault = RuntimeError("broken")
        await rig.comes("1.1")
        assert rig.asterisk.in_dialplan == {"1.1": "handoff"} and rig.bridge.faults == 1
