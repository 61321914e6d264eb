"""Callers who talk on and on, and how long each of their turns waits for its answer."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hotline.bench.questions import QUESTIONS
from hotline.state import RunState
from telephony.sip.caller import SipCaller
from telephony.sip.conversation import Conversation, Patience
from telephony.sip.turns import ConversationEvent, SayTurn, TurnFinished
from tts.rendering import render

_ANSWER_MS = 8000.0
_STAGGER_S = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """One turn."""

    at_s: float
    """When the caller had said it, by `time.monotonic`."""
    delay_ms: float | None
    """Voice-to-voice; None: the hotline spoke over the caller, or did not answer."""
    answered: bool


class Talkers:
    def __init__(self, callers: int, seed: int) -> None:
        """Renders what they say: not in the loop of calls."""
        sounds = [SayTurn(pcm=render(question.text), text=question.text) for question in QUESTIONS]
        dice = random.Random(seed)
        self._turns = [dice.sample(sounds, len(sounds)) for _ in range(callers)]
        self._moved = asyncio.Event()
        self._stop = asyncio.Event()
        self.talked: list[Talked] = []
        self.over = 0
        """Callers whose call has ended."""

    async def until(self, count: int, since: float = 0.0) -> None:
        """So many turns were said after `since`, by `time.monotonic`, or everybody has gone."""
        while sum(turn.at_s > since for turn in self.talked) < count and self.over < len(self._turns):
            self._moved.clear()
            await self._moved.wait()

    def stop(self) -> None:
        self._stop.set()

    async def talk(self, state: RunState) -> None:
        """Until `stop`, or until there is nothing left to ask. Raises `SipError` where one is not answered."""
        async with asyncio.TaskGroup() as group:
            for number, turns in enumerate(self._turns):
                group.create_task(self._caller(state, number, turns), name="talker")

    async def _caller(self, state: RunState, number: int, turns: Sequence[SayTurn]) -> None:
        await asyncio.sleep(number * _STAGGER_S)
        try:
            async with SipCaller(f"{state.number}@{state.sip}", number=f"090000{number:04d}") as caller:
                await caller.place()
                await caller.wait_answered()
                conversation = Conversation(
                    caller, patience=Patience(answer_ms=_ANSWER_MS), observe=partial(self._observe, caller)
                )
                talking = asyncio.create_task(conversation.run(turns), name="conversation")
                stopping = asyncio.create_task(self._stop.wait(), name="stop")
                await asyncio.wait([talking, stopping], return_when=asyncio.FIRST_COMPLETED)
                stopping.cancel()
                await caller.hang_up()
                await talking
        finally:
            self.over += 1
            self._moved.set()

    def _observe(self, caller: SipCaller, event: ConversationEvent) -> None:
        if isinstance(event, TurnFinished) and not self._stop.is_set():
            result = event.result
            self.talked.append(
                Talked(
                    at_s=caller.instant(result.speech.end),
                    delay_ms=result.voice_to_voice_ms,
                    answered=result.answered,
                )
            )
            self._moved.set()
