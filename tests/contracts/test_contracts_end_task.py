"""A task that loses a cancellation is cancelled again."""

import asyncio
import contextlib

from contracts.workers import end_task


async def test_a_task_that_loses_a_cancellation_ends() -> None:
    lost = 0

    async def loses_one() -> None:
        nonlocal lost
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        lost += 1
        await asyncio.sleep(60)

    task = asyncio.create_task(loses_one())
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await end_task(task, again_s=0.01)
    assert task.cancelled() and lost == 1


async def test_one_that_has_ended_is_left() -> None:
    task = asyncio.create_task(asyncio.sleep(0))
    await task
    await end_task(task)
    assert not task.cancelled()
