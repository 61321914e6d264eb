"""What breaks in a call ends with a person, and touches no other call."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from fakes import FEE, MEANINGS, PAPERS, FakeCall, ListedInterpreter, NumberedVoice, WatchedEngine, WatchedLine, spoken

import calls.session
from contracts.acts import Act
from contracts.call_event import CallEvent
from contracts.events import ActFailed, CallStarted, Event, HungUp, KeyPressed, Understood
from dialogs.content import Content
from dialogs.state import State
from telephony.wav_script import HangUp, Press, Say, Step, When
from tts.errors import VoiceUnavailable

ASK = Say(pcm=spoken(PAPERS))
ANSWER = "giấy chứng sinh"
"""In the answer, and in nothing else that is said."""


def prepared(
    content: Content, *script: Step, agents: bool = True, queue_ms: int = 0, error_at: type[Event] | None = None
) -> FakeCall:
    return FakeCall(line=WatchedLine(script, agents=agents, queue_ms=queue_ms), engine=WatchedEngine(content, error_at))


def ended_with_a_person(call: FakeCall) -> bool:
    return call.line.transferred is not None and call.line.transferred[0] == "fault"


@pytest.mark.parametrize("error_at", [CallStarted, Understood, KeyPressed])
async def test_a_broken_flow_ends_with_a_person(content: Content, error_at: type[Event]) -> None:
    call = await prepared(content, ASK, Press(keys="5"), error_at=error_at).run()
    assert ended_with_a_person(call)
    assert call.fields("fault") == [{"error": "RuntimeError"}]
    assert call.fields("handoff.started")[0]["reason"] == "fault"
    assert call.kinds[-2:] == ["handoff.done", "call.ended"] and call.line.closed >= 1


async def test_a_fault_after_the_caller_is_gone_ends_the_call(content: Content) -> None:
    call = await prepared(content, ASK, HangUp(when=When.NOW), error_at=HungUp).run()
    assert call.fields("handoff.failed") == [{"code": "transfer.caller_gone"}]
    assert call.kinds[-1] == "call.ended" and call.line.closed >= 1


async def test_a_fault_is_logged_without_words(content: Content, caplog: pytest.LogCaptureFixture) -> None:
    call = prepared(content, ASK)
    call.interpreter = ListedInterpreter({}, {PAPERS: RuntimeError("model")})
    await call.run()
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.getMessage() == "call fault" and PAPERS not in str(vars(record))


async def test_a_broken_interpreter_touches_no_other_call(content: Content) -> None:
    interpreter = ListedInterpreter(MEANINGS, {FEE: RuntimeError("model")})
    broken, other = prepared(content, Say(pcm=spoken(FEE))), prepared(content, ASK)
    broken.interpreter = other.interpreter = interpreter
    await asyncio.gather(broken.run(), other.run())
    assert ended_with_a_person(broken)
    assert other.line.transferred is None and any(ANSWER in text for text in other.said)


class Never(Executor):
    """Takes work and never does it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return Future()


async def test_a_meaning_that_never_comes_ends_with_a_person(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls.session, "HANDLING_S", 0.2)
    call = prepared(content, ASK, HangUp(after_ms=600_000))
    call.thinking = Never()
    await call.run()
    assert ended_with_a_person(call)
    assert call.fields("fault") == [{"error": "TimeoutError"}]


class IdleEngine(WatchedEngine):
    """Decides nothing where it has to answer."""

    def step(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        return (state, ()) if isinstance(event, Understood) else super().step(state, event)


async def test_a_dialog_that_stands_still_ends_with_a_person(content: Content) -> None:
    call = prepared(content, ASK, HangUp(after_ms=600_000))
    call.engine = IdleEngine(content)
    await call.run()
    assert ended_with_a_person(call)
    assert call.fields("fault") == [{"error": "StandsStill"}]


@pytest.mark.parametrize("error", [VoiceUnavailable("gone"), RuntimeError("bug")])
async def test_a_voice_that_breaks_off_ends_with_a_person(content: Content, error: Exception) -> None:
    call = prepared(content, ASK)
    call.voice = NumberedVoice({ANSWER: error})
    await call.run()
    assert ended_with_a_person(call)
    failed = next(event for event in call.engine.events if isinstance(event, ActFailed))
    assert failed.code == ("voice.unavailable" if isinstance(error, VoiceUnavailable) else "say.fault")


async def test_what_is_said_after_a_voice_broke_off_in_a_pause_is_heard(content: Content) -> None:
    """The caller's voice had paused the sentence that then failed."""
    interruption = Say(pcm=spoken(FEE, 400), when=When.SPEAKING)
    call = prepared(content, ASK, interruption, HangUp(after_ms=2000), agents=False, queue_ms=2000)
    call.voice = NumberedVoice({ANSWER: VoiceUnavailable("gone")})
    call.voice.broken.clear()

    def break_it(event: CallEvent) -> None:
        if event.kind == "speech.started" and len(call.said) > 1:
            call.voice.broken.set()

    call.listeners = (break_it,)
    await call.run()
    assert call.fields("handoff.failed") == [{"code": "transfer.no_agent"}]
    assert call.said[-1].startswith("Hiện chưa nối được với cán bộ")
    assert next(frame for frame in reversed(call.line.heard_frames) if frame) == len(call.said[-1])


async def test_an_ear_that_breaks_ends_with_a_person(content: Content) -> None:
    call = prepared(content, ASK)
    call.listeners = (lambda event: setattr(call.detector, "error", RuntimeError("model")),)
    await call.run()
    assert ended_with_a_person(call) and call.fields("fault") == [{"error": "RuntimeError"}]


async def test_with_nobody_to_take_the_call_the_line_is_left_to_the_exchange(content: Content) -> None:
    call = await prepared(content, ASK, agents=False, error_at=Understood).run()
    assert call.fields("handoff.failed") == [{"code": "transfer.no_agent"}]
    assert call.kinds[-1] == "call.ended" and call.line.closed >= 1
