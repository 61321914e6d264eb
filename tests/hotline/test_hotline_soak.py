"""Many calls one after another: nothing of them stays."""

from collections.abc import Sequence

import pytest

from contracts.context import Context
from contracts.expectation import Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from dialogs.content import Content
from dialogs.engine import Engine
from hotline.bench.soak import CONTENT, heard_rows
from hotline.bench.soak_heard import OWN, HeardPlan, soak_heard
from hotline.bench.soak_memory import Held, Sample, growth, total
from procedures.record import Profile


class Fee:
    """Whatever is asked, it is what a birth certificate costs."""

    def understand(self, heard: Heard | Sequence[Hypothesis], context: Context) -> Meaning:
        text = heard.text if isinstance(heard, Heard) else heard[0].text
        birth = Candidate(procedure_code="1.001193", name="đăng ký khai sinh", score=1.0)
        return Meaning(
            text=text, intent=Intent.ASK, intent_confidence=0.95, aspects=(Aspect.FEE,), candidates=(birth,),
            acceptance=0.95,
        )  # fmt: skip

    def completeness(self, text: str, expecting: Expecting = Expecting.QUESTION) -> float:
        return 1.0


async def test_a_hundred_calls_leave_nothing_behind() -> None:
    engine = Engine(Content.load(CONTENT), profile=Profile.DEMO)
    result = await soak_heard(HeardPlan(calls=100, look_every=20), engine, Fee())
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
