"""`bench calls`: latency, cut-off turns, interruptions, CPU and memory of real calls at several loads."""

import asyncio
import contextlib
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from contracts.call_event import CallEvent
from hotline.bench.load import LoadResult, Plan, Script, Sounds, make_script, run_load
from hotline.bench.process_cost import Cost, cost, descendants
from hotline.feed_reader import following
from hotline.placed_call import STAGES
from hotline.serve_process import Served, serving
from telephony.sip.turns import TurnKind, TurnResult


@dataclass(slots=True)
class Watched:
    """What the hotline says of itself during a run."""

    stages: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    false_alarms: int = 0
    handoffs: dict[str, int] = field(default_factory=dict[str, int])
    """How many callers were put through, by reason: each ends a test call before its turns are over."""

    def put(self, event: CallEvent) -> None:
        for stage in STAGES:
            value = event.fields.get(stage)
            if isinstance(value, int | float):
                self.stages.setdefault(stage, []).append(float(value))
        self.false_alarms += event.kind == "barge_in.false_alarm"
        if event.kind == "handoff.started":
            reason = str(event.fields["reason"])
            self.handoffs[reason] = self.handoffs.get(reason, 0) + 1


async def bench_calls(loads: Sequence[int], turns_per_call: int) -> list[dict[str, Any]]:
    """One hotline, each load after the other; a first call that is not counted warms it up."""
    plan = Plan(turns_per_call=turns_per_call)
    sounds = Sounds()
    scripts = await asyncio.to_thread(lambda: [make_script(number, plan, sounds) for number in range(max(loads))])
    async with serving() as served:
        to = f"{served.state.number}@{served.state.sip}"
        await run_load(to, [Script(turns=scripts[0].turns[:1], paused=frozenset())], plan)
        base_mb = _hotline(served).pss_mb
        return [await _measure(served, to, scripts[:load], plan, base_mb) for load in loads]


async def _measure(served: Served, to: str, scripts: Sequence[Script], plan: Plan, base_mb: float) -> dict[str, Any]:
    watched, peak = Watched(), Peak()
    async with following(served.state.feeds, watched.put):
        before, asterisk_before = _hotline(served), cost([served.state.asterisk_pid])
        callers_before, started = _own_cpu_s(), time.monotonic()
        async with asyncio.TaskGroup() as group:
            watcher = group.create_task(peak.watch(served))
            result = await run_load(to, scripts, plan)
            watcher.cancel()
        after, asterisk_after = _hotline(served), cost([served.state.asterisk_pid])
    call_s = sum(one.end.sample / 8000 for one in result.conversations)
    return {
        "calls": len(scripts),
        **_turn_figures(result),
        "cpu_ms_per_call_s": {
            "hotline": _per_call_s(before, after, call_s),
            "asterisk": _per_call_s(asterisk_before, asterisk_after, call_s),
            "callers": round(1000 * (_own_cpu_s() - callers_before) / max(call_s, 1e-9), 2),
        },
        "memory_mb_per_call": round((peak.pss_mb - base_mb) / max(1, peak.calls), 2),
        "memory_mb": {"idle": round(base_mb, 1), "peak": round(peak.pss_mb, 1), "calls_at_peak": peak.calls},
        "stages_ms": {stage.removesuffix("_ms"): _spread(values) for stage, values in watched.stages.items()},
        "false_alarms": watched.false_alarms,
        "handoffs": watched.handoffs,
        "failed_calls": result.failed_calls,
        "call_s": round(call_s, 1),
        "wall_s": round(time.monotonic() - started, 1),
        "caller_talks_share": round(_talk_share(result, call_s), 3),
    }


@dataclass(slots=True)
class Peak:
    """The most memory that the hotline took, and how many calls were up then."""

    pss_mb: float = 0.0
    calls: int = 0

    async def watch(self, served: Served) -> None:
        while True:
            now = await asyncio.to_thread(_hotline, served)
            if now.pss_mb > self.pss_mb:
                self.pss_mb, self.calls = now.pss_mb, await _calls_now(served)
            await asyncio.sleep(2.0)


async def _calls_now(served: Served) -> int:
    import httpx

    url = served.state.feeds[0].url.replace("ws://", "http://").replace("/feed", "/healthz")
    with contextlib.suppress(httpx.HTTPError):
        async with httpx.AsyncClient(trust_env=False) as client:
            return int((await client.get(url)).json()["calls"])
    return 0


def _turn_figures(result: LoadResult) -> dict[str, Any]:
    turns = [(turn, number in paused) for call, paused in zip(result.conversations, result.paused, strict=True)
             for number, turn in enumerate(call.turns)]  # fmt: skip
    asked = sum(len(planned) for planned in result.planned)
    with_pause = [turn for turn, paused in turns if paused]
    interrupting = [turn for turn, _ in turns if turn.kind is TurnKind.BARGE_IN and turn.interrupted]
    return {
        "voice_to_voice_ms": _spread([ms for turn, _ in turns if (ms := turn.voice_to_voice_ms) is not None]),
        "voice_to_voice_paused_ms": _spread([ms for turn in with_pause if (ms := turn.voice_to_voice_ms) is not None]),
        "barge_in_ms": _spread([ms for turn in interrupting if (ms := turn.barge_in_ms) is not None]),
        "turns_asked": asked,
        "turns_answered": sum(turn.answered for turn, _ in turns),
        "turns_paused": len(with_pause),
        "turns_cut_off": sum(turn.cut_off for turn in with_pause),
        "turns_cut_off_share": round(sum(turn.cut_off for turn in with_pause) / max(1, len(with_pause)), 4),
        "turns_cut_off_unpaused": sum(_cut_off(turn) for turn, paused in turns if not paused),
    }


def _cut_off(turn: TurnResult) -> bool:
    return turn.cut_off and turn.kind is not TurnKind.BARGE_IN


def _spread(values: Sequence[float]) -> dict[str, float | int | None]:
    if not values:
        return {"p50": None, "p95": None, "n": 0}
    p50, p95 = np.percentile(np.asarray(values), [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1), "n": len(values)}


def _hotline(served: Served) -> Cost:
    """All of the hotline's processes: calls, recogniser, voices, console; without Asterisk."""
    return cost(pid for pid in descendants(served.process.pid) if pid != served.state.asterisk_pid)


def _per_call_s(before: Cost, after: Cost, call_s: float) -> float:
    return round(1000 * (after.cpu_s - before.cpu_s) / max(call_s, 1e-9), 2)


def _own_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _talk_share(result: LoadResult, call_s: float) -> float:
    spoken = sum(turn.speech.end - turn.speech.start for call in result.conversations for turn in call.turns)
    return spoken / 8000 / max(call_s, 1e-9)
