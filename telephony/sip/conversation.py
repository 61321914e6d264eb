"""The turns of a test caller: each at its time, each measured at the caller's ear."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from contracts.audio import PHONE_RATE_HZ, ms_to_samples
from telephony.errors import CallEnded
from telephony.g711 import Pcm
from telephony.sip.call import End
from telephony.sip.measure import Segment, answer_after, barge_in_ms, is_cut_off, voice_to_voice_ms
from telephony.sip.microphone import Spoken
from telephony.sip.phrases import Ear, IsFiller, Phrases
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
    TurnResult,
    TurnStarted,
)


class Phone(Ear, Protocol):
    """What a conversation needs of `call.Call`."""

    async def when(self, condition: Callable[[], bool]) -> bool: ...
    async def say(self, pcm: Pcm) -> Spoken: ...
    async def send_keys(self, keys: str) -> Spoken: ...
    async def hang_up(self) -> None: ...
    async def wait_ended(self) -> End: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How a caller waits."""

    quiet_ms: float = 700.0
    """So long must the hotline be silent, after it has spoken, before a turn is said."""
    answer_ms: float = 15_000.0
    """So long is an answer waited for; then the turn counts as unanswered and the next one is said."""
    longest_ms: float = 120_000.0
    """An answer longer than this is interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    turn: Turn
    speech: Segment


class Conversation:
    """One run over an answered call. `run` may be called once."""

    def __init__(
        self,
        caller: Phone,
        *,
        patience: Patience | None = None,
        is_filler: IsFiller | None = None,
        observe: Callable[[ConversationEvent], None] = lambda event: None,
    ) -> None:
        self._caller = caller
        patience = patience or Patience()
        self._quiet = ms_to_samples(patience.quiet_ms, PHONE_RATE_HZ)
        self._answer = ms_to_samples(patience.answer_ms, PHONE_RATE_HZ)
        self._longest = ms_to_samples(patience.longest_ms, PHONE_RATE_HZ)
        self._is_filler = is_filler
        self._observe = observe
        self._phrases = Phrases(caller, is_filler, lambda sample: observe(HotlineSpeaks(sample=sample)))
        self._last: _Said | None = None
        self._greeting_end = 0
        self._results: list[TurnResult] = []

    async def run(self, turns: Sequence[Turn]) -> ConversationResult:
        """Performs the turns, waits for the last answer, hangs up. Ends early when the hotline hangs up."""
        for number, turn in enumerate(turns):
            if not await self._wait(turn) or not await self._perform(number, turn):
                break
        else:
            await self._wait(None)
        # What is heard from here on answers nothing.
        self._conclude(self._caller.position)
        await self._caller.hang_up()
        end = await self._caller.wait_ended()
        self._observe(CallOver(end=end))
        greeting = answer_after(self._caller.received(0, self._greeting_end), 0)
        span = Segment(start=greeting[0].start, end=greeting[-1].end) if greeting else None
        return ConversationResult(
            greeting=span,
            greeting_audio=self._audio(span),
            turns=tuple(self._results),
            end=end,
        )

    async def _wait(self, turn: Turn | None) -> bool:
        """Until it is this turn's time; None: until the conversation is over. False: the call ended first."""
        since = self._last.speech.end if self._last else 0
        if isinstance(turn, BargeInTurn):
            after = ms_to_samples(turn.after_ms, PHONE_RATE_HZ)
            return await self._caller.when(lambda: self._audible(since, after) or self._over(since))
        if isinstance(turn, SayTurn):
            return await self._caller.when(lambda: turn.ready() and self._over(since))
        return await self._caller.when(lambda: self._over(since))

    def _over(self, since: int) -> bool:
        """The hotline has said what it had to say since that position, or keeps silent."""
        now = self._caller.position
        answer = self._phrases.since(since)
        if not answer:
            return now - since >= self._answer and not self._phrases.speaking
        return self._phrases.quiet(self._quiet) or now - answer[0].start >= self._longest

    def _audible(self, since: int, samples: int) -> bool:
        """The hotline is speaking and began to at least so long ago."""
        answer = self._phrases.since(since)
        return bool(answer) and self._caller.position - answer[0].start >= samples and self._phrases.speaking

    async def _perform(self, number: int, turn: Turn) -> bool:
        """False: the call ended before everything was said."""
        now = self._caller.position
        if self._last is None:
            self._greeting_end = now
        self._conclude(now)
        kind, said = _label(turn)
        self._observe(TurnStarted(number=number, kind=kind, said=said, sample=now))
        try:
            spoken = await self._action(turn)
        except CallEnded:
            return False
        self._last = _Said(turn=turn, speech=spoken.loud or Segment(start=spoken.start, end=spoken.end))
        return True

    def _action(self, turn: Turn) -> Awaitable[Spoken]:
        return self._caller.send_keys(turn.keys) if isinstance(turn, KeysTurn) else self._caller.say(turn.pcm)

    def _conclude(self, until: int) -> None:
        """Measure the turn that was said last, from what was heard until now."""
        if self._last is None:
            self._greeting_end = self._greeting_end or until
            return
        result = self._measure(self._last, until)
        self._last = None
        self._results.append(result)
        self._observe(TurnFinished(number=len(self._results) - 1, result=result))

    def _measure(self, said: _Said, until: int) -> TurnResult:
        heard = self._caller.received(0, until)
        speech = said.speech
        kind, text = _label(said.turn)
        phrases = answer_after(heard, speech.end, until=until)
        spoken_over = is_cut_off(heard, speech)
        answer = self._without_fillers(phrases, heard)
        stop_ms = barge_in_ms(heard, speech.start) if kind is TurnKind.BARGE_IN else None
        return TurnResult(
            kind=kind,
            said=text,
            speech=speech,
            answered=answer is not None,
            cut_off=spoken_over,
            interrupted=stop_ms is not None,
            answer=answer,
            phrases=phrases,
            voice_to_voice_ms=voice_to_voice_ms(speech.end, answer.start) if answer and not spoken_over else None,
            barge_in_ms=stop_ms,
            audio=self._audio(answer),
        )

    def _without_fillers(self, phrases: tuple[Segment, ...], heard: Pcm) -> Segment | None:
        """From the first phrase that is no filler to the end of the last one."""
        for phrase in phrases:
            if self._is_filler is None or not self._is_filler(heard[phrase.start : phrase.end]):
                return Segment(start=phrase.start, end=phrases[-1].end)
        return None

    def _audio(self, span: Segment | None) -> Pcm:
        return np.zeros(0, dtype=np.int16) if span is None else self._caller.received(span.start, span.end)


def _label(turn: Turn) -> tuple[TurnKind, str]:
    match turn:
        case KeysTurn(keys=keys):
            return TurnKind.KEYS, keys
        case BargeInTurn(text=text):
            return TurnKind.BARGE_IN, text
        case _:
            return TurnKind.SAY, turn.text
