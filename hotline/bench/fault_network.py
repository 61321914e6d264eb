"""The network between the hotline and its Asterisk is cut: in a network of our own, the kernel drops what they send
each other, both ways, and lets callers' signalling and audio pass.
"""

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from hotline.bench.fault_outages import CannotBeMade, Place
from hotline.bench.fault_plan import FaultPlan
from hotline.serve_process import Served
from hotline.state import RunState

_LOCAL = "127.0.0.1"
"""Both ends; the benchmark itself listens in from another address."""


@asynccontextmanager
async def network_place(folder: Path, plan: FaultPlan) -> AsyncGenerator[Place]:
    """Rules by port need the kernel's policy routing, ip-rule(8); they come before the table of local addresses."""
    if not plan.inside:
        raise CannotBeMade("no network namespace")
    await _ip("rule", "add", "pref", "100", "lookup", "local")
    await _ip("rule", "del", "pref", "0")
    yield _Network()


@dataclass(slots=True)
class _Network:
    how: str = "packets dropped"
    url: str = ""
    spool: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    @asynccontextmanager
    async def outage(self, served: Served) -> AsyncGenerator[None]:
        rules = [("from", _LOCAL, "to", _LOCAL, "ipproto", "tcp", way, str(port), "blackhole")
                 for port in _ports(served.state) for way in ("dport", "sport")]  # fmt: skip
        for rule in rules:
            await _ip("rule", "add", "pref", "50", *rule)
        try:
            yield
        finally:
            for rule in rules:
                await _ip("rule", "del", "pref", "50", *rule)


def _ports(state: RunState) -> list[int]:
    """Of requests and events, and of the calls' audio."""
    return [port for url in (state.ari, *(feed.url for feed in state.feeds)) if (port := urlsplit(url).port)]


async def _ip(*words: str) -> None:
    await asyncio.to_thread(subprocess.run, ("ip", *words), check=True)
