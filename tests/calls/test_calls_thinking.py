"""A job that never ends costs one call its answer, and no other call anything."""

import asyncio
import threading
from collections.abc import Generator

import pytest

from calls.thinking import MOST_HUNG, ThinkingOverran, ThinkingThread

DEADLINE_S = 30.0


@pytest.fixture
def never() -> Generator[threading.Event]:
    """What hung jobs wait for; it comes at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def thinking() -> Generator[ThinkingThread]:
    with ThinkingThread(overrun_s=0.2) as thread:
        yield thread


async def test_jobs_are_done_in_order_on_one_thread(thinking: ThinkingThread) -> None:
    loop, done = asyncio.get_running_loop(), list[tuple[int, int]]()

    def job(number: int) -> int:
        done.append((number, threading.get_ident()))
        return number * 2

    async with asyncio.timeout(DEADLINE_S):
        found = await asyncio.gather(*(loop.run_in_executor(thinking, job, number) for number in range(5)))
    assert found == [0, 2, 4, 6, 8]
    assert [number for number, _ in done] == [0, 1, 2, 3, 4]
    assert len({thread for _, thread in done}) == 1 and threading.get_ident() != done[0][1]


async def test_what_a_job_raises_is_raised_to_who_waits(thinking: ThinkingThread) -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(ZeroDivisionError):
        await loop.run_in_executor(thinking, divmod, 1, 0)
    assert await loop.run_in_executor(thinking, abs, -1) == 1 and not thinking.hung


async def test_those_who_wait_behind_a_hung_job_get_their_answers(
    thinking: ThinkingThread, never: threading.Event
) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(DEADLINE_S):
        hung = loop.run_in_executor(thinking, never.wait)
        waiting = [loop.run_in_executor(thinking, abs, -number) for number in range(3)]
        with pytest.raises(ThinkingOverran):
            await hung
        assert await asyncio.gather(*waiting) == [0, 1, 2]
        assert thinking.hung == 1


async def test_a_call_that_gives_up_does_not_hide_a_hung_job(thinking: ThinkingThread, never: threading.Event) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(DEADLINE_S):
        hung = loop.run_in_executor(thinking, never.wait)
        given_up = loop.run_in_executor(thinking, never.wait)
        next_one = loop.run_in_executor(thinking, abs, -7)
        hung.cancel()
        given_up.cancel()
        assert await next_one == 7
    assert thinking.hung == 1


async def test_one_that_hangs_again_and_again_is_worn_out(thinking: ThinkingThread, never: threading.Event) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(DEADLINE_S):
        for _ in range(MOST_HUNG):
            assert not thinking.worn_out.is_set()
            with pytest.raises(ThinkingOverran):
                await loop.run_in_executor(thinking, never.wait)
        assert thinking.worn_out.is_set()


async def test_a_job_that_comes_back_late_changes_nothing(thinking: ThinkingThread, never: threading.Event) -> None:
    loop, back = asyncio.get_running_loop(), threading.Event()

    def late() -> str:
        never.wait()
        back.set()
        return "late"

    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(ThinkingOverran):
            await loop.run_in_executor(thinking, late)
        never.set()
        assert await loop.run_in_executor(thinking, back.wait)
        assert await loop.run_in_executor(thinking, abs, -1) == 1


async def test_closed_it_takes_and_does_nothing_more(never: threading.Event) -> None:
    thinking, loop = ThinkingThread(), asyncio.get_running_loop()
    running, waiting = loop.run_in_executor(thinking, never.wait), loop.run_in_executor(thinking, abs, -1)
    thinking.shutdown()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(RuntimeError):
        thinking.submit(abs, -1)
    never.set()
    async with asyncio.timeout(DEADLINE_S):
        assert await running
