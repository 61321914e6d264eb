"""`bench turns`: who speaks when. Real callers with coughs, backchannels, echoes, keys and interruptions; and how the
silence that ends a turn trades cut-off turns against waiting, our policy and others on the same audio.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contracts.call_event import CallEvent
from hotline.bench.turn_calls import Outcome, Work, work_off
from hotline.bench.turn_curve import CurvePlan, curve_rows
from hotline.bench.turn_sounds import SoundBox
from hotline.feed_reader import CallLog, following
from hotline.serve_process import serving
from hotline.state import RunState

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnPlan:
    noises: int = 100
    backchannels: int = 100
    background: int = 60
    """Half music, half another voice in the room."""
    interruptions: int = 100
    interruptions_over_echo: int = 60
    echo_sounds: int = 40
    """Noises and backchannels of callers with an echo."""
    sentences: int = 60
    """Listened to through an echo without a word."""
    keys: int = 60
    at_once: int = 4
    longest_s: float = 540.0
    """After so long of calls what is not done is left out."""
    voices: int = 8
    seed: int = 20265
    curve: CurvePlan = field(default_factory=CurvePlan)


QUICK = TurnPlan(
    noises=2, backchannels=2, background=1, interruptions=2, interruptions_over_echo=1, echo_sounds=1, sentences=2,
    keys=2, at_once=6, longest_s=22.0, voices=2, curve=CurvePlan(turns=3, voices=1),
)  # fmt: skip


async def bench_turns(plan: TurnPlan) -> list[Row]:
    """The rows of the table: real calls first, then the curve."""
    works = await asyncio.to_thread(_works, plan)
    await _calls(plan, works)
    done = [outcome for work in works for outcome in work.done]
    return [*call_rows(done), *await curve_rows(plan.curve)]


def _works(plan: TurnPlan) -> list[Work]:
    box = SoundBox(plan.seed, plan.voices)
    quiet = [*box.noises(plan.noises), *box.backchannels(plan.backchannels), *box.background(plan.background)]
    over_echo = [
        *box.interruptions(plan.interruptions_over_echo),
        *box.noises(plan.echo_sounds // 2),
        *box.backchannels(plan.echo_sounds - plan.echo_sounds // 2),
    ]
    chance = random.Random(plan.seed)
    chance.shuffle(quiet)
    chance.shuffle(over_echo)
    return [
        Work(echo=False, sounds=quiet),
        Work(echo=False, sounds=box.interruptions(plan.interruptions)),
        Work(echo=True, sounds=over_echo),
        Work(echo=True, sentences=plan.sentences),
        Work(echo=False, keys=plan.keys),
    ]


async def _calls(plan: TurnPlan, works: Sequence[Work]) -> None:
    async with serving() as served:
        logs: list[CallLog] = []

        def put(event: CallEvent) -> None:
            for log in logs:
                log.put(event)

        deadline = time.monotonic() + plan.longest_s
        async with following(served.state.feeds, put), asyncio.TaskGroup() as group:
            for number in range(plan.at_once):
                group.create_task(_caller(served.state, logs, works, plan.seed + number, number, deadline))


async def _caller(
    state: RunState, logs: list[CallLog], works: Sequence[Work], seed: int, number: int, deadline: float
) -> None:
    """Begins with a work of its own, then helps with what is left; callers do not talk in step."""
    await asyncio.sleep(number * 0.7)
    order = [works[(number + step) % len(works)] for step in range(len(works))]
    for work in order:
        await work_off(state, logs, work, seed, deadline)


def call_rows(done: Sequence[Outcome]) -> list[Row]:
    """Of what came of each sound, key and sentence."""
    false = [one for one in done if one.kind in ("noise", "backchannel", "sentence")]
    background = [one for one in done if one.kind in ("music", "murmur")]
    real = [one for one in done if one.kind == "interruption"]
    rows = [_share("false interruptions: noises, backchannels, echo", false, _took, 0.02)]
    for name, kind, echo in (
        ("coughs, throats, breath, knocks", "noise", False),
        ("backchannels", "backchannel", False),
        ("music", "music", False),
        ("another voice in the room", "murmur", False),
        ("noises over an echo", "noise", True),
        ("backchannels over an echo", "backchannel", True),
        ("echo alone, sentences", "sentence", True),
    ):
        ones = [one for one in (*false, *background) if one.kind == kind and one.echo is echo]
        rows.append(_share(f"false interruptions: {name}", ones, _took, 0.02))
    alone = [one for one in false if one.kind == "sentence"]
    rows.append(_share("false pauses: echo alone, sentences", alone, lambda one: one.paused, None))
    rows.append(_share("missed interruptions", real, lambda one: not _took(one), 0.01))
    for name, echo in (("", False), (", over an echo", True)):
        ones = [one for one in real if one.echo is echo]
        paused = [one.pause_ms for one in ones if one.pause_ms is not None]
        flushed = [one.flush_ms for one in ones if one.flush_ms is not None]
        silent = [one.silent_ms for one in ones if one.silent_ms is not None]
        rows += _spread(f"interruption to pause{name}", paused, 120)
        rows += _spread(f"interruption to flush{name}", flushed, 700)
        rows += _spread(f"interruption to silence at the caller's ear{name}", silent, 250)
    rows += _spread("key to what it asks for", [o.flush_ms for o in done if o.kind == "key" and o.flush_ms], None)
    return rows


def _took(one: Outcome) -> bool:
    """The turn became the caller's."""
    return one.interrupted or one.became_turn


def _share(name: str, ones: Sequence[Outcome], counts: Callable[[Outcome], bool], goal: float | None) -> Row:
    value = round(sum(map(counts, ones)) / len(ones), 4) if ones else None
    return {"name": name, "value": value, "unit": "share", "goal": goal, "n": len(ones)}


def _spread(name: str, values: Sequence[float], goal: float | None) -> list[Row]:
    if not values:
        return []
    p50, p95 = (round(float(np.percentile(values, share)), 1) for share in (50, 95))
    return [
        {"name": f"{name}, p50", "value": p50, "unit": "ms", "goal": None, "n": len(values)},
        {"name": f"{name}, p95", "value": p95, "unit": "ms", "goal": goal, "n": len(values)},
    ]
