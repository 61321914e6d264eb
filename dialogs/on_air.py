"""What a call forgets when content is stopped while it goes on."""

from dataclasses import replace

from contracts.acts import Say
from contracts.on_air import OnAir
from dialogs.state import State


def changed(state: State, on_air: OnAir) -> State:
    """What was going to be said again or gone on with is dropped where a new stop may cover it."""
    if on_air.stops == state.on_air.stops:
        return replace(state, on_air=on_air)
    new = [stop for stop in on_air.stops if stop not in state.on_air.stops]
    kept = tuple(say for say in state.last_says if not _may_hold(say, {stop.code for stop in new}))
    cut_off = None if len(kept) < len(state.last_says) else state.interrupted
    # What is left of an answer is kept by its place among the facts, which are others now.
    return replace(state, on_air=on_air, last_says=kept, interrupted=cut_off, rest=())


def _may_hold(say: Say, codes: set[str]) -> bool:
    return bool(say.sources) and ("" in codes or not codes.isdisjoint(say.procedure_codes))
