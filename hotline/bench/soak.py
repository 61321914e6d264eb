"""`bench soak`: thousands of calls on one hotline, and what each of its processes holds more afterwards.

First real calls in waves, over SIP and RTP through Asterisk; then calls in one process that are fed with words.
"""

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from contracts.call_event import CallEvent
from dialogs.content import Content
from dialogs.engine import Engine
from hotline.bench.fault_hotline import phones_of
from hotline.bench.fault_rows import Row, row
from hotline.bench.questions import QUESTIONS
from hotline.bench.soak_calls import run_scripts, scripts
from hotline.bench.soak_heard import OWN, HeardPlan, HeardResult, soak_heard
from hotline.bench.soak_left import Observer, State, left
from hotline.bench.soak_memory import Sample, growth, total
from hotline.feed_reader import following
from hotline.knowledge import load_interpreter
from hotline.serve_process import Served, own_run_dir, serving
from hotline.settings import ROOT
from procedures.record import Profile
from telephony.ari.client import AriClient
from telephony.g711 import Pcm
from tts.rendering import render

AGENTS = 8
GROWTH_KB = 2.0
"""A call. Ten thousand calls a day are then 20 MB a day."""
CONTENT = ROOT / "config" / "content"
ALL = "all processes"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakPlan:
    calls: int = 1000
    wave: int = 50
    """Calls between two looks."""
    at_once: int = 25
    warm: int = 10
    """Calls before the first look, which fill what is filled once."""
    heard: HeardPlan = field(default_factory=HeardPlan)
    seed: int = 20267


QUICK = SoakPlan(calls=6, wave=6, at_once=6, warm=5, heard=HeardPlan(calls=200, look_every=20))


@dataclass(slots=True, kw_only=True)
class Told:
    """By the hotline's feed."""

    started: int = 0
    ended: int = 0
    refused: int = 0
    faults: int = 0
    handed_over: set[str] = field(default_factory=set[str])

    def put(self, event: CallEvent) -> None:
        self.started += event.kind == "call.started"
        self.ended += event.kind == "call.ended"
        self.refused += event.kind == "call.refused"
        self.faults += event.kind == "fault"
        if event.kind == "handoff.done":
            self.handed_over.add(event.call_id)


@dataclass(slots=True, kw_only=True)
class SoakResult:
    told: Told = field(default_factory=Told)
    calls: int = 0
    as_planned: int = 0
    before: State | None = None
    states: list[State] = field(default_factory=list[State])
    """After each wave."""

    def ended(self, as_planned: bool) -> None:
        self.calls += 1
        self.as_planned += as_planned


async def bench_soak(plan: SoakPlan) -> list[Row]:
    """The rows of the table."""
    sounds = await asyncio.to_thread(lambda: [render(one.text) for one in QUESTIONS])
    rows = real_rows(await _real(plan, sounds)) if plan.calls else []
    if plan.heard.calls:
        content = Content.load(CONTENT)
        interpreter = await asyncio.to_thread(load_interpreter, CONTENT, content.catalogue)
        result = await soak_heard(plan.heard, Engine(content, profile=Profile.DEMO), interpreter)
        rows += heard_rows(result, plan.heard.calls)
    return rows


async def _real(plan: SoakPlan, sounds: Sequence[Pcm]) -> SoakResult:
    agents = [{"name": f"agent{number}", "number": str(1000 + number)} for number in range(1, AGENTS + 1)]
    result, dice = SoakResult(), random.Random(plan.seed)
    with own_run_dir() as folder:
        async with serving(folder, environment={"TONGDAI__TELEPHONY__AGENTS": json.dumps(agents)}) as served:
            await _waves(plan, sounds, served, folder, result, dice)
    return result


async def _waves(
    plan: SoakPlan, sounds: Sequence[Pcm], served: Served, folder: Path, result: SoakResult, dice: random.Random
) -> None:
    state = served.state
    async with (
        AriClient(state.ari, state.ari_user, state.ari_password, "soak") as ari,
        httpx.AsyncClient(trust_env=False, timeout=10) as http,
        following(state.feeds, result.told.put),
    ):
        observer = Observer(served, folder, ari, http)
        async with phones_of(state, max_calls=1) as phones:
            warm = scripts(sounds, plan.warm, dice)
            await run_scripts(state, warm, phones, plan.at_once, lambda as_planned: None)
        result.before = await observer.settled(0, None, len(result.told.handed_over))
        while result.calls < plan.calls:
            wave = scripts(sounds, min(plan.wave, plan.calls - result.calls), dice)
            async with phones_of(state, max_calls=1) as phones:
                await run_scripts(state, wave, phones, plan.at_once, result.ended)
            found = await observer.settled(result.calls, result.before, len(result.told.handed_over))
            result.states.append(found)
            print(f"tongdai: {result.calls} calls, left {left(found, result.before)}", file=sys.stderr)


def real_rows(result: SoakResult) -> list[Row]:
    told, count = result.told, result.calls
    remains = [left(state, result.before) for state in result.states]
    kinds = sorted({*(kind for state in result.states for kind in state.counts), *(k for one in remains for k in one)})
    restarts = result.states[-1].restarts - (result.before.restarts if result.before is not None else 0)
    samples = [state.sample for state in result.states]
    return [
        row("calls that came to their planned end", result.as_planned, "of calls", count, count),
        row("calls refused for want of processor time", told.refused, "calls", None, told.started),
        row("calls of which no end was told", told.started - told.ended, "calls", 0, told.started),
        row("faults of the program in calls", told.faults, "faults", 0, told.started),
        row("processes started anew", restarts, "restarts", 0, count),
        *(
            row(f"left after a wave, at most: {kind}", max(one.get(kind, 0) for one in remains), "", 0, count)
            for kind in sorted({*kinds, "tasks", "open files"} - {""})
        ),
        *_thread_rows(samples, count),
        *_memory_rows(samples, count),
    ]


def heard_rows(result: HeardResult, count: int) -> list[Row]:
    return [
        row(f"{OWN}: that came to their planned end", result.as_planned, "of calls", count, count),
        *(row(f"{OWN}: left: {kind}", value, "", 0, count) for kind, value in result.left.items()),
        *_growth_rows(result.samples, OWN, count),
    ]


def _thread_rows(samples: Sequence[Sample], count: int) -> list[Row]:
    """At last against half-way, when the pools of threads have grown to their bounds."""
    half, last = samples[len(samples) // 2].held, samples[-1].held
    more = sum(max(0, last[part].threads - half[part].threads) for part in half.keys() & last.keys())
    return [row("threads more than half-way", more, "threads", 0, count)]


def _memory_rows(samples: Sequence[Sample], count: int) -> list[Row]:
    everything = total(samples, ALL)
    return [
        *_growth_rows(everything, ALL, count),
        *(line for part in sorted(samples[-1].held) for line in _growth_rows(samples, part, count)),
    ]


def _growth_rows(samples: Sequence[Sample], part: str, count: int) -> list[Row]:
    if not samples:
        return []
    grown = growth(samples, part)
    name = f"memory of {part}"
    return [
        row(f"{name}: growth over the second half", grown.kb_per_call, "kB a call", GROWTH_KB, count),
        row(f"{name}: at first", grown.first_mb, "MB", None, count),
        row(f"{name}: at last", grown.last_mb, "MB", None, count),
    ]
