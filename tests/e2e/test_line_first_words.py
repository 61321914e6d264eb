"""A caller who speaks as soon as the hotline has picked up loses nothing, however long the set-up's requests take."""

import asyncio
from contextlib import AsyncExitStack

import numpy as np
from line_hotline import DEADLINE_S, Lines, calling, hotline

from telephony.ari.client import AriClient
from telephony.asterisk.process import AsteriskProcess
from telephony.line import Frame, Line
from telephony.sip.caller import SipCaller
from telephony.sip.tones import tone

SAID_MS = 1000
REQUEST_MS = 100


class SlowAri(AriClient):
    """Once the caller can speak, each request waits until `REQUEST_MS` more have been said."""

    caller: SipCaller | None = None

    async def request(self, method: str, path: str, **more: object) -> object:  # pyright: ignore
        if (caller := self.caller) is not None and caller.media.running:
            until = caller.position + REQUEST_MS * 8
            await caller.when(lambda: caller.position >= until)
        return await super().request(method, path, **more)  # pyright: ignore


async def ms_arrived(line: Line, within_ms: int) -> float:
    """From the first to the last loud sample of what came in that time of the line."""
    pcm = bytearray()
    async with asyncio.timeout(DEADLINE_S):
        async for event in line.events():
            if isinstance(event, Frame):
                pcm += event.pcm
            if len(pcm) >= within_ms * 16:
                break
    loud = np.flatnonzero(np.abs(np.frombuffer(bytes(pcm), "<i2").astype(int)) > 328)
    return (loud[-1] - loud[0] + 1) / 8 if len(loud) else 0.0


async def test_nothing_of_what_is_said_right_after_the_answer_is_lost(asterisk: AsteriskProcess) -> None:
    settings, lines, said = asterisk.settings, Lines(), tone(440, SAID_MS)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        ari = await enter(SlowAri(asterisk.ari_url, settings.ari_user, settings.ari_password, settings.stasis_apps[0]))
        await enter(hotline(asterisk, lines, ari=ari))
        ari.caller = caller = await enter(calling(asterisk))
        await caller.wait_answered()
        saying = asyncio.create_task(caller.say(said))
        line = await lines.next()
        # The hotline speaks at once too, as with a greeting.
        await line.play("u1", tone(900, 1000).tobytes())
        assert await ms_arrived(line, 3 * SAID_MS) >= SAID_MS - 1
        await saying
        lines.release()
