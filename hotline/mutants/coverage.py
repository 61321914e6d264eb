"""Which steps and branches of the flows the gold conversations go through."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dialogs.content import Content
from dialogs.flows import Branch, Flow, Flows, Step
from dialogs.gold import load_gold, play
from dialogs.gold_answers import FOLDER, load_answers, play_answers

Place = tuple[str, int, int | None]
"""Flow, step, branch; None: the step itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    steps: int
    steps_reached: int
    branches: int
    branches_taken: int
    missing: tuple[str, ...]
    """ "flow.step" and "flow.step.branch"."""


class _Steps(tuple[Step, ...]):
    """Notes which step is looked up: flows are read a step at a time."""

    name: str
    plain: tuple[Step, ...]
    seen: set[Place]

    def __getitem__(self, at: Any) -> Any:
        self.seen.add((self.name, int(at), None))
        return self.plain[int(at)]


class _Branches(tuple[Branch, ...]):
    """Notes the last branch that was looked at: the first that holds is taken."""

    place: tuple[str, int]
    seen: set[Place]

    def __iter__(self) -> Iterator[Branch]:
        last = None
        try:
            for last in range(len(self)):
                yield super().__getitem__(last)
        finally:
            if last is not None:
                self.seen.add((*self.place, last))


def coverage(folder: Path) -> Coverage:
    """Raises `ProcedureError`, `DialogError`."""
    content = Content.load(folder)
    seen: set[Place] = set()
    watched = replace(content, flows=_watched(content.flows, seen))
    for gold in load_gold(folder / "gold"):
        play(watched, gold)
    for answers in load_answers(folder / FOLDER):
        list(play_answers(watched, answers))
    steps = {(name, at, None) for name, flow in content.flows.flows.items() for at in range(len(flow.steps))}
    branches = {
        (name, at, index)
        for name, flow in content.flows.flows.items()
        for at, step in enumerate(flow.steps)
        for index in range(len(step.branches))
    }
    missing = sorted((steps | branches) - seen, key=str)
    return Coverage(
        steps=len(steps),
        steps_reached=len(steps & seen),
        branches=len(branches),
        branches_taken=len(branches & seen),
        missing=tuple(".".join(str(part) for part in place if part is not None) for place in missing),
    )


def _watched(flows: Flows, seen: set[Place]) -> Flows:
    return replace(flows, flows={name: _watched_flow(name, flow, seen) for name, flow in flows.flows.items()})


def _watched_flow(name: str, flow: Flow, seen: set[Place]) -> Flow:
    steps: list[Step] = []
    for at, step in enumerate(flow.steps):
        branches = _Branches(step.branches)
        branches.place, branches.seen = (name, at), seen
        steps.append(replace(step, branches=branches))
    watched = _Steps(steps)
    watched.name, watched.plain, watched.seen = name, tuple(steps), seen
    return replace(flow, steps=watched)
