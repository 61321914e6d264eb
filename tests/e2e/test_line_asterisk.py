"""The line through a real Asterisk: what is played is heard, what is said arrives, nothing stays behind."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from line_hotline import DEADLINE_S, Lines, calling, hotline, listening, nothing_left

from telephony.ari.client import AriClient
from telephony.asterisk.dialplan import REASON_HEADER, SUMMARY_HEADER, decode_text, media_client
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk_line import AsteriskLine
from telephony.bridge import CallBridge
from telephony.errors import TransferCallerGone
from telephony.line import Frame, HungUp, Key, LineEvent, Played
from telephony.media_socket import MediaSockets
from telephony.sip.agent import SipAgent
from telephony.sip.call import EndedBy
from telephony.sip.caller import SipCaller
from telephony.sip.tones import level_of, tone

E = TypeVar("E", bound=LineEvent)

SETUP = ("create_bridge", "external_media", "add_channel", "bridge", "answer")


@pytest.fixture
def asterisk_settings(asterisk_settings: AsteriskSettings) -> AsteriskSettings:
    return replace(asterisk_settings, queue_max_s=2)


async def wait_for(line: AsteriskLine, kind: type[E]) -> E:
    async with asyncio.timeout(DEADLINE_S):
        async for event in line.events():
            if isinstance(event, kind):
                return event
    raise AssertionError("the line ended")


async def pass_time(line: AsteriskLine, ms: int) -> None:
    """Of the line's clock."""
    end = line.position + ms * 8
    async with asyncio.timeout(DEADLINE_S):
        async for event in line.events():
            if isinstance(event, Frame) and event.sample >= end:
                return
    raise AssertionError("the line ended")


# Where a tone is cut it may be crossing zero: its last samples are then no sound to be measured.
EDGE = 2


def ms_heard(caller: SipCaller) -> float:
    return sum(segment.ms for segment in caller.heard_active())


async def test_a_tone_is_heard_exactly(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines) as running, calling(asterisk) as caller:
        line = await lines.next()
        await listening(caller)
        assert line.caller_number == "0901234567"
        assert (await running.ari.bridge(f"b-{line.call_id}")).technology == "softmix"
        await line.play("u1", tone(440, 1000).tobytes())
        await line.end_utterance("u1")
        await wait_for(line, Played)
        await pass_time(line, 100)
        (heard,) = caller.heard_active()
        assert heard.end - heard.start == 8000
        assert level_of(caller.received(heard.start, heard.end), 440) == pytest.approx(-12, abs=0.5)
        assert line.inserted_frames == 0
        await caller.hang_up()
        assert await wait_for(line, HungUp)
        lines.release()
        await nothing_left(running.ari)
    assert not running.sockets.counts


async def test_what_the_caller_says_arrives(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines), calling(asterisk) as caller:
        line = await lines.next()
        await listening(caller)
        saying = asyncio.create_task(caller.say(tone(440, 1000)))
        pcm = bytearray()
        async with asyncio.timeout(DEADLINE_S):
            async for event in line.events():
                if isinstance(event, Frame):
                    assert event.sample * 2 == len(pcm)
                    pcm += event.pcm
                    if len(pcm) > 3 * 16000:
                        break
        await saying
        loud = np.flatnonzero(np.abs(np.frombuffer(bytes(pcm), "<i2").astype(int)) > 328)
        assert 990 * 8 <= loud[-1] - loud[0] <= 1010 * 8
        lines.release()


async def test_a_pause_loses_nothing(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines), calling(asterisk) as caller:
        line = await lines.next()
        await listening(caller)
        await line.play("u1", tone(440, 1000).tobytes())
        await line.end_utterance("u1")
        await pass_time(line, 300)
        await line.pause()
        paused_at = line.heard_samples("u1")
        await pass_time(line, 600)
        assert line.heard_samples("u1") == paused_at
        await line.resume()
        await wait_for(line, Played)
        await pass_time(line, 100)
        first, second = caller.heard_active()
        assert abs(first.end - first.start + second.end - second.start - 8000) <= 2 * EDGE
        assert abs((first.end - first.start) - paused_at) <= 320
        assert 560 * 8 <= second.start - first.end <= 660 * 8
        lines.release()


async def test_a_flush_leaks_no_more_than_a_frame_and_knows_the_place(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines), calling(asterisk) as caller:
        line = await lines.next()
        await listening(caller)
        playing = asyncio.create_task(line.play("u1", tone(440, 15000).tobytes()))
        await pass_time(line, 700)
        before = line.heard_samples("u1")
        playout = await line.flush()
        await playing
        await pass_time(line, 500)
        (heard,) = caller.heard_active()
        assert playout.utterance_id == "u1" and playout.queued_samples == 15000 * 8
        assert abs(heard.end - heard.start - playout.heard_samples) <= EDGE
        assert abs(playout.heard_samples - before) <= 320
        await line.play("u2", tone(880, 200).tobytes())
        await line.end_utterance("u2")
        assert (await wait_for(line, Played)).utterance_id == "u2"
        await pass_time(line, 100)
        assert caller.heard_active()[1].ms == pytest.approx(200, abs=0.5)
        lines.release()


async def test_twenty_seconds_of_speech_lose_nothing(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines), calling(asterisk) as caller:
        line = await lines.next()
        await listening(caller)
        speaking = asyncio.create_task(line.play("u1", tone(440, 20000).tobytes()))
        async with asyncio.timeout(DEADLINE_S):
            async for event in line.events():
                if speaking.done() and isinstance(event, Frame):
                    await line.end_utterance("u1")
                    break
        await wait_for(line, Played)
        await pass_time(line, 100)
        assert ms_heard(caller) == 20000
        lines.release()


async def test_keys_count_once(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines), calling(asterisk) as caller:
        line = await lines.next()
        await listening(caller)
        pressing = asyncio.create_task(caller.send_keys("0159*#"))
        keys = ""
        end: int | None = None
        async with asyncio.timeout(DEADLINE_S):
            async for event in line.events():
                if isinstance(event, Key):
                    keys += event.key
                if pressing.done() and end is None:
                    end = line.position + 8000
                if end is not None and line.position > end:
                    break
        assert keys == "0159*#"
        lines.release()


async def test_a_caller_who_sends_nothing_has_a_clock(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines), calling(asterisk) as caller:
        line = await lines.next()
        await listening(caller)
        caller.mute()
        await pass_time(line, 1000)
        assert line.inserted_frames == 0
        lines.release()


async def test_a_transfer_reaches_an_agent_with_reason_and_summary(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    account = asterisk.settings.agents[0]
    async with (
        SipAgent(asterisk.sip_address, account.name, account.password) as agent,
        hotline(asterisk, lines) as running,
        calling(asterisk) as caller,
    ):
        await agent.register()
        line = await lines.next()
        await line.transfer("caller_asked", "Hỏi lệ phí khai sinh")
        assert (await wait_for(line, HungUp)).transferred
        assert await running.ari.bridges() == ()
        async with asyncio.timeout(DEADLINE_S):
            call = await agent.next_call()
            await call.wait_answered()
        headers = call.invite.headers
        assert decode_text(headers.first(REASON_HEADER) or "") == "caller_asked"
        assert decode_text(headers.first(SUMMARY_HEADER) or "") == "Hỏi lệ phí khai sinh"
        with pytest.raises(TransferCallerGone):
            await line.transfer("caller_asked", "")
        lines.release()
        # Longer than the dead-man's timer.
        await caller.when(lambda at=caller.position: caller.position > at + 5 * 8000)
        assert caller.end is None
        await caller.hang_up()
        await nothing_left(running.ari)


async def test_the_call_lives_longer_than_its_timer_and_ends_when_we_hang_up(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines) as running, calling(asterisk) as caller:
        line = await lines.next()
        await pass_time(line, 6000)
        await line.hang_up()
        async with asyncio.timeout(DEADLINE_S):
            assert (await caller.wait_ended()).by is EndedBy.PEER
        lines.release()
        await nothing_left(running.ari)


class Stepping(AriClient):
    """Tells the test before each request of the set-up."""

    on_step: Callable[[str], None] | None = None

    async def request(self, method: str, path: str, **more: object) -> object:  # pyright: ignore
        name = path.rpartition("/")[2]
        step = {"answer": "answer", "bridges": "create_bridge", "externalMedia": "external_media"}.get(name)
        step = step or ("add_channel" if name == "addChannel" else "bridge" if name.startswith("b-") else None)
        if self.on_step is not None and step is not None and method != "DELETE":
            self.on_step(step)
        return await super().request(method, path, **more)  # pyright: ignore


@pytest.mark.parametrize("step", SETUP)
async def test_a_hang_up_during_set_up_leaves_nothing(asterisk: AsteriskProcess, step: str) -> None:
    settings = asterisk.settings
    reached = asyncio.Event()
    lines = Lines()
    lines.release()
    async with (
        Stepping(asterisk.ari_url, settings.ari_user, settings.ari_password, settings.stasis_apps[0]) as ari,
        hotline(asterisk, lines, ari=ari) as running,
        calling(asterisk) as caller,
    ):
        ari.on_step = lambda now: reached.set() if now == step else None
        async with asyncio.timeout(DEADLINE_S):
            await reached.wait()
        await caller.hang_up()
        await nothing_left(running.ari)
        async with asyncio.timeout(DEADLINE_S):
            while running.bridge.calls_now:
                await running.ari.info()


async def test_without_a_media_socket_the_caller_goes_to_the_queue(asterisk: AsteriskProcess) -> None:
    """Nobody listens at the port that Asterisk dials."""
    account = asterisk.settings.agents[0]
    async with (
        SipAgent(asterisk.sip_address, account.name, account.password) as agent,
        asterisk.ari() as ari,
    ):
        await agent.register()
        client = media_client(asterisk.settings.media_ports[0])
        bridge = CallBridge(ari, MediaSockets(), media_client=client)
        task = asyncio.create_task(bridge.run(Lines()))
        async with asyncio.timeout(DEADLINE_S):
            await bridge.connected.wait()
            async with calling(asterisk) as caller:
                call = await agent.next_call()
                await call.wait_answered()
                assert decode_text(call.invite.headers.first(REASON_HEADER) or "") == "fault"
                assert caller.end is None
        task.cancel()
        await asyncio.wait([task])
