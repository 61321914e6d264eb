"""The parent's end of a worker's pipe when taking a message fails."""

import asyncio
from pathlib import Path

import pytest

from contracts.workers import Header, WorkerProcess

HERE = Path(__file__).parent


async def test_a_message_that_cannot_be_taken_does_not_stop_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    taken: asyncio.Queue[Header] = asyncio.Queue()

    def take(header: Header, payload: bytes) -> None:
        if not payload:
            raise RuntimeError("a fault of one call")
        taken.put_nowait(header)

    worker = WorkerProcess("echo_worker", on_message=take)
    await worker.start()
    try:
        worker.send({"type": "echo", "number": 1})
        worker.send({"type": "echo", "number": 2}, b"x")
        async with asyncio.timeout(10):
            await taken.get()
        assert worker.alive
    finally:
        await worker.stop()
