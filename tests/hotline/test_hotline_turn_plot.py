"""The curve as people see it."""

from hotline.bench.turn_curve import POLICIES
from hotline.bench.turn_plot import HEIGHT, plot, points


def rows(values: dict[str, tuple[float, float]]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for name, (cut, wait) in values.items():
        found.append({"name": f"turns with a pause cut off: {name}", "value": cut})
        found.append({"name": f"end-of-turn delay p50: {name}", "value": wait})
    return found


def test_what_cuts_more_is_higher_and_what_waits_longer_is_further_right() -> None:
    lines = plot(rows({"ours": (0.3, 202), "livekit, gate of 0.5 s": (0.8, 500), "fixed 1000 ms": (0.0, 1000)}))
    field = [line.partition("|")[2] for line in lines if "|" in line]
    assert len(field) == HEIGHT + 1
    places = {mark: next((at, line.index(mark)) for at, line in enumerate(field) if mark in line) for mark in "OLf"}
    assert places["L"][0] == 0 and places["f"][0] == HEIGHT and places["L"][0] < places["O"][0] < places["f"][0]
    assert places["O"][1] < places["L"][1] < places["f"][1]


def test_every_policy_has_its_mark() -> None:
    found = points(rows({name: (0.1, 300.0 + at) for at, (name, _) in enumerate(POLICIES)}))
    assert len(found) == len(POLICIES) and found[-1].mark == "O"


def test_rows_without_a_curve_are_not_drawn() -> None:
    assert plot([{"name": "missed interruptions", "value": 0.0}, {"calls": 30}]) == []
