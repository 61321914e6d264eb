"""Callers who speak as soon as the hotline has picked up, over its greeting: their first words are recognised too."""

import asyncio

import numpy as np
import pytest
from hotline_calls import QUESTION, all_gone, dialling

from hotline.caller_turns import say_turn
from hotline.state import RunState
from telephony.g711 import Pcm
from telephony.sip.measure import first_loud

HELLO = "a lô cho tôi hỏi lệ phí đăng ký khai sinh bao nhiêu"
GREETED = {"a lô", "alo"}


async def without_silence_before(text: str) -> Pcm:
    pcm = (await asyncio.to_thread(say_turn, text)).pcm
    return pcm[first_loud(pcm) or 0 :]


@pytest.mark.parametrize("after_ms", [0, 100, 300])
async def test_a_question_right_after_the_answer_is_heard_from_its_first_word(
    hotline_state: RunState, after_ms: int
) -> None:
    said = np.concatenate([np.zeros(after_ms * 8, np.int16), await without_silence_before(QUESTION)])
    async with dialling(hotline_state) as call:
        await call.caller.wait_answered()
        await call.caller.say(said)
        assert (await call.told.event("turn.heard")).fields["text"] == QUESTION
        answer = await call.told.event("say.started", behaviour="answer")
        assert "giấy chứng sinh" in str(answer.fields["text"])
    await all_gone(hotline_state)


async def test_a_hello_right_after_the_answer_is_heard(hotline_state: RunState) -> None:
    said = await without_silence_before(HELLO)
    async with dialling(hotline_state) as call:
        await call.caller.wait_answered()
        await call.caller.say(said)
        words = str((await call.told.event("turn.heard")).fields["text"])
        hello, _, rest = words.partition(" cho ")
        assert hello in GREETED and "cho " + rest == HELLO.removeprefix("a lô ")
    await all_gone(hotline_state)
