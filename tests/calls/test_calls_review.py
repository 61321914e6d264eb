"""Events of line and ear that cross each other: none of them may leave the caller in silence."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fakes import PAPERS, FakeCall, WatchedEngine, WatchedLine, quiet, spoken

from asr.ear_events import SpeechStarted
from calls.session import Session
from contracts.acts import Act, Transfer
from contracts.acts import Say as SayAct
from contracts.events import ActFinished, CallStarted, Event
from dialogs.content import Content
from dialogs.state import State
from telephony.line import Played
from telephony.wav_script import HangUp, Say, When

INTO_THE_GREETING = Say(pcm=spoken(PAPERS), when=When.SPEAKING, after_ms=1000)
STAY = HangUp(after_ms=6000)


class EndingLine(WatchedLine):
    """A sentence turns out to have been heard to its end just as it is paused."""

    async def play(self, utterance_id: str, pcm: bytes) -> None:
        self._said = utterance_id
        await super().play(utterance_id, pcm)

    async def pause(self) -> None:
        await super().pause()
        self._events.put(Played(self._said, self.position))


class LateEar(WatchedEngine):
    """Lets the call take a voice that has been dropped already, once the first sentence is being said."""

    late: Callable[[], None]

    def step(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        if isinstance(event, CallStarted):
            self.late()
        return super().step(state, event)


class TransferringEngine(WatchedEngine):
    """Every sentence may be interrupted, also those before a transfer."""

    def step(self, state: State, event: Event) -> tuple[State, tuple[Act, ...]]:
        state, acts = super().step(state, event)
        return state, tuple(replace(act, interruptible=True) if isinstance(act, SayAct) else act for act in acts)


async def test_an_answer_is_heard_after_a_pause_that_came_at_the_end_of_a_sentence(content: Content) -> None:
    line = EndingLine((INTO_THE_GREETING, HangUp(after_ms=30_000)))
    call = await FakeCall(line=line, engine=WatchedEngine(content)).run()
    finished = [event.act_id for event in call.engine.events if isinstance(event, ActFinished)]
    answer = next(number for number, say in enumerate(call.said) if "giấy chứng sinh" in say)
    assert call.say(answer).act_id in finished


async def test_a_voice_that_is_gone_already_does_not_pause(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = LateEar(content)
    call = FakeCall(line=WatchedLine((STAY,)), engine=engine)
    put: list[Callable[[Any], None]] = []
    begin = Session.__init__

    def begun(self: Session, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        put.append(self._incoming.put)  # pyright: ignore[reportPrivateUsage]

    monkeypatch.setattr(Session, "__init__", begun)
    engine.late = lambda: put[0](SpeechStarted(sample=0))
    await call.run()
    assert any(isinstance(event, ActFinished) for event in engine.events)


async def test_a_transfer_is_not_lost_when_what_is_said_before_it_is_interrupted(content: Content) -> None:
    person = "cho tôi gặp cán bộ"
    script = (
        Say(pcm=spoken(person)),
        Say(pcm=quiet(20) + spoken(PAPERS), when=When.SPEAKING, after_ms=200),
        HangUp(after_ms=90_000),
    )
    call = await FakeCall(line=WatchedLine(script), engine=TransferringEngine(content)).run()
    assert "barge_in.interrupted" in call.kinds
    assert any(isinstance(act, Transfer) for act in call.engine.acts)
    assert call.line.transferred is not None and call.line.transferred[0] == "caller_asked"
