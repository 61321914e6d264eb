"""What the ear tells when a sentence that may not be interrupted has just begun waits until it has been heard."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fakes import FEE, PAPERS, FakeCall, WatchedEngine, WatchedLine

from asr.ear_events import EarEvent, NoInput, RecognitionFailed
from calls.session import Session
from contracts.acts import Act
from contracts.acts import Say as SayAct
from contracts.events import ActFinished, CallStarted, Event, Silence, Understood
from contracts.expectation import Expectation
from contracts.heard import Heard, Hypothesis
from dialogs.content import Content
from dialogs.state import State
from telephony.wav_script import HangUp, Press, When


class GreetingWhole(WatchedEngine):
    """The greeting may not be interrupted; `when_greeting` is called as it is decided."""

    when_greeting: Callable[[], None]

    def step(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        state, acts = super().step(state, event)
        if isinstance(event, CallStarted):
            self.when_greeting()
            acts = tuple(replace(act, interruptible=False) if isinstance(act, SayAct) else act for act in acts)
        return state, acts


def heard(text: str) -> Heard:
    one = Hypothesis(text=text, confidence=0.9)
    return Heard(hypotheses=(one,), start_sample=0, end_sample=0, expectation=Expectation())


@pytest.fixture
def told_late(content: Content, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeCall]:
    """A call in which the ear has told of `events` by the time the greeting begins."""

    def made(events: tuple[EarEvent, ...], *script: Any) -> FakeCall:
        engine, put = GreetingWhole(content), list[Callable[[Any], None]]()
        begin = Session.__init__

        def begun(self: Session, *args: Any, **options: Any) -> None:
            begin(self, *args, **options)
            put.append(self._incoming.put)  # pyright: ignore[reportPrivateUsage]

        monkeypatch.setattr(Session, "__init__", begun)

        def tell() -> None:
            for event in events:
                put[0](event)

        engine.when_greeting = tell
        return FakeCall(line=WatchedLine(script or (HangUp(after_ms=8000),)), engine=engine)

    return made


async def test_a_late_turn_is_answered_once_the_sentence_has_been_heard(told_late: Callable[..., FakeCall]) -> None:
    call = await told_late((heard(PAPERS),)).run()
    greeting, answer, *_ = call.said
    assert "giấy chứng sinh" in answer
    frames = [frame for frame in call.line.heard_frames if frame]
    assert frames[: len(greeting) + 1] == [*range(1, len(greeting) + 1), 1]
    order = [type(event) for event in call.engine.events if isinstance(event, Understood | ActFinished)]
    assert order[:2] == [Understood, ActFinished] and order.count(Understood) == 1


@pytest.mark.parametrize("event", [NoInput(sample=0), RecognitionFailed(sample=0, code="recognizer.busy")])
async def test_a_silence_and_a_lost_turn_from_before_do_not_replace_it(
    told_late: Callable[..., FakeCall], event: EarEvent
) -> None:
    call = await told_late((event,), HangUp(after_ms=1000)).run()
    assert len(call.said) == 1
    assert not any(isinstance(event, Silence | Understood) for event in call.engine.events)
    assert max(call.line.heard_frames) == len(call.said[0])


async def test_a_key_is_newer_than_a_late_turn(told_late: Callable[..., FakeCall]) -> None:
    call = await told_late((heard(FEE),), Press(keys="0", when=When.SPEAKING, after_ms=400), HangUp()).run()
    assert call.line.transferred is not None and call.line.transferred[0] == "caller_asked"
    assert not any(isinstance(event, Understood) for event in call.engine.events)
