"""From a caller who waits to audio that flows: bridge, media leg, both into the bridge, and only then the answer.

A caller may speak as soon as the call is answered, and the exchange throws away what comes of a channel that is in no
bridge: answered first, a caller loses the first words for as long as the rest takes (five requests and a websocket).
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from contracts.clock import Clock
from telephony.call_channels import CallChannels
from telephony.call_control import CallControl
from telephony.errors import LineClosed, MediaError
from telephony.media_leg import MediaLeg
from telephony.media_socket import MediaSockets

log = logging.getLogger(__name__)

TECHNOLOGY = "softmix"
"""The bridge whose clock runs when nobody speaks; a two-party `simple_bridge` stops with an empty queue."""
STEP_WAIT_S = 3.0
"""The dead-man's timer takes the caller soon after."""

T = TypeVar("T")


class CallSetup:
    """One attempt. The owner tells it what happens meanwhile: `leg_in_stasis`, `caller_gone`."""

    def __init__(self, control: CallControl, channels: CallChannels, sockets: MediaSockets, clock: Clock) -> None:
        self._control = control
        self._channels = channels
        self._sockets = sockets
        self._clock = clock
        self.leg_in_stasis = asyncio.Event()
        """The leg's own `StasisStart` came: before that Asterisk refuses to put it into a bridge (422)."""
        self.caller_gone = asyncio.Event()

    async def run(self, media_client: str) -> MediaLeg:
        """Raises `LineClosed` (the caller hung up meanwhile), `MediaError` or `AriError`."""
        call, control = self._channels, self._control
        started = self._clock.now()
        invitation = self._sockets.invite()
        joined = False
        try:
            call.has_bridge = True
            await self._step(control.create_bridge(call.bridge_id))
            call.has_leg = True
            data = f"f(json)v(token={invitation.token})"
            await self._step(control.external_media(channel_id=call.leg_id, client=media_client, transport_data=data))
            leg = await self._await(invitation.leg, "the media socket did not come")
            await self._await(self.leg_in_stasis.wait(), "the media leg did not enter the application")
            # The leg goes first, so that a key pressed once the caller is in reaches it.
            await self._step(control.add_channel(call.bridge_id, call.leg_id))
            await self._step(control.add_channel(call.bridge_id, call.call_id))
            technology = (await self._step(control.bridge(call.bridge_id))).technology
            if technology != TECHNOLOGY:
                raise MediaError(f"the bridge became {technology}, not {TECHNOLOGY}")
            await self._step(control.answer(call.call_id))
            joined = True
        finally:
            if not joined:
                self._sockets.withdraw(invitation)
        log.info("call set up", extra={"call_id": call.call_id, "ms": round((self._clock.now() - started) * 1000, 1)})
        return leg

    async def _step(self, request: Coroutine[Any, Any, T]) -> T:
        """A request is always awaited to its end: what it creates is then there to be removed."""
        task = asyncio.ensure_future(request)
        try:
            result = await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()
            raise
        if self.caller_gone.is_set():
            raise LineClosed("the caller hung up during set-up")
        return result

    async def _await(self, awaited: "Coroutine[Any, Any, T] | asyncio.Future[T]", failure: str) -> T:
        """Until it is there, the caller is gone or `STEP_WAIT_S` are over."""
        wanted = asyncio.ensure_future(awaited)
        others = [
            asyncio.ensure_future(self.caller_gone.wait()),
            asyncio.ensure_future(self._clock.sleep(STEP_WAIT_S)),
        ]
        try:
            await asyncio.wait([wanted, *others], return_when=asyncio.FIRST_COMPLETED)
            if self.caller_gone.is_set():
                raise LineClosed("the caller hung up during set-up")
            if not wanted.done():
                raise MediaError(failure)
            return wanted.result()
        finally:
            for task in (wanted, *others):
                task.cancel()
            await asyncio.wait([wanted, *others])
