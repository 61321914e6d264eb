"""The rows of `bench faults`, from what callers met and what the journal kept."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hotline.bench.fault_calls import Outcome

Row = dict[str, Any]


@dataclass(slots=True)
class FaultResult:
    name: str
    goal_ms: float | None = None
    """Until the person's phone rings, p95; None: calls go on."""
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    events: dict[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    """What the feed told: (call, sequence) → kind."""
    stored: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    told_lost: int = 0
    """Events of which the journal itself says that they are missing."""

    @property
    def lost(self) -> int:
        return len(self.events.keys() - self.stored)

    def rows(self) -> list[Row]:
        rows = [*self.call_rows(), row(f"{self.name}: journal events lost", self.lost, "events", 0, len(self.events))]
        rings = [one.rang_ms for one in self.outcomes if one.rang_ms is not None]
        return rows + spread(f"{self.name}: until a person's phone rings", rings, self.goal_ms)

    def call_rows(self) -> list[Row]:
        count = len(self.outcomes)
        fine = sum(one.kept or one.rang_ms is not None for one in self.outcomes)
        kept = sum(one.kept for one in self.outcomes)
        return [
            row(f"{self.name}: callers who reached a person or kept the call", fine, "of calls", count, count),
            row(f"{self.name}: calls that went on", kept, "of calls", None, count),
        ]

    def progress(self, wanted: int) -> None:
        print(f"tongdai: faults: {self.name}: {len(self.outcomes)} of {wanted} calls", file=sys.stderr, flush=True)


def row(name: str, value: float | None, unit: str, goal: float | None, count: int) -> Row:
    return {"name": name, "value": value, "unit": unit, "goal": goal, "n": count}


def spread(name: str, values: Sequence[float], goal: float | None, *, p50_goal: float | None = None) -> list[Row]:
    """p50 and p95 in milliseconds, none where nothing was measured; `goal` is p95's."""
    if not values:
        return []
    p50, p95 = (round(float(np.percentile(values, share)), 1) for share in (50, 95))
    return [
        row(f"{name}, p50", p50, "ms", p50_goal, len(values)),
        row(f"{name}, p95", p95, "ms", goal, len(values)),
    ]
