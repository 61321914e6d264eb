"""Many calls one after another: nothing of them stays."""

import pytest

from hotline.bench.soak import heard_rows
from hotline.bench.soak_heard import OWN, HeardPlan, soak_heard
from hotline.bench.soak_memory import Held, Sample, growth, total
from hotline.bundles.loading import load_bundle
from hotline.settings import ROOT
from procedures.record import Profile


async def test_a_hundred_calls_leave_nothing_behind() -> None:
    bundle = load_bundle(ROOT / "config" / "content", Profile.DEMO)
    result = await soak_heard(HeardPlan(calls=100, look_every=20), bundle)
    assert result.as_planned == 100
    assert result.handed_over == 20, "every fifth caller presses 0"
    assert set(result.left) >= {"tasks", "files in the spool", "packets of callers who are gone"}
    assert all(count <= 0 for count in result.left.values()), result.left
    rows = {row["name"]: row for row in heard_rows(result, 100)}
    assert rows[f"memory of {OWN}: at last"]["value"] > 0
    assert all(set(row) == {"name", "value", "unit", "goal", "n"} for row in rows.values())


def test_growth_is_that_of_the_second_half() -> None:
    """A cache that is filled in the first half, then 3 kB a call."""
    filled = [Sample(calls=100 * number, held={"a": _held(1024.0 * number)}) for number in range(1, 5)]
    slow = [Sample(calls=100 * number, held={"a": _held(4096.0 + 300 * number)}) for number in range(5, 11)]
    grown = growth([*filled, *slow], "a")
    assert grown.kb_per_call == pytest.approx(3.0)
    assert (grown.first_mb, grown.last_mb) == (1.0, 6.9)
    assert growth(filled[:1], "a").kb_per_call == 0.0


def test_processes_are_added_up() -> None:
    both = Sample(calls=1, held={"a": _held(1.0), "b": _held(2.0)})
    assert total([both], "all")[0].held["all"] == Held(pss_kb=3.0, files=6, threads=2)


def _held(pss_kb: float) -> Held:
    return Held(pss_kb=pss_kb, files=3, threads=1)
