"""The silence that ends a turn follows this caller's own pauses, within bounds."""

from asr_fakes import QUIET, SPEECH, LoudnessDetector, ScriptedRecognizer, events, feed_ms

from asr.ear import Ear
from asr.endpointing import EndpointPolicy, EndpointSettings
from asr.pauses import CallerPauses
from contracts.expectation import Expectation
from contracts.heard import Heard


def test_who_was_cut_off_gets_more_time_and_loses_it_again_slowly() -> None:
    pauses = CallerPauses(rate_hz=8000)
    pauses.turn_over(8000, 220)
    pauses.begins(8000 + 500 * 8)
    assert pauses.fitted(220) == 286
    for turn in range(1, 30):
        pauses.turn_over(100_000 * turn, 220)
        pauses.begins(100_000 * turn + 40_000)
    assert pauses.fitted(900) == 900


def test_pauses_that_nearly_ended_the_turn_lengthen_it_within_bounds() -> None:
    pauses = CallerPauses(rate_hz=8000)
    pauses.spoke_on(800, 900)
    assert pauses.fitted(900) == 1008
    for _ in range(20):
        pauses.spoke_on(1000, 900)
    assert pauses.fitted(900) == 1530


def test_pauses_far_from_the_end_take_back_what_was_given() -> None:
    pauses = CallerPauses(rate_hz=8000)
    pauses.spoke_on(1000, 900)
    for _ in range(20):
        pauses.spoke_on(300, 900)
    assert pauses.fitted(900) == 900


async def test_the_ear_waits_longer_for_a_caller_whom_it_cut_off() -> None:
    policy = EndpointPolicy(settings=EndpointSettings(complete_ms=300))
    ear = Ear(recognizer=ScriptedRecognizer(), detector=LoudnessDetector(), policy=policy)
    for _ in range(2):
        ear.expect(Expectation())
        await feed_ms(ear, [(SPEECH, 600), (QUIET, 600)])
    heard = [event for event in await events(ear) if isinstance(event, Heard)]
    assert [300 <= one.endpoint_ms < 330 for one in heard] == [True, False]
    assert 380 <= heard[1].endpoint_ms < 420
