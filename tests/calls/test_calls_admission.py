"""Who is taken, and what becomes of those who are not."""

import pytest
from at_once import AtOnce
from fakes import (
    MEANINGS,
    TODAY,
    ListedInterpreter,
    LoudDetector,
    NumberedVoice,
    ReadingRecognizer,
    WatchedEngine,
    WatchedLine,
)

from asr.ear import Ear
from asr.recognizer import IDLE, RecognizerLoad
from calls.admission import BUSY_SUMMARY, Admission, Refusal
from calls.parts import Parts
from contracts.call_event import CallEvent
from contracts.clock import ScriptedClock
from dialogs.content import Content
from telephony.wav_script import HangUp

BEHIND = RecognizerLoad(behind_ms=801.0, open_streams=30, capacity=128)


class Hotline:
    """Parts whose recogniser's load a test sets."""

    def __init__(self, content: Content) -> None:
        self.load = IDLE
        self.events: list[CallEvent] = []
        engine = WatchedEngine(content)
        parts = Parts(
            make_ear=lambda rate_hz: Ear(recognizer=ReadingRecognizer(), rate_hz=rate_hz, detector=LoudDetector()),
            interpreter=ListedInterpreter(MEANINGS),
            engine=engine,
            bundle_id=engine.bundle_id,
            voice=NumberedVoice(),
            thinking=AtOnce(),
            clock=ScriptedClock(),
            listeners=(self.events.append,),
            recognizer_load=lambda: self.load,
        )
        self.admission = Admission(lambda: parts, most_calls=2, most_behind_ms=800)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@pytest.fixture
def hotline(content: Content) -> Hotline:
    return Hotline(content)


def test_a_recogniser_that_keeps_up_takes_calls_up_to_the_most(hotline: Hotline) -> None:
    hotline.load = RecognizerLoad(behind_ms=800.0, open_streams=127, capacity=128)
    assert hotline.admission.refusal(2) is None
    assert hotline.admission.refusal(3) is Refusal.CALLS


@pytest.mark.parametrize(
    ("load", "why"),
    [
        (BEHIND, Refusal.RECOGNISER_BEHIND),
        (RecognizerLoad(behind_ms=0.0, open_streams=64, capacity=64), Refusal.RECOGNISER_BEHIND),
        (RecognizerLoad(behind_ms=0.0, open_streams=0, capacity=0), Refusal.RECOGNISER_DOWN),
    ],
)
def test_one_that_does_not_takes_none(hotline: Hotline, load: RecognizerLoad, why: Refusal) -> None:
    hotline.load = load
    assert hotline.admission.refusal(1) is why


async def test_a_call_that_is_taken_is_a_conversation(hotline: Hotline) -> None:
    line = WatchedLine([HangUp(after_ms=200)])
    await hotline.admission.answer(line, calls_now=1, today=TODAY)
    assert "say.started" in hotline.kinds and "call.refused" not in hotline.kinds


async def test_one_that_is_not_goes_to_a_person_at_once(hotline: Hotline) -> None:
    hotline.load = BEHIND
    line = WatchedLine([HangUp(after_ms=200)])
    await hotline.admission.answer(line, calls_now=1, today=TODAY)
    assert line.transferred == ("busy", BUSY_SUMMARY) and line.closed == 1
    assert hotline.kinds == ["call.started", "call.refused", "handoff.started", "handoff.done", "call.ended"]
    assert dict(hotline.events[1].fields) == {"why": "recogniser_behind", "behind_ms": 801}
    assert [event.sequence for event in hotline.events] == list(range(5))


async def test_one_that_rings_with_too_many_others_goes_to_a_person(hotline: Hotline) -> None:
    line = WatchedLine([HangUp(after_ms=200)])
    await hotline.admission.turn_away(line, calls_now=1)
    assert line.transferred == ("busy", BUSY_SUMMARY) and line.closed == 1
    assert dict(hotline.events[1].fields) == {"why": "set_ups", "behind_ms": 0}
    await hotline.admission.turn_away(WatchedLine([]), calls_now=3)
    assert [event.fields["why"] for event in hotline.events if event.kind == "call.refused"] == ["set_ups", "calls"]


async def test_where_nobody_can_be_reached_the_line_is_left_to_the_dialplan(hotline: Hotline) -> None:
    hotline.load = BEHIND
    line = WatchedLine([HangUp(after_ms=200)], agents=False)
    await hotline.admission.answer(line, calls_now=1, today=TODAY)
    assert line.transferred is None and line.closed == 1
    assert hotline.kinds[-2:] == ["handoff.failed", "call.ended"]
