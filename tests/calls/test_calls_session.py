"""A call's course: greeting, turns, interruptions, keys, silence and the end, on the real line, ear and dialog."""

import asyncio

import pytest
from fakes import (
    BACKCHANNEL,
    FEE,
    MISHEARD,
    NOISE,
    PAPERS,
    PERSON,
    FakeCall,
    ListedInterpreter,
    WatchedEngine,
    WatchedLine,
    meaning,
    quiet,
    sound_of,
    spoken,
)

from asr.errors import RecognizerUnavailable
from contracts.acts import Behaviour, Listen, Transfer
from contracts.call_event import CallEvent
from contracts.events import ActFinished, BargedIn, CallStarted, HungUp, Understood
from contracts.meaning import Aspect, Intent
from dialogs.content import Content
from telephony.wav_script import HangUp, Press, Say, Stall, Step, When

ASK = Say(pcm=spoken(PAPERS))
LONG_SILENCE = HangUp(after_ms=90_000)
STAY = HangUp(after_ms=6000)
"""Long enough for an answer to what was said into a pause of the hotline, short of the time that counts as silence."""


def prepared(content: Content, *script: Step, agents: bool = True, queue_ms: int = 0) -> FakeCall:
    line = WatchedLine(script, agents=agents, queue_ms=queue_ms)
    return FakeCall(line=line, engine=WatchedEngine(content))


def interrupting(text: str, *, after_ms: int = 1000, ms: int = 800) -> Say:
    return Say(pcm=spoken(text, ms), when=When.SPEAKING, after_ms=after_ms)


async def test_it_greets_then_listens_and_answers_with_the_source(content: Content) -> None:
    call = await prepared(content, ASK).run()
    assert call.said[0].startswith("Xin chào, đây là trợ lý tự động")
    assert [call.fields("turn.heard")[0][name] for name in ("text", "procedures")] == [PAPERS, ["1.001193"]]
    answer = call.fields("say.started")[1]
    assert answer["behaviour"] == Behaviour.ANSWER and answer["sources"][0].startswith("1.001193@")
    assert "giấy chứng sinh" in answer["text"]
    assert call.said[2].startswith("Còn trường hợp")
    heard = bytes(call.line.heard).replace(bytes(320), b"")
    assert heard == b"".join(sound_of(text) for text in call.said)


async def test_what_is_said_is_told_to_the_dialog_when_it_was_heard_to_its_end(content: Content) -> None:
    call = await prepared(content, ASK).run()
    assert [type(event) for event in call.engine.events] == [
        CallStarted, ActFinished, Understood, ActFinished, ActFinished, HungUp,
    ]  # fmt: skip
    finished = [event.act_id for event in call.engine.events if isinstance(event, ActFinished)]
    assert finished == [call.say(number).act_id for number in range(3)]


async def test_three_silences_end_with_a_person(content: Content) -> None:
    call = await prepared(content, LONG_SILENCE).run()
    assert [text.split(".")[0] for text in call.said[1:]] == [
        "Bác còn nghe máy không ạ? Bác nói giúp tôi điều cần hỏi",
        "Tôi chưa nghe thấy gì",
        "Tôi không nghe thấy gì",
    ]
    assert call.line.transferred is not None and call.line.transferred[0] == "no_input"
    assert len(call.fields("silence")) == 3


async def test_silence_counts_from_the_end_of_what_is_said(content: Content) -> None:
    call = await prepared(content, LONG_SILENCE).run()
    silence = next(event for event in call.events if event.kind == "silence")
    greeting_end = len(sound_of(call.said[0])) // 2
    assert 7000 <= (silence.sample - greeting_end) / 8 < 7100


async def test_zero_puts_the_caller_through(content: Content) -> None:
    call = await prepared(content, Press(keys="0")).run()
    assert call.line.transferred is not None and call.line.transferred[0] == "caller_asked"
    assert call.said[-1] == "Dạ, tôi xin nối máy cho cán bộ, bác chờ một chút ạ."
    assert "handoff.done" in call.kinds


async def test_star_says_it_again(content: Content) -> None:
    call = await prepared(content, ASK, Press(keys="*")).run()
    assert call.said[3:] == call.said[1:3]


async def test_a_key_interrupts(content: Content) -> None:
    call = await prepared(content, Press(keys="0", when=When.SPEAKING, after_ms=500)).run()
    assert call.said[1].startswith("Dạ, tôi xin nối máy")
    greeting = [frame for frame in call.line.heard_frames if frame]
    cut = greeting.index(1, 1)
    assert 20 < cut < 30 and greeting[cut:] == list(range(1, len(call.said[1]) + 1))


async def test_a_voice_pauses_and_words_interrupt(content: Content) -> None:
    call = await prepared(content, ASK, interrupting(FEE), STAY).run()
    kinds = [kind for kind in call.kinds if kind.startswith(("speech", "barge", "turn.heard"))]
    assert kinds == [
        "speech.started", "turn.heard",
        "barge_in.paused", "speech.started", "barge_in.interrupted", "turn.heard",
    ]  # fmt: skip
    barged = next(event for event in call.engine.events if isinstance(event, BargedIn))
    assert barged.act_id == call.say(1).act_id
    after = call.engine.events[call.engine.events.index(barged) + 1]
    assert isinstance(after, Understood) and after.heard.text == FEE
    assert "lệ phí" in call.said[2]
    # What was heard of the answer ends where the pause began: about 1 s and the time to notice a voice.
    answer = call.line.heard_frames[call.line.heard_frames.index(1, len(call.said[0])) :]
    paused = answer.index(0)
    assert 50 <= paused <= 65 and abs(barged.heard_chars - paused) <= 1
    assert answer[:paused] == list(range(1, paused + 1))


@pytest.mark.parametrize("sound", [(NOISE, 160), (BACKCHANNEL, 400)])
async def test_a_cough_or_a_backchannel_loses_nothing(content: Content, sound: tuple[str, int]) -> None:
    text, ms = sound
    call = await prepared(content, interrupting(text, ms=ms), STAY).run()
    assert "barge_in.false_alarm" in call.kinds and "barge_in.interrupted" not in call.kinds
    assert call.said == call.said[:1]
    heard = call.line.heard_frames
    start, end = heard.index(1), heard.index(len(call.said[0]))
    assert [frame for frame in heard if frame] == list(range(1, len(call.said[0]) + 1))
    assert 0 in heard[start:end]


async def test_after_every_false_alarm_it_goes_on_from_the_exact_place(content: Content) -> None:
    """A click, a cough and a backchannel in one sentence: at the caller's ear it is unbroken but for the pauses."""
    sounds = [interrupting(text, after_ms=400, ms=ms) for text, ms in ((NOISE, 40), (NOISE, 160), (BACKCHANNEL, 400))]
    call = await prepared(content, *sounds, STAY).run()
    assert call.kinds.count("barge_in.paused") == call.kinds.count("barge_in.false_alarm") == len(sounds)
    assert call.said == call.said[:1]
    assert bytes(call.line.heard).replace(bytes(320), b"") == sound_of(call.said[0])


async def test_a_click_holds_us_up_for_a_moment_only(content: Content) -> None:
    call = await prepared(content, interrupting(NOISE, ms=40), STAY).run()
    heard = call.line.heard_frames
    assert heard[heard.index(1) : heard.index(len(call.said[0]))].count(0) * 20 <= 250


async def test_an_echo_of_ourselves_is_no_turn(content: Content) -> None:
    texts = ("gặp người để gặp cán bộ",)
    call = prepared(content, Say(pcm=spoken(texts[0], 500, texts), when=When.SPEAKING, after_ms=1000), STAY)
    call.recognizer.texts = texts
    await call.run()
    assert "barge_in.false_alarm" in call.kinds and "turn.heard" not in call.kinds


async def test_a_sentence_that_must_be_heard_is_not_interrupted(content: Content) -> None:
    call = await prepared(content, Press(keys="0", when=When.NOW), interrupting(FEE, after_ms=300)).run()
    assert "speech.started" not in call.kinds
    assert _last_frame(call) == len(call.said[-1])
    assert call.line.transferred is not None


async def test_words_that_were_none_after_all_leave_no_dead_air(content: Content) -> None:
    """The answer is gone, and no turn came of it: the caller is asked for."""
    call = await prepared(content, ASK, interrupting(MISHEARD), HangUp(after_ms=20_000)).run()
    at = call.kinds.index("barge_in.interrupted")
    assert "silence" in call.kinds[at:]
    assert any("Bác còn nghe máy không" in text for text in call.said)


@pytest.mark.parametrize("early_ms", [60, 40])
async def test_nothing_new_is_said_over_a_caller_who_speaks(content: Content, early_ms: int) -> None:
    """The voice is noticed just before or just after one sentence has ended and the next one begun."""
    answer_ms = 20 * len((await prepared(content, ASK).run()).said[1])
    call = prepared(content, ASK, interrupting(FEE, after_ms=answer_ms - early_ms, ms=1500), STAY)
    await call.run()
    started = [event.sample for event in call.events if event.kind == "speech.started"]
    spoken_from, spoken_to = started[1] // 160, started[1] // 160 + 75
    assert sum(1 for frame in call.line.heard_frames[spoken_from:spoken_to] if frame) <= 12
    assert call.engine.understood[-1].text == FEE


def _last_frame(call: FakeCall) -> int:
    return next(frame for frame in reversed(call.line.heard_frames) if frame)


async def test_two_readings_of_a_turn_cut_by_a_pause_are_joined(content: Content) -> None:
    texts = ("làm giấy khai sinh", "thì cần giấy tờ gì")
    whole = " ".join(texts)
    call = prepared(
        content,
        Say(pcm=spoken(texts[0], 800, texts) + quiet(500) + spoken(texts[1], 800, texts)),
        STAY,
    )
    call.recognizer.texts = texts
    call.interpreter = ListedInterpreter({
        texts[0]: meaning(texts[0], Aspect.GENERAL, acceptance=0.7),
        whole: meaning(whole, Aspect.DOCUMENTS),
    })  # fmt: skip
    await call.run()
    assert [one.text for one in call.engine.understood] == [texts[0], whole]
    assert call.fields("turn.heard")[-1]["text"] == whole
    assert any("giấy chứng sinh" in text for text in call.said)


async def test_a_failed_recognition_counts_as_not_understood(content: Content) -> None:
    call = prepared(content, ASK, ASK)
    call.recognizer.error = RecognizerUnavailable("gone")
    await call.run()
    assert call.fields("recognition.failed") == [{"code": "ear.recognizer_unavailable"}] * 2
    assert call.said[1].startswith("Tôi nghe chưa rõ")
    assert call.line.transferred is not None and call.line.transferred[0] == "not_understood"


async def test_a_transfer_that_fails_is_told(content: Content) -> None:
    call = await prepared(content, Say(pcm=spoken(PERSON)), ASK, agents=False).run()
    assert call.fields("handoff.failed") == [{"code": "transfer.no_agent"}]
    assert call.said[2].startswith("Hiện chưa nối được với cán bộ")
    assert "giấy chứng sinh" in call.said[3]


async def test_every_event_has_its_number_and_marks_what_is_personal(content: Content) -> None:
    call = await prepared(content, ASK, interrupting(FEE), Press(keys="*0")).run()
    assert [event.sequence for event in call.events] == list(range(len(call.events)))
    assert call.kinds[0] == "call.started" and call.kinds[-1] == "call.ended"
    assert [event.sample for event in call.events] == sorted(event.sample for event in call.events)
    personal = {event.kind: set(event.personal) for event in call.events}
    assert personal["call.started"] == {"caller"}
    assert personal["turn.partial"] == {"text"}
    assert personal["turn.heard"] == {"text", "nbest"}
    assert personal["key.pressed"] == {"key"}
    assert personal["handoff.started"] == {"summary"}
    public = " ".join(str(event.public_fields()) for event in call.events if event.kind != "say.started")
    assert PAPERS not in public and FEE not in public and "0901234567" not in public


async def test_a_listener_that_fails_touches_nothing(content: Content) -> None:
    def broken(event: CallEvent) -> None:
        raise RuntimeError(event.kind)

    call = prepared(content, ASK)
    call.listeners = (broken,)
    await call.run()
    assert len(call.said) == 3 and call.kinds[-1] == "call.ended"


# --- the end, in every state


GONE = {
    "before anything": (HangUp(when=When.NOW),),
    "while greeted": (HangUp(when=When.NOW, after_ms=500),),
    "while listened to": (HangUp(after_ms=1000),),
    "in the middle of a turn": (ASK, HangUp(when=When.NOW)),
    "in the silence after a turn": (ASK, HangUp(when=When.NOW, after_ms=160)),
    "in the middle of the answer": (ASK, HangUp(when=When.SPEAKING, after_ms=500)),
    "while paused by a voice": (ASK, interrupting(NOISE, ms=400), HangUp(when=When.NOW)),
    "when interrupting": (ASK, interrupting(FEE), HangUp(when=When.NOW)),
    "without a carrier": (Stall(ms=3000), HangUp(when=When.NOW)),
}


@pytest.mark.parametrize("script", GONE.values(), ids=GONE)
async def test_a_caller_may_be_gone_at_any_time(content: Content, script: tuple[Step, ...]) -> None:
    before = asyncio.all_tasks()
    call = await prepared(content, *script).run()
    assert isinstance(call.engine.events[-1], HungUp)
    assert call.kinds[-1] == "call.ended" and call.kinds.count("call.ended") == 1
    assert call.line.closed >= 1 and call.line.transferred is None
    assert await call.ears[0].next_event() is None or call.ears[0]._closed
    assert asyncio.all_tasks() == before


async def test_a_caller_may_be_gone_while_put_through(content: Content) -> None:
    call = prepared(content, Press(keys="0"), HangUp(when=When.NOW, after_ms=20_000), queue_ms=60_000)
    await call.run()
    assert call.line.transferring and call.line.transferred is None
    assert call.fields("handoff.failed") == [{"code": "transfer.caller_gone"}]
    assert call.kinds[-1] == "call.ended" and call.line.closed >= 1


async def test_goodbye_hangs_up(content: Content) -> None:
    call = prepared(content, ASK, LONG_SILENCE)
    call.interpreter = ListedInterpreter({PAPERS: meaning(PAPERS, intent=Intent.GOODBYE)})
    await call.run()
    assert call.said[-1] == "Cảm ơn bác đã gọi. Chào bác ạ."
    assert _last_frame(call) == len(call.said[-1]) and call.line.transferred is None


async def test_a_cancelled_call_leaves_nothing(content: Content) -> None:
    before = asyncio.all_tasks()
    call = prepared(content, LONG_SILENCE)
    greeted = asyncio.Event()
    call.listeners = (lambda event: greeted.set() if event.kind == "say.started" else None,)
    running = asyncio.create_task(call.run())
    async with asyncio.timeout(10):
        await greeted.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert call.line.closed >= 1 and call.ears[0]._closed and asyncio.all_tasks() == before


def test_acts_end_with_who_has_the_word(content: Content) -> None:
    call = asyncio.run(prepared(content, ASK, Press(keys="0")).run())
    assert isinstance(call.engine.acts[1], Listen) and isinstance(call.engine.acts[-1], Transfer)
