import asyncio

import pytest
from asr_fakes import QUIET, SPEECH, LoudnessDetector, ScriptedRecognizer, all_events, events, feed_ms

from asr.ear import Ear
from asr.ear_events import NoInput, PartialHeard, RecognitionFailed, SpeechDropped, SpeechStarted, VoiceNoticed
from asr.endpointing import EndpointPolicy, EndpointSettings
from asr.errors import RecognizerBusy, RecognizerUnavailable
from contracts.audio import samples_to_ms
from contracts.expectation import Expectation, Expecting
from contracts.heard import Ended, Heard

QUESTION = Expectation(no_input_ms=3000, max_turn_ms=5000)
YES_NO = Expectation(kind=Expecting.YES_NO)


POLICY = EndpointPolicy(settings=EndpointSettings(peek_ms=150, complete_ms=300, incomplete_ms=1100, yes_no_ms=250))


def make_ear(recognizer: ScriptedRecognizer, completeness: float = 1.0) -> Ear:
    async def known(_: str) -> float:
        return completeness

    return Ear(recognizer=recognizer, detector=LoudnessDetector(), completeness=known, policy=POLICY)


async def test_a_question_is_heard_after_the_silence_of_a_whole_question() -> None:
    recognizer = ScriptedRecognizer()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(QUIET, 500), (SPEECH, 1000), (QUIET, 500)])
    started, heard = await events(ear)
    assert isinstance(started, SpeechStarted) and isinstance(heard, Heard)
    assert abs(started.sample - 4000) <= 256
    assert heard.text == "lệ phí bao nhiêu" and heard.ended is Ended.ENDPOINT
    assert abs(heard.end_sample - 12000) <= 256
    assert 300 <= heard.endpoint_ms <= 320
    assert not ear.listening


async def test_the_result_of_the_peek_is_the_result() -> None:
    recognizer = ScriptedRecognizer()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 600), (QUIET, 500)])
    (one,) = recognizer.recognitions
    assert one.peeks == 1 and one.cancelled and not one.finished
    heard = (await events(ear))[-1]
    assert isinstance(heard, Heard) and heard.recognition_ms == 0


async def test_the_recogniser_gets_the_pre_roll() -> None:
    recognizer = ScriptedRecognizer()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(QUIET, 1000), (SPEECH, 400), (QUIET, 100)])
    fed = recognizer.recognitions[0].fed
    before = len(fed) - len(fed.lstrip(b"\x00"))
    assert abs(before / 16 - 300) <= 32
    await ear.close()


async def test_word_positions_are_on_the_clock_of_the_line() -> None:
    ear = make_ear(ScriptedRecognizer())
    ear.expect(QUESTION)
    await feed_ms(ear, [(QUIET, 1000), (SPEECH, 400), (QUIET, 400)])
    heard = (await events(ear))[-1]
    assert isinstance(heard, Heard)
    assert heard.hypotheses[0].words[0].start_sample == heard.start_sample - 2400


async def test_a_pause_inside_an_unfinished_sentence_does_not_end_the_turn() -> None:
    recognizer = ScriptedRecognizer(lambda ms: "tôi muốn hỏi về" if ms < 1500 else "tôi muốn hỏi về khai sinh")
    ear = make_ear(recognizer, completeness=1.0)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 600), (QUIET, 700), (SPEECH, 600), (QUIET, 400)])
    found = await events(ear)
    assert [type(event) for event in found] == [SpeechStarted, Heard]
    assert isinstance(found[1], Heard) and found[1].text == "tôi muốn hỏi về khai sinh"
    assert recognizer.recognitions[0].peeks == 2


async def test_the_silence_of_a_pause_is_heard_only_when_the_caller_speaks_on() -> None:
    recognizer = ScriptedRecognizer(lambda ms: "tôi muốn hỏi về")
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 800), (QUIET, 300)])
    (recognition,) = recognizer.recognitions
    at_the_peek = len(recognition.fed)
    await feed_ms(ear, [(QUIET, 300)])
    assert len(recognition.fed) == at_the_peek
    await feed_ms(ear, [(SPEECH, 800)])
    assert len(recognition.fed) - at_the_peek >= 60 * len(QUIET)
    assert (QUIET * 20 + SPEECH * 20) in recognition.fed
    await ear.close()


async def test_yes_is_heard_sooner() -> None:
    ear = make_ear(ScriptedRecognizer(lambda ms: "dạ có"), completeness=0.0)
    ear.expect(YES_NO)
    await feed_ms(ear, [(SPEECH, 300), (QUIET, 400)])
    heard = (await events(ear))[-1]
    assert isinstance(heard, Heard) and 250 <= heard.endpoint_ms <= 270


@pytest.mark.parametrize("speech_ms", [20, 32])
async def test_clicks_are_not_speech(speech_ms: int) -> None:
    ear = make_ear(ScriptedRecognizer())
    ear.expect(QUESTION)
    await feed_ms(ear, [(QUIET, 200), (SPEECH, speech_ms), (QUIET, 1000)])
    noticed, dropped = await all_events(ear)
    assert isinstance(noticed, VoiceNoticed) and isinstance(dropped, SpeechDropped)
    assert samples_to_ms(dropped.sample - noticed.sample, 8000) <= 100


class Hum(LoudnessDetector):
    """Takes every window that is not speech for something that may become it."""

    def feed(self, pcm: bytes) -> list[tuple[int, float]]:
        return [(at, max(probability, 0.3)) for at, probability in super().feed(pcm)]


async def test_what_never_becomes_a_voice_is_one_notice_that_is_taken_back() -> None:
    """The hotline's sentence waits as long as a notice lasts."""
    ear = Ear(recognizer=ScriptedRecognizer(), detector=Hum())
    ear.expect(QUESTION, no_input=False)
    await feed_ms(ear, [(QUIET, 2000)])
    assert not ear.hears_voice
    await feed_ms(ear, [(SPEECH, 200)])
    noticed, dropped, started = (await all_events(ear))[:3]
    assert isinstance(noticed, VoiceNoticed) and isinstance(dropped, SpeechDropped)
    assert samples_to_ms(dropped.sample - noticed.sample, 8000) <= 300
    assert isinstance(started, SpeechStarted)


async def test_a_noise_without_words_is_dropped_and_listening_goes_on() -> None:
    said = [""]
    recognizer = ScriptedRecognizer(lambda ms: said[-1])
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 300), (QUIET, 1000)])
    assert ear.listening
    said.append("lệ phí bao nhiêu")
    await feed_ms(ear, [(SPEECH, 800), (QUIET, 400)])
    assert [type(event) for event in await events(ear)] == [SpeechStarted, SpeechDropped, SpeechStarted, Heard]


async def test_long_speech_without_words_is_a_turn_without_words() -> None:
    ear = make_ear(ScriptedRecognizer(lambda ms: ""))
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 1500), (QUIET, 1000)])
    heard = (await events(ear))[-1]
    assert isinstance(heard, Heard) and heard.text == ""


async def test_no_input_is_counted_in_samples_from_the_expectation() -> None:
    ear = make_ear(ScriptedRecognizer())
    await feed_ms(ear, [(QUIET, 1000)])
    ear.expect(QUESTION)
    await feed_ms(ear, [(QUIET, 2980)])
    assert ear.listening
    await feed_ms(ear, [(QUIET, 20)])
    assert await events(ear) == [NoInput(sample=32000)]


async def test_no_input_time_is_off_while_the_hotline_speaks() -> None:
    ear = make_ear(ScriptedRecognizer())
    ear.expect(QUESTION, no_input=False)
    await feed_ms(ear, [(QUIET, 6000)])
    assert ear.listening
    ear.expect(QUESTION)
    await feed_ms(ear, [(QUIET, 3000)])
    assert [type(event) for event in await events(ear)] == [NoInput]


async def test_a_turn_outlives_a_change_of_expectation() -> None:
    ear = make_ear(ScriptedRecognizer(lambda ms: "có"), completeness=0.0)
    ear.expect(QUESTION, no_input=False)
    await feed_ms(ear, [(SPEECH, 400)])
    ear.expect(YES_NO)
    await feed_ms(ear, [(QUIET, 300)])
    found = await events(ear)
    assert isinstance(found[-1], Heard) and found[-1].expectation is YES_NO


async def test_speech_just_before_the_expectation_counts() -> None:
    ear = make_ear(ScriptedRecognizer())
    await feed_ms(ear, [(QUIET, 500), (SPEECH, 200)])
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 200), (QUIET, 400)])
    heard = (await events(ear))[-1]
    assert isinstance(heard, Heard) and abs(heard.start_sample - 4000) <= 256


async def test_the_longest_turn() -> None:
    ear = make_ear(ScriptedRecognizer())
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 5200)])
    heard = (await events(ear))[-1]
    assert isinstance(heard, Heard) and heard.ended is Ended.MAX_TURN


async def test_a_late_peek_ends_the_turn_when_it_comes() -> None:
    recognizer = ScriptedRecognizer()
    recognizer.hold.clear()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 600), (QUIET, 600)])
    assert ear.listening
    recognizer.hold.set()
    await feed_ms(ear, [(QUIET, 20)])
    heard = (await events(ear))[-1]
    assert isinstance(heard, Heard) and heard.endpoint_ms >= 600


async def test_a_peek_that_speech_overtook_is_forgotten() -> None:
    recognizer = ScriptedRecognizer()
    recognizer.hold.clear()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 600), (QUIET, 260), (SPEECH, 300)])
    recognizer.hold.set()
    await feed_ms(ear, [(SPEECH, 100)])
    assert [type(event) for event in await events(ear)] == [SpeechStarted]


async def test_partials_are_passed_on_while_the_turn_goes_on() -> None:
    recognizer = ScriptedRecognizer()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 300)])
    recognizer.recognitions[0].say_partial("lệ phí")
    ear.stop_expecting()
    recognizer.recognitions[0].say_partial("lệ phí bao")
    assert [type(event) for event in await events(ear)] == [SpeechStarted, PartialHeard]


async def test_a_recogniser_that_refuses_fails_the_turn() -> None:
    recognizer = ScriptedRecognizer()
    recognizer.error = RecognizerBusy("busy")
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 300)])
    assert [event.code for event in await events(ear) if isinstance(event, RecognitionFailed)] == [RecognizerBusy.code]


async def test_a_recogniser_that_dies_fails_the_turn() -> None:
    recognizer = ScriptedRecognizer()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 300)])
    recognizer.error = RecognizerUnavailable("dead")
    await feed_ms(ear, [(QUIET, 300)])
    last = (await events(ear))[-1]
    assert isinstance(last, RecognitionFailed) and last.code == RecognizerUnavailable.code


async def test_keys_only() -> None:
    recognizer = ScriptedRecognizer()
    ear = make_ear(recognizer)
    ear.expect(Expectation(kind=Expecting.DIGITS, speech=False, no_input_ms=2000))
    await feed_ms(ear, [(SPEECH, 1000), (QUIET, 1000)])
    assert recognizer.recognitions == []
    assert [type(event) for event in await events(ear)] == [NoInput]


async def test_closing_leaves_no_task_behind() -> None:
    recognizer = ScriptedRecognizer()
    recognizer.hold.clear()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(SPEECH, 600), (QUIET, 200)])
    await ear.close()
    await ear.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert recognizer.recognitions[0].cancelled


async def test_the_same_frames_give_the_same_events() -> None:
    async def run() -> list[object]:
        ear = make_ear(ScriptedRecognizer())
        ear.expect(QUESTION)
        await feed_ms(ear, [(QUIET, 340), (SPEECH, 700), (QUIET, 160), (SPEECH, 400), (QUIET, 500)])
        return list(await events(ear))

    assert await run() == await run()


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="rate_hz"):
        Ear(recognizer=ScriptedRecognizer(), rate_hz=16000, detector=LoudnessDetector())


async def test_into_our_speech_the_recogniser_is_asked_before_the_caller_pauses() -> None:
    recognizer = ScriptedRecognizer(lambda ms: "lệ phí" if ms > 600 else "lệ")
    ear = make_ear(recognizer)
    ear.expect(QUESTION, no_input=False)
    await feed_ms(ear, [(QUIET, 400), (SPEECH, 700)])
    texts = [event.partial.text for event in await events(ear) if isinstance(event, PartialHeard)]
    assert texts == ["lệ phí", "lệ phí"] and recognizer.recognitions[0].peeks == 2


async def test_a_turn_that_interrupts_nothing_is_not_looked_at_before_its_silence() -> None:
    recognizer = ScriptedRecognizer()
    ear = make_ear(recognizer)
    ear.expect(QUESTION)
    await feed_ms(ear, [(QUIET, 400), (SPEECH, 900)])
    await ear.close()
    assert recognizer.recognitions[0].peeks == 0
