"""A caller who does not stop, and a room that does not."""

from fakes import NOISE, PAPERS, FakeCall, WatchedEngine, WatchedLine, quiet, spoken

from contracts.acts import Say as SayAct
from dialogs.content import Content
from telephony.wav_script import HangUp, Say, When

FIVE_MINUTES_MS = 300_000
CUT_IN = "Dạ, tôi xin phép ngắt lời bác một chút ạ."


def prepared(content: Content, *script: Say | HangUp) -> FakeCall:
    return FakeCall(line=WatchedLine(script), engine=WatchedEngine(content))


async def test_a_caller_who_talks_for_five_minutes_is_answered_piece_by_piece(content: Content) -> None:
    call = await prepared(content, Say(pcm=spoken(PAPERS, FIVE_MINUTES_MS)), HangUp(after_ms=30_000)).run()
    pieces = call.fields("turn.heard")
    assert len(pieces) >= 5 and {piece["ended"] for piece in pieces[:5]} == {"max_turn"}
    assert all(piece["text"] == PAPERS for piece in pieces[:5])
    assert "fault" not in call.kinds and "recognition.failed" not in call.kinds
    # What is said over the caller is said to its end, so that it is heard at all.
    answers = [text for text in call.said if "giấy chứng sinh" in text]
    assert len(answers) >= 5
    assert [text.startswith(CUT_IN) for text in answers[:5]] == [True, False, False, False, False]
    first = call.kinds.index("turn.heard")
    assert "barge_in.paused" not in call.kinds[first : call.kinds.index("speech.started", first)]


async def test_a_noise_that_does_not_end_is_asked_about_and_then_goes_to_a_person(content: Content) -> None:
    call = await prepared(content, Say(pcm=spoken(NOISE, 90_000)), HangUp(after_ms=30_000)).run()
    assert call.said[1].startswith("Tôi nghe chưa rõ")
    assert call.line.transferred is not None and call.line.transferred[0] == "not_understood"
    # Six seconds each, and what is said in between.
    assert call.events[-1].sample < 60 * 8000


async def test_noise_into_what_we_say_holds_us_up_for_a_moment_only(content: Content) -> None:
    noise = Say(pcm=spoken(NOISE, 5000) + quiet(1000), when=When.SPEAKING, after_ms=500)
    call = await prepared(content, noise, HangUp(after_ms=5000)).run()
    greeting = next(act for act in call.engine.acts if isinstance(act, SayAct))
    heard = call.line.heard_frames
    assert [frame for frame in heard if frame][: len(greeting.text)] == list(range(1, len(greeting.text) + 1))
    gap = heard[heard.index(1) : heard.index(len(greeting.text))].count(0)
    assert 60 <= gap <= 90
