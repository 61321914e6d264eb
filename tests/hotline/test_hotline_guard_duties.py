"""What the guard does all its life, with an exchange that fails, is slow, or answers in another order."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import httpx
import pytest

from contracts.clock import Clock, ScriptedClock, SystemClock
from hotline.guard.applications import Applications
from hotline.guard.exchange import Exchange
from hotline.guard.guard import Guard
from hotline.guard.silence import until_silent
from hotline.guard.steadily import steadily
from hotline.settings import Settings
from telephony.ari.client import AriClient
from telephony.asterisk.installation import Installation
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AsteriskSettings
from telephony.errors import AsteriskStartError


def ari(transport: httpx.AsyncBaseTransport) -> AriClient:
    return AriClient("http://asterisk/ari", "u", "p", "tongdai", transport=transport)


class Told(httpx.AsyncBaseTransport):
    """An exchange that keeps the applications it was told of, after as many seconds as each request is to take."""

    def __init__(self, *delays: float, refuses: int = 0) -> None:
        self._delays = list(delays)
        self._refuses = refuses
        self.apps = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._delays.pop(0) if self._delays else 0)
        if self._refuses:
            self._refuses -= 1
            raise httpx.ReadTimeout("slow", request=request)
        self.apps = request.url.params["value"]
        return httpx.Response(204)


async def test_the_exchange_knows_both_of_two_applications_that_come_at_once() -> None:
    exchange = Told(0.2, 0.0)
    async with ari(exchange) as client:
        applications = Applications(client)
        await asyncio.gather(applications.add("a"), applications.add("b"))
    assert exchange.apps == "a&b"


async def test_an_application_that_could_not_be_told_is_told_later() -> None:
    exchange, clock = Told(refuses=2), ScriptedClock()
    async with ari(exchange) as client:
        applications = Applications(client)
        await applications.add("a")
        assert exchange.apps == ""
        keeping = asyncio.create_task(applications.keep_told(clock))
        for _ in range(3):
            await clock.advance(1.0)
        keeping.cancel()
        await asyncio.wait([keeping])
    assert exchange.apps == "a"


class Process:
    """As much of an `AsteriskProcess` as is needed here; `faults`: how its next starts fail."""

    def __init__(self, *faults: Exception, frozen: bool = False) -> None:
        self._faults = list(faults)
        self.frozen = frozen
        self.ended = asyncio.Event()
        self.alive = True
        self.pid = 4711
        self.settings = AsteriskSettings()
        self.log_path = Path("log")
        self.starts = 0

    async def start(self) -> None:
        self.starts += 1
        if self._faults:
            raise self._faults.pop(0)
        self.ended.clear()
        self.alive, self.frozen = True, False

    async def wait_ready(self) -> None:
        return

    async def wait(self) -> int:
        await self.ended.wait()
        return 0

    async def answers(self, ari: AriClient) -> bool:
        return not self.frozen

    async def stop(self, grace_s: float = 5.0) -> None:
        self.alive = False
        self.ended.set()

    def release(self) -> bool:
        return False


def exchange_of(process: Process, folder: Path, clock: Clock | None = None) -> Exchange:
    exchange = Exchange(Settings(), folder, clock or SystemClock())
    exchange.process = cast(AsteriskProcess, process)
    return exchange


async def test_an_exchange_is_started_again_on_a_full_disk_and_its_applications_are_told(tmp_path: Path) -> None:
    process = Process(AsteriskStartError("no"), OSError(28, "No space left on device"))
    # There is no such folder, as little as there is space for a file in it.
    exchange, up = exchange_of(process, tmp_path / "full"), asyncio.Event()

    async def told() -> None:
        up.set()

    async with ari(Told()) as client:
        running = asyncio.create_task(exchange.run(told, client))
        process.ended.set()
        async with asyncio.timeout(30):
            await up.wait()
        running.cancel()
        await asyncio.wait([running])
    assert process.starts == 3 and exchange.restarts == 3 and not exchange.frozen


async def passes(clock: ScriptedClock, seconds: int) -> None:
    for _ in range(seconds):
        await clock.advance(1.0)


async def test_an_exchange_that_answers_nothing_is_started_again(tmp_path: Path) -> None:
    clock = ScriptedClock()
    process, ups = Process(), list[float]()
    exchange = exchange_of(process, tmp_path, clock)

    async def told() -> None:
        ups.append(clock.now())

    async with ari(Told()) as client:
        running = asyncio.create_task(exchange.run(told, client))
        await passes(clock, 60)
        assert process.starts == 0
        process.frozen = True
        await passes(clock, 14)
        process.frozen = False  # It was slow.
        await passes(clock, 2)
        process.frozen = True
        await passes(clock, 14)
        assert process.starts == 0
        await passes(clock, 4)
        running.cancel()
        await asyncio.wait([running])
    assert process.starts == 1 == exchange.frozen == exchange.restarts and len(ups) == 1


async def test_who_stood_still_himself_does_not_take_the_exchange_for_frozen() -> None:
    clock, late_s = ScriptedClock(), [0.0] * 9 + [3600.0]

    async def answers() -> bool:
        await clock.sleep(late_s.pop(0) if late_s else 0.0)
        return False

    watching = asyncio.create_task(until_silent(answers, clock, 15))
    await passes(clock, 3600 + 20)
    assert not watching.done()
    await passes(clock, 6)
    assert watching.done()


async def left_behind(run_dir: Path) -> asyncio.subprocess.Process:
    """What looks like an Asterisk of that folder."""
    configuration = run_dir / "etc" / "asterisk.conf"
    configuration.parent.mkdir(parents=True)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import sys; print(1, flush=True); sys.stdin.read()", str(configuration),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("in_service", [False, True])
async def test_an_adopted_exchange_outlives_a_guard_that_does_not_come_up(tmp_path: Path, *, in_service: bool) -> None:
    left = await left_behind(tmp_path)
    assert left.stdin is not None and left.stdout is not None
    try:
        await left.stdout.readline()
        process = AsteriskProcess(
            Installation(root=tmp_path, version="22", binary=tmp_path, modules_dir=tmp_path, data_dir=tmp_path),
            AsteriskSettings(),
            tmp_path,
        )
        assert process.adopt(left.pid)
        exchange = Exchange(Settings(), tmp_path, SystemClock())
        exchange.process, exchange.in_service = process, in_service
        await exchange.stop()
        left.stdin.close()  # which ends it in order, where it was left alone
        assert (await left.wait() == 0) is not in_service
    finally:
        if left.returncode is None:
            left.kill()
            await left.wait()


async def drained(process: Process, answers: list[Callable[[], httpx.Response]], tmp_path: Path) -> int:
    """How many answers were not needed."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return answers.pop(0)()
        return httpx.Response(204)

    async with ari(httpx.MockTransport(answer)) as client:
        guard = Guard(
            Settings(), exchange_of(process, tmp_path), Applications(client), client, calls={}, clock=SystemClock()
        )
        await guard.drain(calls_s=30, people_s=0)
    return len(answers)


def slow() -> httpx.Response:
    raise httpx.ReadTimeout("slow")


def nobody() -> httpx.Response:
    return httpx.Response(200, text=json.dumps([]))


async def test_an_exchange_that_is_slow_to_answer_has_its_callers_still(tmp_path: Path) -> None:
    assert await drained(Process(), [slow, slow, nobody, nobody], tmp_path) == 1


async def test_an_exchange_that_has_ended_has_no_callers(tmp_path: Path) -> None:
    process = Process()
    process.alive = False
    assert await drained(process, [slow, nobody], tmp_path) == 1


async def test_a_duty_that_fails_is_begun_again() -> None:
    clock, tries = ScriptedClock(), 0

    async def duty() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError(tries)

    doing = asyncio.create_task(steadily("one", duty, clock))
    for _ in range(3):
        await clock.advance(1.0)
    assert doing.done() and tries == 3
