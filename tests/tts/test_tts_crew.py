"""The crew with a stand-in for its processes."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tts.crew import Crew


class ShortLived:
    """A process; the first dies in the moment in which it is ready."""

    started = 0

    def __init__(self, module: str, args: list[str], **told: Any) -> None:
        ShortLived.started += 1
        self.pid = ShortLived.started
        self.alive = self.pid > 1

    async def start(self) -> Mapping[str, str]:
        return {"model": "m"}

    async def stop(self, grace_s: float = 0) -> None:
        return


async def test_a_process_that_ends_as_it_is_ready_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tts.crew.WorkerProcess", ShortLived)
    monkeypatch.setattr("tts.crew._RESTART_DELAYS_S", (0.0,))
    crew = Crew("vais", rate_hz=8000, variant=None, size=2)
    await crew.start()
    async with asyncio.timeout(30):
        await crew.wait_for(2)
    assert crew.pids() == (3, 2)
    await crew.close()
