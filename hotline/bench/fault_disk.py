"""The spool's disk is full: a small file system of its own that is filled up, or else a limit on the files that the
calls processes may write.
"""

import asyncio
import json
import os
import resource
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.tasks import end_tasks
from hotline.bench.fault_hotline import calls_processes
from hotline.bench.fault_outages import Place
from hotline.bench.fault_plan import FaultPlan
from hotline.serve_process import Served

_SIZE = "1m"
"""Enough for what the calls of a round write until it is shipped."""
_FILL_EVERY_S = 0.05
"""What the shipper frees is taken again."""


@asynccontextmanager
async def disk_place(folder: Path, plan: FaultPlan) -> AsyncGenerator[Place]:
    spool = folder / "spool"
    environment = {"TONGDAI__JOURNAL__SPOOL": json.dumps(str(spool))}
    if not plan.inside:
        yield _Limited(environment=environment, spool=spool)
        return
    spool.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=700", "tmpfs", str(spool))
    await asyncio.to_thread(subprocess.run, mount, check=True)
    try:
        yield _Small(environment=environment, spool=spool)
    finally:
        # What still works in it may stay: it goes with our namespace.
        await asyncio.to_thread(subprocess.run, ("umount", "-l", str(spool)), check=True)


@dataclass(slots=True)
class _Small:
    environment: dict[str, str]
    spool: Path
    how: str = "a file system of 1 MB"
    url: str = ""

    @asynccontextmanager
    async def outage(self, served: Served) -> AsyncGenerator[None]:
        filler = self.spool / ".filler"
        with filler.open("wb", buffering=0) as file:
            _fill(file.fileno())
            filling = asyncio.create_task(_keep_full(file.fileno()), name="full disk")
            try:
                yield
            finally:
                await end_tasks(filling)
                filler.unlink()


async def _keep_full(descriptor: int) -> None:
    while True:
        await asyncio.sleep(_FILL_EVERY_S)
        _fill(descriptor)


def _fill(descriptor: int) -> None:
    for size in (1 << 16, 1 << 12, 1):
        try:
            while os.write(descriptor, bytes(size)):
                pass
        except OSError:
            continue


@dataclass(slots=True)
class _Limited:
    """RLIMIT_FSIZE of 0, getrlimit(2): whatever a calls process writes to a file fails."""

    environment: dict[str, str]
    spool: Path
    how: str = "a limit on written files"
    url: str = ""

    @asynccontextmanager
    async def outage(self, served: Served) -> AsyncGenerator[None]:
        before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in calls_processes(served)}
        for pid, (_, most) in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
        try:
            yield
        finally:
            for pid, limits in before.items():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
