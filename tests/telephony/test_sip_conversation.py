"""Turn taking on a scripted line: the hotline's sound is laid out in advance, in samples."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from telephony.errors import CallEnded
from telephony.g711 import Pcm
from telephony.sip.call import End, EndedBy
from telephony.sip.conversation import Conversation, Patience
from telephony.sip.measure import Segment, first_loud, last_loud
from telephony.sip.microphone import FRAME, Spoken
from telephony.sip.phrases import IsFiller
from telephony.sip.turns import (
    BargeInTurn,
    CallOver,
    ConversationEvent,
    ConversationResult,
    HotlineSpeaks,
    KeysTurn,
    SayTurn,
    Turn,
    TurnFinished,
    TurnKind,
    TurnStarted,
)

SECOND = 8000


class ScriptedPhone:
    """`react` is told where an utterance lies and changes what will be heard."""

    def __init__(self, react: Callable[["ScriptedPhone", int, int], None], hung_up_at: int | None = None) -> None:
        self.line = np.zeros(300 * SECOND, dtype=np.int16)
        self.position = 0
        self.last_loud = -1
        self.end: End | None = None
        self._react = react
        self._hung_up_at = hung_up_at

    def hotline_says(self, start: float, end: float) -> None:
        self.line[round(start) : round(end)] = 5000

    def first_loud(self, start: int = 0) -> int | None:
        return first_loud(self.line[: self.position], start)

    def received(self, start: int = 0, end: int | None = None) -> Pcm:
        return self.line[start : self.position if end is None else min(end, self.position)].copy()

    def _advance(self) -> None:
        frame = last_loud(self.line[self.position : self.position + FRAME])
        if frame is not None:
            self.last_loud = self.position + frame
        self.position += FRAME
        if self._hung_up_at is not None and self.position >= self._hung_up_at and self.end is None:
            self.end = End(by=EndedBy.PEER, sample=self.position)

    async def when(self, condition: Callable[[], bool]) -> bool:
        while self.end is None:
            if condition():
                return True
            self._advance()
            await asyncio.sleep(0)
        return False

    async def say(self, pcm: Pcm) -> Spoken:
        start = self.position
        self._react(self, start, start + len(pcm))
        while self.position < start + len(pcm) + FRAME:
            self._advance()
            if self.end is not None:
                raise CallEnded("over")
        first, last = first_loud(pcm), last_loud(pcm)
        assert first is not None and last is not None
        loud = Segment(start=start + first, end=start + last + 1)
        return Spoken(start=start, end=start + len(pcm), loud=loud)

    async def send_keys(self, keys: str) -> Spoken:
        return await self.say(np.full(len(keys) * 1600, 5000, dtype=np.int16))

    async def hang_up(self) -> None:
        self.end = self.end or End(by=EndedBy.US, sample=self.position)

    async def wait_ended(self) -> End:
        assert self.end is not None
        return self.end


def speech(seconds: float = 1.0) -> Pcm:
    return np.full(round(seconds * SECOND), 4000, dtype=np.int16)


def answers_after(ms: float, seconds: float = 2.0) -> Callable[[ScriptedPhone, int, int], None]:
    def react(phone: ScriptedPhone, start: int, end: int) -> None:
        begin = end + round(ms * 8)
        phone.hotline_says(begin, begin + seconds * SECOND)

    return react


def never(phone: ScriptedPhone, start: int, end: int) -> None:
    pass


async def converse(
    phone: ScriptedPhone,
    *turns: Turn,
    patience: Patience | None = None,
    is_filler: IsFiller | None = None,
    observe: Callable[[ConversationEvent], None] = lambda event: None,
) -> ConversationResult:
    return await Conversation(phone, patience=patience, is_filler=is_filler, observe=observe).run(turns)


async def test_each_turn_waits_for_silence_and_is_measured() -> None:
    phone = ScriptedPhone(answers_after(500))
    phone.hotline_says(SECOND, 3 * SECOND)
    events: list[ConversationEvent] = []
    result = await converse(phone, SayTurn(pcm=speech(), text="một"), KeysTurn(keys="12"), observe=events.append)
    assert result.greeting == Segment(start=SECOND, end=3 * SECOND)
    assert len(result.greeting_audio) == 2 * SECOND
    said, pressed = result.turns
    assert (said.kind, said.said, said.answered, said.cut_off) == (TurnKind.SAY, "một", True, False)
    assert 3 * SECOND + 5600 <= said.speech.start <= 3 * SECOND + 5600 + FRAME
    assert said.voice_to_voice_ms == pytest.approx(500.125)
    assert said.answer is not None and len(said.audio) == said.answer.end - said.answer.start == 2 * SECOND
    assert said.barge_in_ms is None
    assert (pressed.kind, pressed.said) == (TurnKind.KEYS, "12")
    assert 5600 <= pressed.speech.start - said.answer.end <= 5600 + FRAME
    assert pressed.voice_to_voice_ms == pytest.approx(500.125)
    assert result.end.by is EndedBy.US
    kinds = [type(event) for event in events]
    turn = [TurnStarted, HotlineSpeaks, TurnFinished]
    assert kinds == [HotlineSpeaks, *turn, *turn, CallOver]


async def test_a_hotline_that_never_speaks_is_given_up_on() -> None:
    phone = ScriptedPhone(never)
    result = await converse(phone, SayTurn(pcm=speech(), text="a"), patience=Patience(answer_ms=2000))
    (turn,) = result.turns
    assert result.greeting is None and len(result.greeting_audio) == 0
    assert (turn.answered, turn.answer, turn.voice_to_voice_ms, len(turn.audio)) == (False, None, None, 0)
    assert turn.speech.start == 2 * SECOND
    assert result.end.sample == pytest.approx(5 * SECOND, abs=2 * FRAME)


async def test_an_endless_answer_does_not_hold_the_caller() -> None:
    phone = ScriptedPhone(never)
    phone.hotline_says(0, 200 * SECOND)
    result = await converse(phone, SayTurn(pcm=speech(), text="a"), patience=Patience(longest_ms=5000, answer_ms=1000))
    (turn,) = result.turns
    assert turn.speech.start == 5 * SECOND
    assert not turn.answered and turn.voice_to_voice_ms is None


async def test_speaking_over_the_caller_is_a_cut_off() -> None:
    def interrupt(phone: ScriptedPhone, start: int, end: int) -> None:
        phone.hotline_says(end - 800, end + SECOND)

    phone = ScriptedPhone(interrupt)
    phone.hotline_says(0, SECOND)
    (turn,) = (await converse(phone, SayTurn(pcm=speech(), text="a"), patience=Patience(answer_ms=1000))).turns
    assert turn.cut_off and not turn.answered and turn.voice_to_voice_ms is None


async def test_a_barge_in_comes_into_the_answer_and_stops_it() -> None:
    def react(phone: ScriptedPhone, start: int, end: int) -> None:
        if first_loud(phone.line, start) is None:
            answers_after(300, 10.0)(phone, start, end)
            return
        phone.line[start + 1601 :] = 0
        answers_after(400, 1.0)(phone, start, end)

    phone = ScriptedPhone(react)
    phone.hotline_says(0, SECOND)
    turns = (SayTurn(pcm=speech(), text="a"), BargeInTurn(pcm=speech(1.5), text="b", after_ms=1200))
    first, second = (await converse(phone, *turns)).turns
    assert first.answer is not None
    # The answer to the first turn is what was heard of it before the caller spoke again.
    assert 9600 <= second.speech.start - first.answer.start <= 9600 + FRAME
    assert first.answer.end == second.speech.start
    assert second.interrupted and second.barge_in_ms == 200.0
    assert second.answered and not second.cut_off
    assert second.voice_to_voice_ms == pytest.approx(400.125)


async def test_a_barge_in_into_silence_is_said_all_the_same() -> None:
    phone = ScriptedPhone(answers_after(100, 0.5))
    phone.hotline_says(0, 4000)
    (turn,) = (await converse(phone, BargeInTurn(pcm=speech(), text="b", after_ms=3000))).turns
    assert not turn.interrupted and turn.barge_in_ms is None
    assert turn.voice_to_voice_ms == pytest.approx(100.125)


async def test_fillers_neither_count_nor_end_the_wait() -> None:
    def react(phone: ScriptedPhone, start: int, end: int) -> None:
        phone.hotline_says(end + 800, end + 2400)
        phone.hotline_says(end + 16_000, end + 32_000)

    phone = ScriptedPhone(react)
    phone.hotline_says(0, SECOND)
    turn = SayTurn(pcm=speech(), text="a")
    (result,) = (await converse(phone, turn, is_filler=lambda pcm: len(pcm) < 4000)).turns
    assert [phrase.ms for phrase in result.phrases] == [200.0, 2000.0]
    assert result.voice_to_voice_ms == pytest.approx(2000.125)
    assert result.answer is not None and result.answer.ms == 2000.0


async def test_a_hotline_that_hangs_up_ends_it_with_what_was_heard() -> None:
    phone = ScriptedPhone(answers_after(500, 5.0), hung_up_at=6 * SECOND)
    phone.hotline_says(0, SECOND)
    turn = SayTurn(pcm=speech(), text="a")
    result = await converse(phone, turn, turn, turn)
    (only,) = result.turns
    assert only.answered and only.answer is not None and only.answer.end == 6 * SECOND
    assert result.end.by is EndedBy.PEER


async def test_a_turn_that_could_not_be_finished_is_left_out() -> None:
    phone = ScriptedPhone(never, hung_up_at=2 * SECOND)
    phone.hotline_says(0, SECOND)
    result = await converse(phone, SayTurn(pcm=speech(), text="a"))
    assert result.turns == () and result.greeting is not None


async def test_without_turns_the_greeting_is_heard_out() -> None:
    phone = ScriptedPhone(never)
    phone.hotline_says(800, 2 * SECOND)
    result = await converse(phone)
    assert result.turns == () and result.greeting == Segment(start=800, end=2 * SECOND)
