"""A real child process on the other end of the frames."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from contracts.workers import Header, WorkerDead, WorkerProcess, WorkerStartError

ECHO = "tests.contracts.echo_worker"


class Inbox:
    def __init__(self) -> None:
        self.messages: asyncio.Queue[tuple[Header, bytes]] = asyncio.Queue()
        self.exited: asyncio.Future[int] = asyncio.get_running_loop().create_future()


@asynccontextmanager
async def running(*args: str) -> AsyncGenerator[tuple[WorkerProcess, Inbox]]:
    inbox = Inbox()
    worker = WorkerProcess(
        ECHO,
        args,
        on_message=lambda header, payload: inbox.messages.put_nowait((header, payload)),
        on_exit=lambda code: inbox.exited.set_result(code),
        ready_timeout_s=20,
    )
    try:
        await worker.start()
        yield worker, inbox
    finally:
        await worker.stop()


async def test_frames_come_back_with_their_payload() -> None:
    async with asyncio.timeout(20), running() as (worker, inbox):
        worker.send({"type": "echo", "text": "giấy tờ"}, b"\x00\x01" * 1000)
        header, payload = await inbox.messages.get()
        assert header["text"] == "giấy tờ"
        assert payload == b"\x00\x01" * 1000


async def test_what_the_child_prints_does_not_disturb_the_frames() -> None:
    async with asyncio.timeout(20), running() as (worker, inbox):
        worker.send({"type": "print"})
        worker.send({"type": "echo", "text": "still here"})
        header, _ = await inbox.messages.get()
        assert header["text"] == "still here"


async def test_a_killed_child_is_reported() -> None:
    async with asyncio.timeout(20), running() as (worker, inbox):
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        assert await inbox.exited == -signal.SIGKILL
        with pytest.raises(WorkerDead):
            worker.send({"type": "echo"})


async def test_stop_ends_the_child_and_is_not_an_exit() -> None:
    async with asyncio.timeout(20):
        async with running() as (worker, inbox):
            pid = worker.pid
        assert not worker.alive
        assert not inbox.exited.done()
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_child_that_cannot_start_is_an_error() -> None:
    worker = WorkerProcess(ECHO, ["--fail"], on_message=lambda header, payload: None, ready_timeout_s=20)
    async with asyncio.timeout(20):
        with pytest.raises(WorkerStartError, match="status 3"):
            await worker.start()
        await worker.stop()
