"""Simultaneous test callers in real time over SIP, and what they measured at their ears."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from contracts.audio import PHONE_RATE_HZ, ms_to_samples
from hotline.bench.questions import QUESTIONS, Question
from telephony.g711 import Pcm
from telephony.sip.caller import SipCaller
from telephony.sip.conversation import Conversation, Patience
from telephony.sip.measure import segments
from telephony.sip.turns import BargeInTurn, ConversationResult, SayTurn, Turn
from tts.rendering import render
from tts.vais.variants import CALLERS

PAUSE_MS = (400.0, 700.0)
"""Inserted inside a sentence, at random within this range."""
BARGE_IN_AFTER_MS = 1500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    turns_per_call: int = 6
    """Every second one has a pause inside; the last one interrupts the answer before it."""
    seed: int = 20261
    stagger_s: float = 0.9
    """Between the starts of two calls, so that they do not talk in step."""
    voices: tuple[str, ...] = tuple(CALLERS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadResult:
    conversations: tuple[ConversationResult, ...]
    planned: tuple[tuple[Turn, ...], ...]
    paused: tuple[frozenset[int], ...]
    """For each call, the numbers of the turns with a pause inside."""
    failed_calls: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Script:
    turns: tuple[Turn, ...]
    paused: frozenset[int]


def make_script(number: int, plan: Plan, sounds: "Sounds") -> Script:
    """The turns of one caller; the same for the same number and plan."""
    dice = random.Random(plan.seed * 1000 + number)
    voice = plan.voices[number % len(plan.voices)]
    turns: list[Turn] = []
    paused: set[int] = set()
    for at, question in enumerate(dice.sample(QUESTIONS, plan.turns_per_call)):
        if at == plan.turns_per_call - 1:
            pcm = sounds.say(question, voice)
            turns.append(BargeInTurn(pcm=pcm, text=question.text, after_ms=BARGE_IN_AFTER_MS))
        elif at % 2:
            paused.add(at)
            turns.append(SayTurn(pcm=sounds.say_with_pause(question, voice, dice), text=question.text))
        else:
            turns.append(SayTurn(pcm=sounds.say(question, voice), text=question.text))
    return Script(turns=tuple(turns), paused=frozenset(paused))


class Sounds:
    """Rendered questions, each voice and text once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Pcm] = {}

    def say(self, question: Question, voice: str) -> Pcm:
        return self._render(question.text, voice)

    def say_with_pause(self, question: Question, voice: str, dice: random.Random) -> Pcm:
        """A silence of 400–700 ms at a syllable boundary in the middle of the sentence, as a speaker who hesitates."""
        words = question.text.split()
        cut = dice.randrange(2, len(words) - 1)
        first = _trimmed(self._render(" ".join(words[:cut]), voice))
        second = _trimmed(self._render(" ".join(words[cut:]), voice))
        silence = np.zeros(ms_to_samples(dice.uniform(*PAUSE_MS), PHONE_RATE_HZ), np.int16)
        return np.concatenate([first, silence, second])

    def _render(self, text: str, voice: str) -> Pcm:
        key = (text, voice)
        if key not in self._kept:
            self._kept[key] = render(text, variant=voice)
        return self._kept[key]


def _trimmed(pcm: Pcm) -> Pcm:
    """Without the silence around it, so that a pause is as long as it says."""
    loud = segments(pcm)
    return pcm[loud[0].start : loud[-1].end] if loud else pcm


async def run_load(to: str, scripts: Sequence[Script], plan: Plan) -> LoadResult:
    """All callers at once, staggered; each hangs up at its end."""
    results = await asyncio.gather(
        *(_one_call(to, script, number * plan.stagger_s) for number, script in enumerate(scripts)),
        return_exceptions=True,
    )
    done = [
        (result, script)
        for result, script in zip(results, scripts, strict=True)
        if isinstance(result, ConversationResult)
    ]
    return LoadResult(
        conversations=tuple(result for result, _ in done),
        planned=tuple(script.turns for _, script in done),
        paused=tuple(script.paused for _, script in done),
        failed_calls=len(results) - len(done),
    )


async def _one_call(to: str, script: Script, delay_s: float) -> ConversationResult:
    await asyncio.sleep(delay_s)
    async with SipCaller(to) as caller:
        await caller.place()
        await caller.wait_answered()
        return await Conversation(caller, patience=Patience(answer_ms=8000)).run(script.turns)
