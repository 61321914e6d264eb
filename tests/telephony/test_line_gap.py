"""No frame for 60 ms: silence goes in; what comes late is dropped, what comes at its pace again is kept."""

import asyncio
import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.clock import ScriptedClock
from telephony.gap import DEBT_LIMIT, FRAME_S, FrameClock, GapTicker


def run(frames: FrameClock, start: int, end: int, arrivals: Callable[[int], int]) -> tuple[int, int, int]:
    """Ticks of 20 ms from `start` to before `end`; `arrivals` come at each. Returns taken, dropped, inserted."""
    taken = dropped = inserted = 0
    for tick in range(start, end):
        now = tick * FRAME_S
        for _ in range(arrivals(tick)):
            if frames.arrived(now):
                taken += 1
            else:
                dropped += 1
        inserted += frames.missing(now)
    return taken, dropped, inserted


def test_a_steady_line_gets_nothing_inserted() -> None:
    assert run(FrameClock(0.0), 1, 500, lambda tick: 1) == (499, 0, 0)


def test_two_frames_missing_are_no_gap() -> None:
    assert run(FrameClock(0.0), 1, 500, lambda tick: 0 if tick % 10 in (3, 4) else 3 if tick % 10 == 5 else 1) == (
        499,
        0,
        0,
    )


def test_silence_goes_in_after_60_ms_and_then_with_time() -> None:
    frames = FrameClock(0.0)
    assert run(frames, 1, 11, lambda tick: 1) == (10, 0, 0)
    assert [frames.missing(tick * FRAME_S) for tick in range(11, 18)] == [0, 0, 3, 1, 1, 1, 1]


def test_frames_at_their_pace_after_a_gap_are_kept() -> None:
    frames = FrameClock(0.0)
    run(frames, 1, 11, lambda tick: 1)
    assert run(frames, 11, 111, lambda tick: 0) == (0, 0, 100)
    taken, dropped, inserted = run(frames, 111, 211, lambda tick: 1)
    assert (taken, dropped, inserted) == (100, 0, 0)


def test_a_late_burst_is_dropped_as_far_as_silence_stands_for_it() -> None:
    frames = FrameClock(0.0)
    run(frames, 1, 11, lambda tick: 1)
    assert run(frames, 11, 61, lambda tick: 0) == (0, 0, 50)
    taken, dropped, inserted = run(frames, 61, 161, lambda tick: 51 if tick == 61 else 1)
    assert (taken, dropped, inserted) == (100, 50, 0)


def test_more_than_was_put_in_is_never_dropped() -> None:
    frames = FrameClock(0.0)
    run(frames, 1, 1 + 2 * DEBT_LIMIT, lambda tick: 0)
    taken, dropped, _ = run(frames, 1 + 2 * DEBT_LIMIT, 2 + 2 * DEBT_LIMIT, lambda tick: 3 * DEBT_LIMIT)
    assert dropped == DEBT_LIMIT and taken == 2 * DEBT_LIMIT


@given(st.lists(st.integers(0, 3), max_size=300))
def test_the_line_falls_behind_only_by_gaps_too_short_to_fill(arrivals: list[int]) -> None:
    frames = FrameClock(0.0)
    taken, dropped, inserted = run(frames, 1, len(arrivals) + 1, lambda tick: arrivals[tick - 1])
    assert taken + dropped == sum(arrivals)
    assert dropped <= inserted
    runs = [len(list(ticks)) for empty, ticks in itertools.groupby(arrivals, key=lambda frames: frames == 0) if empty]
    assert taken + inserted >= len(arrivals) - 3 - sum(run for run in runs if run < 3)


async def test_one_timer_serves_all_lines_and_a_fault_stays_alone(caplog: pytest.LogCaptureFixture) -> None:
    clock = ScriptedClock()
    ticker = GapTicker(clock)
    ticks: list[float] = []

    def broken(now: float) -> None:
        raise RuntimeError("of one line")

    task = asyncio.create_task(ticker.run())
    await clock.advance(1.0)
    faults: list[str] = []
    ticker.add(ticks.append, lambda: faults.append("whole"))
    ticker.add(broken, lambda: faults.append("broken"))
    await clock.advance(0.1)
    assert [round(at - 1.0, 3) for at in ticks] == [0.02, 0.04, 0.06, 0.08, 0.1]
    assert ticker.failures == 1 and faults == ["broken"]
    ticker.remove(ticks.append)
    await clock.advance(0.1)
    assert len(ticks) == 5
    task.cancel()
    await asyncio.wait([task])
