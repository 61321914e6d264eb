"""The line through a real Asterisk: what is played is heard, what is said arrives, nothing stays behind."""

import asyncio

from line_hotline import DEADLINE_S, Lines, calling, hotline, nothing_left

from telephony.asterisk.process import AsteriskProcess
from telephony.line import Frame, HungUp, Played
from telephony.sip.tones import tone


async def test_a_tone_is_heard_exactly(asterisk: AsteriskProcess) -> None:
    lines = Lines()
    async with hotline(asterisk, lines) as running, calling(asterisk) as caller:
        line = await lines.next()
        bridge = await running.ari.bridge(f"b-{line.call_id}")
        assert bridge.technology == "softmix"
        pcm = tone(440, 1000).tobytes()
        await line.play("u1", pcm)
        await line.end_utterance("u1")
        async with asyncio.timeout(DEADLINE_S):
            async for event in line.events():
                if isinstance(event, Played):
                    break
        (heard,) = caller.heard_active()
        assert heard.end - heard.start == 8000
        assert line.inserted_frames == 0
        await caller.hang_up()
        events = [event async for event in line.events()]
        assert isinstance(events[-1], HungUp)
        assert all(isinstance(event, Frame) for event in events[:-1])
        lines.release()
        await nothing_left(running.ari)
    assert not running.sockets.counts
