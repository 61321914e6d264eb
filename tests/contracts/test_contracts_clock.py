import asyncio
from datetime import timedelta

from contracts.clock import ScriptedClock


async def test_sleepers_wake_in_the_order_of_their_time() -> None:
    clock, woken = ScriptedClock(), list[tuple[str, float]]()

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now()))

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper("late", 2.0))
        group.create_task(sleeper("early", 0.5))
        await clock.advance(1.0)
        assert woken == [("early", 0.5)]
        await clock.advance(1.0)
    assert woken == [("early", 0.5), ("late", 2.0)]


async def test_utc_moves_with_the_clock() -> None:
    clock = ScriptedClock()
    before = clock.utc()
    await clock.advance(90)
    assert clock.utc() - before == timedelta(seconds=90)
