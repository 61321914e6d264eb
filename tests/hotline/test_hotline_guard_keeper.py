"""The guard's keeper with real processes that end, freeze and refuse to start."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from contracts.clock import SystemClock
from contracts.tasks import end_tasks
from hotline.guard.child import Child, ChildSpec, StartFailed
from hotline.guard.keeper import Keeper, KeepingRules
from hotline.guard.programs import Programs

QUICK = KeepingRules(silent_s=1.5, start_s=30, first_wait_s=0.01)


@pytest.fixture(autouse=True)
def standin_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children run from the program's own folder: the stand-in is put beside it by its path."""
    monkeypatch.setattr("hotline.guard.child.ROOT", f"{Path(__file__).parent}{os.pathsep}{Path.cwd()}")


class Kept:
    """What the keeper told, in order."""

    def __init__(self, *begins: str, rules: KeepingRules = QUICK) -> None:
        self._begins = list(begins)
        self.told: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        self.keeper = Keeper(make=self._spec, clock=SystemClock(), rules=rules, on_up=self._up, on_down=self._down)

    def _spec(self) -> ChildSpec:
        begin = self._begins.pop(0) if self._begins else "live"
        return ChildSpec(name="standin", module="standin_child", greeting={"begin": begin})

    async def _up(self, child: Child) -> None:
        await self.told.put(("up", child.pid))

    async def _down(self, child: Child) -> None:
        await self.told.put(("down", child.pid))

    def send(self, **words: str) -> None:
        assert self.keeper.child is not None
        self.keeper.child.send(words)


@asynccontextmanager
async def keeping(kept: Kept) -> AsyncGenerator[int]:
    async with asyncio.timeout(60):
        try:
            await kept.keeper.start()
            word, pid = await kept.told.get()
            assert word == "up"
            running = asyncio.create_task(kept.keeper.run())
            try:
                yield pid
            finally:
                running.cancel()
                await asyncio.wait([running])
        finally:
            await kept.keeper.stop(0)


@pytest.mark.parametrize("fault", ["die", "freeze", "end"])
async def test_what_dies_or_freezes_is_replaced(fault: str) -> None:
    kept = Kept()
    async with keeping(kept) as first:
        kept.send(do=fault)
        assert await kept.told.get() == ("down", first)
        word, second = await kept.told.get()
        assert word == "up" and second != first
        assert kept.keeper.restarts == 1


async def test_its_figures_are_known_and_nonsense_is_passed_over() -> None:
    kept = Kept()
    async with keeping(kept):
        kept.send(do="babble")
        child = kept.keeper.child
        assert child is not None
        while child.figures.get("calls") != 3:  # noqa: ASYNC110 – the pipe tells nobody when it is read
            await asyncio.sleep(0)
        assert float(child.figures["lag_ms"]) < 10_000 and child.alive


async def test_a_refusal_at_the_start_is_told_in_its_own_words() -> None:
    kept = Kept("refuse")
    with pytest.raises(StartFailed, match=r"flows\.yml: line 3") as refused:
        async with keeping(kept):
            pass
    assert refused.value.exit_status == 2


@pytest.mark.parametrize(("begin", "words"), [("die", "ended with status -9"), ("hang", "not ready within 2 s")])
async def test_a_start_that_comes_to_nothing_is_an_error(begin: str, words: str) -> None:
    kept = Kept(begin, rules=KeepingRules(start_s=2))
    with pytest.raises(StartFailed, match=words):
        async with keeping(kept):
            pass


async def test_restarts_that_fail_go_on() -> None:
    kept = Kept("live", "die", "refuse", "live")
    async with keeping(kept) as first:
        kept.send(do="die")
        assert await kept.told.get() == ("down", first)
        words = [await kept.told.get() for _ in range(3)]
        assert [word for word, _ in words] == ["down", "down", "up"]


async def test_one_that_was_paused_together_with_the_guard_is_left_alone() -> None:
    kept = Kept()
    async with keeping(kept) as first:
        os.kill(first, signal.SIGSTOP)
        time.sleep(QUICK.silent_s + 1)  # noqa: ASYNC251 – the guard stands still, too
        os.kill(first, signal.SIGCONT)
        await asyncio.sleep(1)
        assert kept.told.empty() and kept.keeper.child is not None and kept.keeper.child.alive


def nowhere(command: Sequence[str], *, signal_number: int) -> list[str]:
    return ["/nowhere"]


async def test_one_that_cannot_even_be_forked_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    async with keeping(kept) as first:
        with monkeypatch.context() as broken:
            broken.setattr("hotline.guard.child.bound_to_us", nowhere)
            kept.send(do="die")
            assert [await kept.told.get() for _ in range(2)] == [("down", first), ("down", 0)]
        while (await kept.told.get())[0] != "up":
            pass


async def test_one_that_is_retired_is_not_replaced() -> None:
    kept = Kept()
    await kept.keeper.start()
    await kept.told.get()
    kept.keeper.retire()
    kept.send(do="end")
    async with asyncio.timeout(30):
        await kept.keeper.run()
    assert (await kept.told.get())[0] == "down" and kept.keeper.restarts == 0


async def test_what_callers_do_not_need_holds_nothing_up_and_is_tried_again() -> None:
    calls, console = Kept(), Kept("refuse")
    journal = Kept("refuse", "die")
    below = Programs(calls={"0": calls.keeper}, console=console.keeper, shipper=journal.keeper)
    async with asyncio.timeout(60):
        running = list[asyncio.Task[None]]()
        try:
            await below.start()
            assert calls.keeper.child is not None and calls.keeper.child.ready
            running += [asyncio.create_task(keeper.run()) for keeper in below.keepers]
            for kept in (console, journal):
                while (await kept.told.get())[0] != "up":
                    pass
            assert (calls.keeper.restarts, console.keeper.restarts, journal.keeper.restarts) == (0, 1, 2)
        finally:
            await end_tasks(*running)
            await below.stop()


async def test_without_a_calls_process_nothing_begins() -> None:
    below = Programs(calls={"0": Kept("refuse").keeper}, console=Kept().keeper, shipper=Kept().keeper)
    async with asyncio.timeout(60):
        with pytest.raises(StartFailed, match="no such flow"):
            await below.start()
        await below.stop()
