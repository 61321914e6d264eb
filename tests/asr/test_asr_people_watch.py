"""What becomes of a worker that ends or hangs: a real process, with a stand-in for the model."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from standin_worker import DIE, HANG

from asr.errors import EarError, RecognizerUnavailable
from asr.people.engine import PeopleRecognition, PeopleRecognizer
from asr.people.keeper import Watch, WorkerKeeper
from contracts.expectation import Expectation
from contracts.workers import WorkerDead, WorkerStartError

STANDIN = "tests.asr.standin_worker"
QUICK = Watch(ping_s=0.1, patience=5)
PCM = bytes(320)


@pytest.fixture
async def standin() -> AsyncIterator[PeopleRecognizer]:
    started = PeopleRecognizer(Path("none"), Path("none"), module=STANDIN, watch=QUICK)
    await started.start()
    yield started
    await started.close()


def opened(recognizer: PeopleRecognizer) -> PeopleRecognition:
    return recognizer.open(rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None)


async def fails(recognition: PeopleRecognition) -> None:
    with pytest.raises(RecognizerUnavailable):
        async with asyncio.timeout(20):
            await recognition.peek()


async def works_again(recognizer: PeopleRecognizer, before: int | None) -> None:
    async with asyncio.timeout(20):
        await recognizer.running()
        recognition = opened(recognizer)
        recognition.feed(PCM)
        assert (await recognition.finish())[0].text == f"{recognizer.pid} 320"
    assert recognizer.pid != before


async def test_a_stopped_worker_is_killed_and_replaced(standin: PeopleRecognizer) -> None:
    pid, waiting, quiet = standin.pid, opened(standin), opened(standin)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    waiting.feed(PCM)
    await fails(waiting)
    assert isinstance(quiet.failure, RecognizerUnavailable)
    await works_again(standin, pid)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_an_endless_loop_is_killed_and_replaced(standin: PeopleRecognizer) -> None:
    pid, recognition = standin.pid, opened(standin)
    recognition.feed(HANG)
    await fails(recognition)
    await works_again(standin, pid)


async def test_one_that_ends_is_replaced(standin: PeopleRecognizer) -> None:
    pid, recognition = standin.pid, opened(standin)
    recognition.feed(DIE)
    await fails(recognition)
    assert standin.load().capacity == 0
    with pytest.raises(RecognizerUnavailable):
        opened(standin)
    await works_again(standin, pid)


async def test_each_start_of_one_that_does_not_last_waits_longer(
    standin: PeopleRecognizer, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        pid, recognition = standin.pid, opened(standin)
        recognition.feed(DIE)
        await fails(recognition)
        await works_again(standin, pid)
    replaced = [record for record in caplog.records if record.message == "worker replaced"]
    assert [vars(record)["starts"] for record in replaced] == [1, 2]


async def test_an_idle_worker_stays(standin: PeopleRecognizer) -> None:
    pid = standin.pid
    recognition = opened(standin)
    async with asyncio.timeout(20):
        while not standin.load().behind_ms:  # Told with each answer to a ping.
            await standin.cpu_s()
    recognition.cancel()
    assert standin.pid == pid and standin.load().capacity and not standin.load().open_streams


async def test_a_result_that_nobody_awaits_is_withdrawn(standin: PeopleRecognizer) -> None:
    recognition = opened(standin)
    waiting = asyncio.create_task(recognition.peek())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert await standin.cpu_s() == 1.0
    recognition.feed(PCM)
    assert (await recognition.peek())[0].text.endswith(" 320")


async def test_a_worker_that_does_not_start_is_told_of_once() -> None:
    lost: list[str] = []
    keeper = WorkerKeeper(
        STANDIN, ["--fail"], on_message=lambda header, payload: None, on_lost=lambda: lost.append("lost")
    )
    with pytest.raises(WorkerStartError):
        await keeper.start()
    with pytest.raises(WorkerDead):
        keeper.send({"type": "ping"})
    await keeper.close()
    assert not lost and keeper.pid is None


async def test_closing_fails_what_is_open() -> None:
    recognizer = PeopleRecognizer(Path("none"), Path("none"), module=STANDIN, watch=QUICK)
    await recognizer.start()
    recognition = opened(recognizer)
    await recognizer.close()
    await recognizer.close()
    assert isinstance(recognition.failure, EarError)
