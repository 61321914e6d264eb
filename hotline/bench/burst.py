"""`bench burst`: fifty set-ups a second while callers talk. Nobody is lost, who talks goes on talking, nothing stays.

The callers of the burst are silent: they are answered, wait a little and hang up.
"""

import asyncio
import contextlib
import math
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from itertools import pairwise

from contracts.call_event import CallEvent
from hotline.bench.burst_talkers import Talked, Talkers
from hotline.bench.fault_rows import Row, row, spread
from hotline.feed_reader import following
from hotline.serve_process import serving
from hotline.state import RunState
from telephony.ari.client import AriClient
from telephony.errors import CallRejected, SipError
from telephony.sip.caller import SipCaller

_ANSWER_S = 20.0
_GONE_S = 30.0
_LOOK_EVERY_S = 0.2
NEW_CALL_MS = 1000.0
_CLEAR = (486, 503)
"""What a caller's exchange understands: busy, or not now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstPlan:
    a_second: int = 50
    seconds: int = 4
    hold_s: float = 2.0
    """From a caller's answer to his hanging up."""
    most_calls: int = 20
    """The hotline takes; the others go to the queue of people."""
    talkers: int = 3
    turns: int = 2
    """Of each talker, before the burst and after it."""
    seed: int = 20268


QUICK = BurstPlan(seconds=1, hold_s=1.0, talkers=1, turns=1)


@dataclass(slots=True, kw_only=True)
class BurstResult:
    setup_ms: list[float] = field(default_factory=list[float])
    """Of those who were answered."""
    refused: Counter[int] = field(default_factory=Counter[int])
    """By SIP status."""
    lost: int = 0
    """Neither answered nor refused."""
    started: set[str] = field(default_factory=set[str])
    """Calls of which the hotline told, talkers too."""
    to_queue: set[str] = field(default_factory=set[str])
    new_call_ms: float | None = None
    left: int | None = None
    """Channels and bridges in Asterisk when all have hung up."""
    talked: list[Talked] = field(default_factory=list[Talked])
    begun_s: float = 0.0
    """Of the burst, by `time.monotonic`."""
    over_s: float = 0.0

    def put(self, event: CallEvent) -> None:
        if event.kind == "call.started":
            self.started.add(event.call_id)
        elif event.kind == "call.refused":
            self.to_queue.add(event.call_id)


async def bench_burst(plan: BurstPlan) -> list[Row]:
    """The rows of the table."""
    result = BurstResult()
    talkers = await asyncio.to_thread(Talkers, plan.talkers, plan.seed)
    environment = {"TONGDAI__TELEPHONY__MAX_CALLS": str(plan.most_calls)}
    async with serving(environment=environment) as served:
        state = served.state
        async with following(state.feeds, result.put), asyncio.TaskGroup() as group:
            group.create_task(talkers.talk(state), name="talkers")
            await talkers.until(plan.talkers * plan.turns)
            result.begun_s = time.monotonic()
            await _burst(state, plan, result)
            result.over_s = time.monotonic()
            result.new_call_ms = await _new_call(state)
            await talkers.until(plan.talkers * plan.turns, since=result.over_s)
            talkers.stop()
        result.left = await _left(state)
    result.talked = talkers.talked
    return _rows(plan, result)


async def _burst(state: RunState, plan: BurstPlan, result: BurstResult) -> None:
    """Each caller at his time, whether those before him have been answered or not."""
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(plan.a_second * plan.seconds):
            await asyncio.sleep(begun + number / plan.a_second - time.monotonic())
            group.create_task(_caller(state, plan, result), name="burst caller")


async def _caller(state: RunState, plan: BurstPlan, result: BurstResult) -> None:
    try:
        async with asyncio.timeout(_ANSWER_S), _dialled(state) as caller:
            await caller.wait_answered()
            with contextlib.suppress(SipError):
                caller.mute()
            result.setup_ms.append(caller.setup_ms or 0.0)
            await asyncio.sleep(plan.hold_s)
    except CallRejected as error:
        result.refused[int(error.status or 0)] += 1
    except (SipError, TimeoutError):
        result.lost += 1


@contextlib.asynccontextmanager
async def _dialled(state: RunState) -> AsyncGenerator[SipCaller]:
    async with SipCaller(f"{state.number}@{state.sip}", number=f"09{secrets.randbelow(10**8):08d}") as caller:
        await caller.place()
        yield caller


async def _new_call(state: RunState) -> float | None:
    """Milliseconds until somebody who calls right after the burst is answered."""
    with contextlib.suppress(SipError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S), _dialled(state) as caller:
            await caller.wait_answered()
            return caller.setup_ms
    return None


async def _left(state: RunState) -> int:
    until = time.monotonic() + _GONE_S
    async with AriClient(state.ari, state.ari_user, state.ari_password, "burst") as ari:
        while True:
            left = len(await ari.channels()) + len(await ari.bridges())
            if not left or time.monotonic() > until:
                return left
            await asyncio.sleep(_LOOK_EVERY_S)


def _rows(plan: BurstPlan, result: BurstResult) -> list[Row]:
    count, answered = plan.a_second * plan.seconds, len(result.setup_ms)
    own = plan.talkers + 1
    told = len(result.started) - own
    clear = sum(result.refused[status] for status in _CLEAR)
    return [
        row(
            f"{plan.a_second} set-ups a second: answered, or refused clearly",
            answered + clear,
            "of calls",
            count,
            count,
        ),
        row("of these taken by the hotline", told - len(result.to_queue), "of calls", None, count),
        row("of these handed to the queue by the hotline", len(result.to_queue), "of calls", None, count),
        row("of these sent to the queue by the dialplan", answered - told, "of calls", None, count),
        row("refused with 486 or 503", clear, "of calls", None, count),
        row("refused with another status", result.refused.total() - clear, "of calls", 0, count),
        row("neither answered nor refused", result.lost, "of calls", 0, count),
        *spread("from a set-up to its answer", result.setup_ms, None),
        *_talk_rows(result),
        row("a new call afterwards is answered", result.new_call_ms, "ms", NEW_CALL_MS, 1),
        row("channels and bridges left afterwards", result.left, "", 0, count),
    ]


def _talk_rows(result: BurstResult) -> list[Row]:
    name, times = "voice-to-voice of callers who talk", (0.0, result.begun_s, result.over_s, math.inf)
    rows: list[Row] = []
    for phase, (start, end) in zip(("before", "during", "after"), pairwise(times), strict=True):
        turns = [turn for turn in result.talked if start < turn.at_s <= end]
        rows += spread(f"{name}, {phase}", [turn.delay_ms for turn in turns if turn.delay_ms is not None], None)
        missing = sum(not turn.answered for turn in turns)
        rows.append(row(f"turns of these callers without an answer, {phase}", missing, "turns", 0, len(turns)))
    return rows
