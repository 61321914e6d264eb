"""Two parts of a sentence become one turn only if the whole means more than its end."""

from concurrent.futures import Executor
from datetime import UTC, datetime

import pytest
from at_once import AtOnce
from fakes import ListedInterpreter, meaning

from calls.recorder import CallRecorder
from calls.turns import JOIN_WITHIN_MS, TurnTaker
from contracts.call_event import CallEvent
from contracts.clock import ScriptedClock
from contracts.context import Context
from contracts.expectation import Expectation
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Intent, Meaning

FIRST, REST = "làm giấy khai sinh cho con", "thì cần giấy tờ gì"
WHOLE = f"{FIRST} {REST}"
BEFORE = Context(procedure_code="1.000894")


def heard(text: str, start: int, end: int) -> Heard:
    return Heard(
        hypotheses=(Hypothesis(text=text, confidence=0.8),),
        start_sample=start,
        end_sample=end,
        expectation=Expectation(),
    )


class Turns:
    """The first part is said, its answer interrupted, and the rest said `pause_ms` later."""

    def __init__(self, meanings: dict[str, Meaning]) -> None:
        self.events: list[CallEvent] = []
        interpreter = ListedInterpreter(meanings)
        recorder = CallRecorder(
            call_id="c",
            bundle_id="b",
            clock=ScriptedClock(datetime(2026, 1, 1, tzinfo=UTC)),
            position=lambda: 0,
            listeners=(self.events.append,),
        )
        executor: Executor = AtOnce()
        self.taker = TurnTaker(interpreter, executor, ScriptedClock(), recorder, 8000)

    async def run(self, pause_ms: int = 500, rest: str = REST, *, interrupted: bool = True) -> Meaning:
        await self.taker.understand(heard(FIRST, 0, 8000), BEFORE)
        if interrupted:
            self.taker.interrupted()
        start = 8000 + pause_ms * 8
        return await self.taker.understand(heard(rest, start, start + 8000), Context())


def known(whole: float = 0.9, rest: Meaning | None = None) -> dict[str, Meaning]:
    return {WHOLE: meaning(WHOLE, Aspect.DOCUMENTS, acceptance=whole)} | ({REST: rest} if rest else {})


async def test_the_rest_of_an_interrupted_turn_is_joined_to_it() -> None:
    turns = Turns(known())
    assert (await turns.run()).text == WHOLE
    told = turns.events[-1].fields
    assert told["text"] == WHOLE and told["start_sample"] == 0 and told["confidence"] == pytest.approx(0.64)


async def test_three_parts_are_joined() -> None:
    turns = Turns(known())
    await turns.run()
    turns.taker.interrupted()
    more = await turns.taker.understand(heard("ạ", 24000, 25000), Context())
    assert more.text == "ạ"
    turns = Turns(known() | {f"{WHOLE} vậy": meaning(f"{WHOLE} vậy", Aspect.DOCUMENTS)})
    await turns.run()
    turns.taker.interrupted()
    assert (await turns.taker.understand(heard("vậy", 24000, 25000), Context())).text == f"{WHOLE} vậy"


@pytest.mark.parametrize(
    ("meanings", "pause_ms", "rest", "interrupted"),
    [
        (known(), JOIN_WITHIN_MS + 20, REST, True),
        (known(), 500, REST, False),
        (known(), 500, "", True),
        (known(0.5, meaning(REST, Aspect.FEE, acceptance=0.9)), 500, REST, True),
        (known(0.9, meaning(REST, intent=Intent.AGENT)), 500, REST, True),
        ({WHOLE: meaning(WHOLE, intent=Intent.AGENT)}, 500, REST, True),
    ],
    ids=[
        "too late",
        "the answer was heard",
        "nothing said",
        "the rest is surer",
        "a command",
        "no question",
    ],
)
async def test_a_turn_of_its_own_stays_alone(
    meanings: dict[str, Meaning], pause_ms: int, rest: str, interrupted: bool
) -> None:
    assert (await Turns(meanings).run(pause_ms, rest, interrupted=interrupted)).text == rest
