"""How calls to the whole hotline end: by whom, and that nothing of them is left."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hotline_calls import PERSON, QUESTION, OnCall, agent_of, all_gone, calling, dialling, words_in

from hotline.caller_turns import say_turn
from hotline.state import RunState
from telephony.sip.agent import Ignore
from telephony.sip.call import EndedBy


async def test_with_nobody_to_take_it_the_caller_is_told_and_the_call_ends(hotline_state: RunState) -> None:
    async with calling(hotline_state) as call:
        await call.caller.send_keys("0")
        await call.told.event("handoff.done")
        end = await call.caller.wait_ended()
        assert end.by is EndedBy.PEER
        (words,) = await words_in(call.caller.received())
        assert "chưa có cán bộ nào nhận máy" in words
    await all_gone(hotline_state)


async def test_the_star_repeats_and_a_goodbye_ends_the_call(hotline_state: RunState) -> None:
    async with calling(hotline_state) as call:
        await call.say(QUESTION)
        heard = await call.told.event("turn.heard")
        answer = await call.told.event("say.started", behaviour="answer")
        await call.pass_time(1000)
        again = asyncio.create_task(call.told.next("say.started", text=answer.fields["text"]))
        await call.caller.send_keys("*")
        assert (await again).sequence > answer.sequence > heard.sequence
        await call.pass_time(1500)
        await call.say("thôi không hỏi gì nữa tạm biệt nhé")
        end = await call.caller.wait_ended()
        assert end.by is EndedBy.PEER
        assert call.told.said()[-1] == "Cảm ơn bác đã gọi. Chào bác ạ."
        await call.told.event("call.ended")
        assert not any(event.kind == "handoff.started" for event in call.told.events)
    await all_gone(hotline_state)


@pytest.mark.parametrize("answered", [False, True])
async def test_a_caller_who_hangs_up_at_once_leaves_nothing(hotline_state: RunState, answered: bool) -> None:
    async with dialling(hotline_state) as call:
        if answered:
            await call.caller.wait_answered()
        await call.caller.hang_up()
        assert (await call.caller.wait_ended()).by is EndedBy.US
    await all_gone(hotline_state)


async def in_the_greeting(call: OnCall) -> None:
    await call.caller.wait_answered()
    await call.caller.when(lambda: call.caller.last_loud > 12_000)


async def in_a_question(call: OnCall) -> None:
    await in_the_greeting(call)
    question = say_turn(QUESTION).pcm
    await call.caller.say(question[: len(question) // 2])


async def in_an_answer(call: OnCall) -> None:
    await in_the_greeting(call)
    await call.say(QUESTION)
    await call.told.event("say.started", behaviour="answer")
    await call.pass_time(1000)


async def while_a_person_is_announced(call: OnCall) -> None:
    await in_the_greeting(call)
    await call.say(PERSON)
    await call.told.event("say.started", behaviour="handoff")
    await call.pass_time(500)


async def in_the_queue(call: OnCall) -> None:
    await in_the_greeting(call)
    await call.caller.send_keys("0")
    await call.told.event("handoff.done")
    await call.pass_time(500)


MOMENTS = (
    in_the_greeting,
    in_a_question,
    in_an_answer,
    while_a_person_is_announced,
    in_the_queue,
)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_caller_who_hangs_up_leaves_nothing(
    hotline_state: RunState, moment: Callable[[OnCall], Awaitable[None]]
) -> None:
    async with dialling(hotline_state) as call:
        await moment(call)
        await call.caller.hang_up()
        await call.told.event("call.ended")
    await all_gone(hotline_state)


async def test_a_phone_stops_ringing_when_the_caller_hangs_up(hotline_state: RunState) -> None:
    async with calling(hotline_state) as call, agent_of(hotline_state, Ignore()) as phone:
        await call.caller.send_keys("0")
        ringing = await phone.next_call()
        await call.caller.hang_up()
        end = await ringing.wait_ended()
        assert (end.by, end.status) == (EndedBy.PEER, 487)
    await all_gone(hotline_state)
