"""A recogniser that does not answer, or refuses while a voice is there already, ends in an event and not in silence."""

from asr_fakes import QUIET, SPEECH, LoudnessDetector, ScriptedRecognizer, events, feed_ms

from asr.ear import Ear
from asr.ear_events import RecognitionFailed, SpeechStarted
from asr.errors import RecognizerBusy, RecognizerUnavailable
from contracts.expectation import Expectation

QUESTION = Expectation(max_turn_ms=8000)


def made(recognizer: ScriptedRecognizer) -> Ear:
    return Ear(recognizer=recognizer, detector=LoudnessDetector())


async def test_a_peek_without_an_answer_fails_the_turn() -> None:
    recognizer = ScriptedRecognizer()
    recognizer.hold.clear()
    ear = made(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 600), (QUIET, 5200)])
    started, failed = await events(ear)
    assert isinstance(started, SpeechStarted)
    assert isinstance(failed, RecognitionFailed) and failed.code == RecognizerUnavailable.code
    assert recognizer.recognitions[0].cancelled


async def test_a_turn_that_is_too_long_and_gets_no_answer_fails() -> None:
    recognizer = ScriptedRecognizer()
    recognizer.hold.clear()
    ear = made(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 8000), (QUIET, 5200)])
    assert [type(event) for event in await events(ear)] == [SpeechStarted, RecognitionFailed]


async def test_a_refusal_while_the_caller_speaks_already_is_told_once() -> None:
    recognizer = ScriptedRecognizer()
    recognizer.error = RecognizerBusy("busy")
    ear = made(recognizer)
    await feed_ms(ear, [(SPEECH, 600)])
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 300)])
    assert [type(event) for event in await events(ear)] == [RecognitionFailed]
