"""Whatever of the hotline dies or freezes: callers keep their call or reach a person, and new calls are answered."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hotline_calls import (
    FEE,
    QUESTION,
    OnCall,
    agent_of,
    all_gone,
    ari_of,
    calling,
    dialling,
    hear_each_other,
)

from hotline.bench.process_cost import below
from hotline.guard.slots import MODULE
from hotline.serve_process import Served, serving
from hotline.state import RunState
from telephony.asterisk.dialplan import REASON_HEADER
from telephony.asterisk.installation import Installation
from telephony.asterisk.ports import is_free

DEADLINE_S = 90.0
OUTLIVED = {"TONGDAI__GUARD__CALLS_OUTLIVE_IT": "true", "TONGDAI__RECOGNITION__WORKERS": "1"}


@pytest.fixture
def run_dir(asterisk_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


def calls_processes(served: Served) -> list[int]:
    return below(served.process.pid, MODULE)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@asynccontextmanager
async def outlived(run_dir: Path, **environment: str) -> AsyncGenerator[Served]:
    """A hotline whose calls and Asterisk outlive its guard; nothing of it is left behind the test."""
    left: set[int] = set()
    try:
        async with serving(run_dir, environment=OUTLIVED | environment) as served:
            left |= set(calls_processes(served)) | {served.state.asterisk_pid}
            yield served
    finally:
        for pid in left:
            kill(pid)


async def reaches_a_person(state: RunState, call: OnCall, *, happens: Sequence[tuple[int, int]]) -> None:
    """Each of (process, signal) happens during the call; then the caller talks with a person."""
    async with agent_of(state) as phone:
        for pid, number in happens:
            os.kill(pid, number)
        incoming = await phone.next_call()
        assert incoming.header(REASON_HEADER) == "fault"
        await hear_each_other(call.caller, incoming)


async def answered(state: RunState) -> None:
    """A new call is greeted by the hotline: asked for again until a process takes it."""
    while True:
        async with dialling(state) as call:
            await call.caller.wait_answered()
            begun = asyncio.create_task(call.told.event("say.started"))
            gone = asyncio.create_task(call.pass_time(3000))
            await asyncio.wait([begun, gone], return_when=asyncio.FIRST_COMPLETED)
            for task in (begun, gone):
                task.cancel()
            if begun.done() and not begun.cancelled():
                return


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_callers_of_a_dead_or_frozen_process_reach_a_person_and_it_is_replaced(
    run_dir: Path, number: signal.Signals
) -> None:
    async with asyncio.timeout(DEADLINE_S), outlived(run_dir) as served:
        (pid,) = calls_processes(served)
        async with calling(served.state) as call:
            await reaches_a_person(served.state, call, happens=[(pid, number)])
        await answered(served.state)
        assert pid not in calls_processes(served)
        await all_gone(served.state)
        kill(calls_processes(served)[0])


async def test_of_two_processes_one_dies_and_the_others_call_goes_on(run_dir: Path) -> None:
    async with (
        asyncio.timeout(DEADLINE_S),
        outlived(run_dir, TONGDAI__GUARD__CALLS_PROCESSES="2") as served,
        calling(served.state) as one,
        calling(served.state) as other,
    ):
        async with ari_of(served.state) as ari:
            applications = {channel.application.split(",")[0] for channel in await ari.channels()} - {""}
        assert len(applications) == 2, "calls take turns among the processes"
        first, second = calls_processes(served)
        await reaches_a_person_of_either(served, one, other, first)
        assert second in calls_processes(served)


async def reaches_a_person_of_either(served: Served, one: OnCall, other: OnCall, pid: int) -> None:
    async with agent_of(served.state) as phone:
        os.kill(pid, signal.SIGKILL)
        incoming = await phone.next_call()
        lost, kept = (one, other) if one.number in (incoming.header("From") or "") else (other, one)
        await hear_each_other(lost.caller, incoming)
        await kept.say(QUESTION)
        await kept.told.event("say.started", behaviour="answer")


async def let_go(feed: str) -> None:
    """The process of that feed listens no longer, so that every next guard finds a port."""
    port = urlsplit(feed).port
    assert port is not None
    free = partial(is_free, "tcp", "127.0.0.1", port)
    while not await asyncio.to_thread(free):
        pass


async def test_a_call_goes_on_when_the_guard_dies_and_the_next_guard_takes_over(run_dir: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), outlived(run_dir) as served, calling(served.state) as call:
        served.process.kill()
        await served.process.wait()
        await let_go(served.state.feeds[0].url)
        await call.say(QUESTION)
        await call.told.event("say.started", behaviour="answer")
        async with outlived(run_dir) as again:
            assert again.state.asterisk_pid == served.state.asterisk_pid
            assert again.state.sip == served.state.sip
            assert again.state.feeds[0].url == served.state.feeds[0].url
            await call.say(FEE)
            await call.told.next("say.started", behaviour="answer")
            await answered(again.state)


async def test_guard_and_process_die_and_the_dead_mans_timer_brings_a_person(run_dir: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), outlived(run_dir) as served:
        (pid,) = calls_processes(served)
        async with calling(served.state) as call:
            killed = [(served.process.pid, signal.SIGKILL), (pid, signal.SIGKILL)]
            await reaches_a_person(served.state, call, happens=killed)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_an_asterisk_that_dies_or_freezes_is_started_again(run_dir: Path, number: signal.Signals) -> None:
    async with (
        asyncio.timeout(DEADLINE_S),
        outlived(run_dir, TONGDAI__GUARD__ASTERISK_SILENT_S="2") as served,
    ):
        async with calling(served.state) as call:
            os.kill(served.state.asterisk_pid, number)
            await call.told.event("call.ended")
        await answered(served.state)
        async with ari_of(served.state) as ari:
            assert await ari.info()


async def test_told_to_end_it_takes_no_new_calls_and_lets_calls_end(run_dir: Path) -> None:
    drained = {"TONGDAI__GUARD__DRAIN_S": "60", "TONGDAI__GUARD__PEOPLE_S": "60"}
    async with asyncio.timeout(DEADLINE_S), outlived(run_dir, **drained) as served, agent_of(served.state) as phone:
        async with calling(served.state) as call:
            served.process.terminate()
            async with dialling(served.state) as late:
                incoming = await phone.next_call()
                await hear_each_other(late.caller, incoming)
            await call.say(QUESTION)
            await call.told.event("say.started", behaviour="answer")
        assert await served.process.wait() == 0
