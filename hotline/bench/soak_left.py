"""What is left of calls in a hotline and its Asterisk when they are over."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from hotline.bench.soak_memory import Sample, sample
from hotline.serve_process import Served
from telephony.ari.client import AriClient
from telephony.errors import AriError

_SETTLES_S = 20.0
"""Packets of callers who are gone are removed after 2 s, the journal is shipped twice a second."""
_LOOK_EVERY_S = 0.5
_CALLS = "calls-0"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    counts: Mapping[str, float]
    """Of what belongs to calls, by kind: all 0 when there are none."""
    tasks: float
    """Of the calls process."""
    restarts: float
    sample: Sample


class Observer:
    """Looks at a hotline of ours from outside."""

    def __init__(self, served: Served, run_dir: Path, ari: AriClient, http: httpx.AsyncClient) -> None:
        self._served = served
        self._run_dir = run_dir
        self._ari = ari
        self._http = http

    async def settled(self, calls: int, before: State | None, packets: int) -> State:
        """As soon as nothing is left, or after the time in which it should be.

        `calls`: over so far; `before`: a state in which nothing was left; `packets`: kept for people.
        """
        until = time.monotonic() + _SETTLES_S
        while True:
            state = await self._look(calls, packets)
            if time.monotonic() > until or not left(state, before):
                return state
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _look(self, calls: int, packets: int) -> State:
        figures = await self._figures()
        folder = self._run_dir / "handoffs"
        try:
            in_asterisk = {"Asterisk's channels": len(await self._ari.channels()),
                           "Asterisk's bridges": len(await self._ari.bridges())}  # fmt: skip
        except AriError:
            in_asterisk = {"Asterisk's answers missing": 1}
        return State(
            counts={
                **in_asterisk,
                "calls": figures.get(("tongdai_calls_now", "0"), 0.0),
                "calls on the live page": figures.get(("tongdai_calls_shown", ""), 0.0),
                "files in the spool": figures.get(("tongdai_journal_waiting_files", "journal"), 0.0),
                "packets of callers who are gone": (len(list(folder.iterdir())) if folder.exists() else 0) - packets,
            },
            tasks=figures.get(("tongdai_tasks", _CALLS), 0.0),
            restarts=sum(value for (name, _), value in figures.items() if name == "tongdai_process_restarts"),
            sample=await asyncio.to_thread(sample, self._served.process.pid, self._served.state.asterisk_pid, calls),
        )

    async def _figures(self) -> dict[tuple[str, str], float]:
        """By name and process."""
        text = (await self._http.get(f"{self._served.state.console}metrics")).text
        return {
            (one.name, one.labels.get("process", "")): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
        }


def left(state: State, before: State | None) -> dict[str, float]:
    """By kind, what is more than nothing; tasks, files and threads: more than `before`."""
    found = dict(state.counts)
    if before is not None:
        found["tasks"] = state.tasks - before.tasks
        for part, held in state.sample.held.items():
            was = before.sample.held.get(part)
            found[f"open files of {part}"] = held.files - was.files if was is not None else held.files
    return {kind: count for kind, count in found.items() if count > 0}
