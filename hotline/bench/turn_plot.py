"""The curve of `bench turns` in letters: how often a pause cuts a turn off, over how long its end is waited for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 72, 20
_CUT, _WAIT = "turns with a pause cut off: ", "end-of-turn delay p50: "
_MARKS = (("ours, without", "a"), ("ours ×", "o"), ("ours", "O"), ("livekit", "L"), ("pipecat", "P"), ("fixed", "f"))
_LEGEND = "O ours  o ours with all waits scaled  a ours without the caller's own pauses  f fixed  L LiveKit  P Pipecat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    mark: str
    wait_ms: float
    cut: float
    """Share."""


def points(rows: Sequence[dict[str, Any]]) -> list[Point]:
    """Of the policies in a benchmark's rows, ours last: where two are at one place, ours is seen."""
    values = {row["name"]: row["value"] for row in rows if "name" in row}
    policies = [name.removeprefix(_CUT) for name in values if name.startswith(_CUT)]
    found = [
        Point(mark=_mark(one), wait_ms=values[_WAIT + one], cut=values[_CUT + one])
        for one in policies
        if values[_CUT + one] is not None and values.get(_WAIT + one) is not None
    ]
    return sorted(found, key=lambda point: "faPLoO".index(point.mark))


def plot(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Lines to print; none for rows without a curve."""
    shown = points(rows)
    if not shown:
        return []
    longest = max(200.0, *(point.wait_ms for point in shown)) * 1.02
    most = max(0.1, *(point.cut for point in shown))
    field = [[" "] * WIDTH for _ in range(HEIGHT + 1)]
    for point in shown:
        row, column = HEIGHT - round(point.cut / most * HEIGHT), round(point.wait_ms / longest * (WIDTH - 1))
        field[row][column] = point.mark
    lines = [f"{most * (HEIGHT - at) / HEIGHT:>6.0%} |{''.join(line).rstrip()}" for at, line in enumerate(field)]
    scale = f"0{f'{longest:.0f} ms':>{WIDTH - 1}}"
    return ["", "turns with a pause that were cut off, over the median delay at a turn's end", *lines,
            f"{'':>6} +{'-' * WIDTH}", f"{'':>8}{scale}", f"{'':>8}{_LEGEND}"]  # fmt: skip


def _mark(policy: str) -> str:
    return next(mark for beginning, mark in _MARKS if policy.startswith(beginning))
