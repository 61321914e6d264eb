"""A phone written by others calls the whole hotline: asks from a sound file, presses keys, talks with a person."""

import asyncio
from pathlib import Path

import numpy as np
from baresip import BaresipPhone
from baresip_install import baresip_program
from hotline_calls import QUESTION, agent_of, all_gone, told_of, words_in

from hotline.state import RunState
from telephony.sip.call import EndedBy
from telephony.sip.measure import segments
from telephony.sip.tones import level_of, silence, tone
from tts.rendering import render

NUMBER = "0987654321"
OF_CALLER_HZ, OF_AGENT_HZ = 900, 1200


async def test_it_asks_is_answered_and_reaches_a_person(hotline_state: RunState, tmp_path: Path) -> None:
    program = baresip_program()
    # The question interrupts the greeting; the beeps begin when the answer must be over and a person is there.
    microphone = np.concatenate(
        [
            silence(3000),
            render(QUESTION, variant="caller1"),
            silence(26_000),
            *[tone(OF_CALLER_HZ, 300), silence(300)] * 40,
        ]
    )
    async with told_of(hotline_state, NUMBER) as told, agent_of(hotline_state) as agent:
        async with BaresipPhone(program, tmp_path, microphone, user=NUMBER) as phone:
            await phone.dial(f"sip:{hotline_state.number}@{hotline_state.sip}")
            answer = await told.event("say.started", behaviour="answer")
            assert "giấy chứng sinh" in str(answer.fields["text"])
            # What is offered next begins when the answer has been heard to its end.
            assert (await told.next("say.started")).fields["behaviour"] == "dialogue"
            await phone.press("0")
            taken = await agent.next_call()
            await taken.wait_answered()
            talking = asyncio.create_task(taken.say(np.concatenate([tone(OF_AGENT_HZ, 300), silence(300)] * 10)))
            await taken.when(lambda: taken.last_loud >= 0 and taken.position - taken.last_loud > 2000)
            assert max(level_of(taken.received(one.start, one.end), OF_CALLER_HZ) for one in taken.heard_active()) > -13
            await talking
            await phone.hang_up()
            assert (await taken.wait_ended()).by is EndedBy.PEER
    heard = phone.heard()
    last = heard[-20 * 8000 :]
    assert max(level_of(last[one.start : one.end], OF_AGENT_HZ) for one in segments(last, gap=800)) > -14
    (words,) = await words_in(heard)
    assert "giấy chứng sinh" in words and "chờ một chút" in words
    await all_gone(hotline_state)
