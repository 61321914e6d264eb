"""Speech that is told of while it goes on, and sounds that never become words."""

from itertools import pairwise

from asr_fakes import QUIET, SPEECH, LoudnessDetector, ScriptedRecognizer, all_events, events, feed_ms

from asr.ear import Ear
from asr.ear_events import SpeechGoesOn, SpeechStarted
from contracts.expectation import Expectation
from contracts.heard import Ended, Heard


def made(recognizer: ScriptedRecognizer) -> Ear:
    return Ear(recognizer=recognizer, detector=LoudnessDetector())


async def test_speech_that_goes_on_is_told_of_every_tenth_of_a_second() -> None:
    ear = made(ScriptedRecognizer())
    ear.expect(Expectation())
    await feed_ms(ear, [(SPEECH, 1000), (QUIET, 100), (SPEECH, 4000)])
    told = [event.speech_ms for event in await all_events(ear) if isinstance(event, SpeechGoesOn)]
    assert told[0] <= 192 and told[-1] <= 3000 and len(told) >= 20
    assert all(100 <= later - earlier <= 160 for earlier, later in pairwise(told))


async def test_a_noise_that_does_not_end_is_a_turn_without_words() -> None:
    ear = made(ScriptedRecognizer(lambda ms: ""))
    ear.expect(Expectation(max_turn_ms=20_000))
    await feed_ms(ear, [(SPEECH, 8000)])
    started, heard = await events(ear)
    assert isinstance(started, SpeechStarted) and isinstance(heard, Heard)
    assert heard.text == "" and heard.ended is Ended.MAX_TURN
    assert 5900 < (heard.end_sample - heard.start_sample) / 8 < 6200


async def test_words_let_a_turn_go_on_to_its_longest() -> None:
    recognizer = ScriptedRecognizer()
    ear = made(recognizer)
    ear.expect(Expectation(max_turn_ms=9000))
    await feed_ms(ear, [(SPEECH, 700)])
    recognizer.recognitions[0].say_partial("tôi muốn hỏi")
    await feed_ms(ear, [(SPEECH, 9000)])
    heard = next(event for event in await events(ear) if isinstance(event, Heard))
    assert heard.ended is Ended.MAX_TURN and (heard.end_sample - heard.start_sample) / 8 > 8900


async def test_a_voice_in_the_background_does_not_keep_a_turn_open() -> None:
    loud, faint = b"\x40\x00" * 160, b"\x08\x00" * 160
    ear = made(ScriptedRecognizer())
    ear.expect(Expectation(max_turn_ms=20_000))
    await feed_ms(ear, [(QUIET, 300), (loud, 1500), (faint, 3000)])
    _, heard = await events(ear)
    assert isinstance(heard, Heard) and heard.ended is Ended.ENDPOINT
    assert heard.end_sample <= (300 + 1500 + 1000) * 8


async def test_a_soft_end_of_a_sentence_belongs_to_it() -> None:
    loud, faint = b"\x40\x00" * 160, b"\x08\x00" * 160
    ear = made(ScriptedRecognizer())
    ear.expect(Expectation(max_turn_ms=20_000))
    await feed_ms(ear, [(QUIET, 300), (loud, 1500), (faint, 600), (loud, 500), (QUIET, 1500)])
    _, heard = await events(ear)
    assert isinstance(heard, Heard) and heard.end_sample >= 2850 * 8


LOUD, FAINT = b"\x40\x00" * 160, b"\x0c\x00" * 160


async def heard_at(ear: Ear, frame: bytes, *, while_we_speak: bool = True) -> bool:
    """Whether a turn of this loudness was somebody else's."""
    ear.expect(Expectation(), no_input=not while_we_speak)
    await feed_ms(ear, [(QUIET, 300), (frame, 900), (QUIET, 1200)])
    return ear.is_background


async def test_a_voice_much_softer_than_the_caller_is_somebody_elses() -> None:
    ear = made(ScriptedRecognizer())
    assert not await heard_at(ear, FAINT), "nothing is known of the caller yet"
    assert not await heard_at(ear, LOUD)
    assert await heard_at(ear, FAINT)
    assert not await heard_at(ear, LOUD)


async def test_what_nobody_understands_does_not_tell_how_loud_the_caller_is() -> None:
    ear = made(ScriptedRecognizer(confidence=0.2))
    await heard_at(ear, LOUD)
    assert not await heard_at(ear, FAINT)


async def test_who_answers_while_we_are_silent_is_the_caller() -> None:
    ear = made(ScriptedRecognizer(confidence=0.2))
    await heard_at(ear, LOUD, while_we_speak=False)
    assert await heard_at(ear, FAINT)
    for _ in range(3):
        await heard_at(ear, FAINT, while_we_speak=False)
    assert not await heard_at(ear, FAINT)


async def test_a_caller_who_speaks_more_softly_from_now_on_is_the_caller_again() -> None:
    ear = made(ScriptedRecognizer())
    await heard_at(ear, LOUD)
    assert [await heard_at(ear, FAINT) for _ in range(9)].index(False) < 9
