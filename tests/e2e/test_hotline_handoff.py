"""Handing over in a whole hotline: what reaches the person's phone and screen, also when the program has died."""

import asyncio
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from hotline_calls import QUESTION, agent_of, all_gone, calling, hear_each_other, words_in
from test_hotline_faults import workers
from test_hotline_guard import answered

from calls.call_backs import CallBacks
from calls.packets.files import PacketFiles
from contracts.acts import HandoffReason
from contracts.handoff import HandoffPacket
from hotline.state import RunState
from telephony.asterisk.dialplan import CALL_HEADER, PAGE_HEADER, REASON_HEADER, SUMMARY_HEADER, decode_text
from telephony.sip.agent import Answer, IncomingCall
from telephony.sip.call import EndedBy


@pytest.fixture
def packets(hotline_run_dir: Path) -> PacketFiles:
    return PacketFiles(hotline_run_dir / "handoffs")


async def kept(packets: PacketFiles, call: IncomingCall) -> HandoffPacket:
    """That the phone's headers lead to."""
    call_id = call.header(CALL_HEADER) or ""
    page = urlsplit(call.header(PAGE_HEADER) or "")
    assert page.path == f"/handoff/{call_id}"
    found = await asyncio.to_thread(packets.read, call_id)
    assert found is not None and found.opens(page.query.removeprefix("key="))
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        shown = await http.get(page.geturl())
        assert shown.status_code == 200 and "khai sinh" in shown.text
        told = await http.get(page._replace(path=f"{page.path}.json").geturl())
    assert HandoffPacket.from_json(told.text) == found.packet
    return found.packet


async def test_the_phone_and_its_page_tell_what_was_asked_and_answered(
    hotline_state: RunState, packets: PacketFiles
) -> None:
    async with calling(hotline_state) as call, agent_of(hotline_state, Answer(after_ms=300)) as phone:
        await call.say(QUESTION)
        await call.told.event("say.started", behaviour="answer")
        await call.pass_time(800)
        await call.caller.send_keys("0")
        await call.told.event("handoff.done")
        taken = await phone.next_call()
        assert decode_text(taken.header(REASON_HEADER) or "") == HandoffReason.CALLER_ASKED
        assert "khai sinh" in decode_text(taken.header(SUMMARY_HEADER) or "")
        packet = await kept(packets, taken)
        assert packet.reason is HandoffReason.CALLER_ASKED
        assert any("khai sinh" in asked.text for asked in packet.asked)
        assert any(source.code for answered in packet.answered for source in answered.sources)
        assert call.number not in packet.to_json() and packet.caller.startswith("09xxxxx")
        await taken.wait_answered()
        await hear_each_other(call.caller, taken)
        await taken.hang_up()
        assert (await call.caller.wait_ended()).by is EndedBy.PEER
    await all_gone(hotline_state)


async def test_when_the_program_dies_the_phone_rings_at_once_with_what_was_known(
    hotline_state: RunState, packets: PacketFiles
) -> None:
    async with calling(hotline_state) as call, agent_of(hotline_state, Answer(after_ms=300)) as phone:
        await call.say(QUESTION)
        await call.told.event("say.started", behaviour="answer")
        await call.pass_time(1000)
        (calls_process,) = workers(hotline_state, "hotline.calls_process")
        died = call.caller.position
        os.kill(calls_process, signal.SIGKILL)
        taken = await phone.next_call()
        assert call.caller.position - died < 1000 * 8
        assert decode_text(taken.header(REASON_HEADER) or "") == HandoffReason.FAULT
        assert "khai sinh" in decode_text(taken.header(SUMMARY_HEADER) or "")
        packet = await kept(packets, taken)
        assert packet.asked and packet.answered and packet.reason is None
        await taken.wait_answered()
        await hear_each_other(call.caller, taken)
    await answered_again(hotline_state)
    await all_gone(hotline_state)


async def answered_again(state: RunState) -> None:
    while True:
        try:
            await answered(state)
            return
        except TimeoutError:
            # Its socket takes connections before the new process does.
            continue


async def test_with_nobody_there_the_caller_leaves_the_number(hotline_state: RunState, hotline_run_dir: Path) -> None:
    call_backs = CallBacks(hotline_run_dir / "call_backs")
    async with calling(hotline_state) as call:
        await call.caller.send_keys("0")
        await call.told.event("handoff.done")
        since = call.caller.position
        await call.heard_quiet(1200)
        # A key may be pressed while a sentence is still being said.
        for key, after_ms in (("2", 0), ("#", 1000), ("1", 7500)):
            await call.pass_time(after_ms)
            await call.caller.send_keys(key)
        assert (await call.caller.wait_ended()).by is EndedBy.PEER
        (words,) = await words_in(call.caller.received(since))
        for heard in ("chưa có cán bộ trực máy", "để lại số điện thoại", "nhắc lại số", "ghi số của bác"):
            assert heard in words
        assert [one.number for one in await asyncio.to_thread(call_backs.all)] == [call.number]
    await all_gone(hotline_state)


async def test_the_packet_of_a_caller_who_hung_up_is_removed(hotline_state: RunState, packets: PacketFiles) -> None:
    async with calling(hotline_state) as call:
        started = await call.told.event("call.started")
        assert await asyncio.to_thread(packets.read, started.call_id) is not None
        await call.caller.hang_up()
        async with asyncio.timeout(20):
            while await asyncio.to_thread(packets.read, started.call_id) is not None:
                await asyncio.to_thread(packets.prune)
    await all_gone(hotline_state)
