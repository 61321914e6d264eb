"""A caller talks with the whole hotline: what is said is understood, answered, and heard at the caller's ear."""

import asyncio
from collections.abc import Sequence

import pytest
from hotline_calls import (
    DEADLINE_S,
    FEE,
    PERSON,
    QUESTION,
    OnCall,
    agent_of,
    all_gone,
    calling,
    hear_each_other,
    words_in,
)

from contracts.call_event import CallEvent
from hotline.caller_turns import interrupting, say_turn
from hotline.placed_call import place_call
from hotline.state import RunState
from telephony.asterisk.dialplan import REASON_HEADER, SUMMARY_HEADER, decode_text
from telephony.sip.call import EndedBy
from telephony.sip.conversation import Patience


def heard(events: Sequence[CallEvent]) -> CallEvent:
    return next(event for event in events if event.kind == "turn.heard")


async def test_a_question_is_answered_and_the_answer_is_heard(hotline_state: RunState) -> None:
    turns = [interrupting(say_turn(QUESTION), 500)]
    async with asyncio.timeout(DEADLINE_S):
        call = await place_call(
            f"{hotline_state.number}@{hotline_state.sip}",
            turns,
            state=hotline_state,
            patience=Patience(longest_ms=9000),
        )
    (turn,) = call.result.turns
    fields = heard(call.events[1]).fields
    assert fields["text"] == QUESTION
    assert (fields["intent"], fields["aspects"]) == ("ask", ["documents"])
    assert isinstance(fields["procedures"], list) and fields["procedures"][0] == "1.001193"
    assert turn.answered and turn.voice_to_voice_ms is not None
    (words,) = await words_in(turn.audio)
    assert "giấy chứng sinh" in words
    await all_gone(hotline_state)


async def test_an_interruption_stops_the_answer_and_is_answered(hotline_state: RunState) -> None:
    turns = [interrupting(say_turn(QUESTION), 500), interrupting(say_turn(FEE), 2500)]
    async with asyncio.timeout(DEADLINE_S):
        call = await place_call(
            f"{hotline_state.number}@{hotline_state.sip}",
            turns,
            state=hotline_state,
            patience=Patience(longest_ms=4000),
        )
    question, fee = call.result.turns
    assert question.interrupted and fee.interrupted and fee.answered
    assert fee.barge_in_ms is not None and fee.voice_to_voice_ms is not None
    assert heard(call.events[2]).fields["aspects"] == ["fee"]
    assert any(event.kind == "barge_in.interrupted" for event in call.events[2])
    (words,) = await words_in(fee.audio)
    assert "lệ phí đăng ký khai sinh" in words


async def handed_over(call: OnCall, state: RunState, ask: str) -> None:
    """The caller asks for a person, by a key or by voice; both hear each other; then the caller hangs up."""
    async with agent_of(state) as phone:
        if ask == "0":
            await call.caller.send_keys(ask)
        else:
            await call.say(ask)
        taken = await phone.next_call()
        assert decode_text(taken.header(REASON_HEADER) or "") == "caller_asked"
        assert "người gọi muốn gặp cán bộ" in decode_text(taken.header(SUMMARY_HEADER) or "")
        await taken.wait_answered()
        await hear_each_other(call.caller, taken)
        await call.told.event("handoff.done")
        await call.caller.hang_up()
        assert (await taken.wait_ended()).by is EndedBy.PEER


@pytest.mark.parametrize("ask", ["0", PERSON])
async def test_a_person_takes_the_call(hotline_state: RunState, ask: str) -> None:
    async with calling(hotline_state) as call:
        await handed_over(call, hotline_state, ask)
    await all_gone(hotline_state)
