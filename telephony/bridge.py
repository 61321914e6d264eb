"""The Stasis application that takes calls: each caller becomes a line, and nothing of a call outlives its task."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from contracts.clock import Clock, SystemClock
from contracts.tasks import end_tasks
from telephony.ari.events import (
    ApplicationReplaced,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    Connected,
    StasisEnd,
    StasisStart,
    StreamEvent,
)
from telephony.ari.models import Channel
from telephony.asterisk.dialplan import INBOUND
from telephony.asterisk_line import AsteriskLine
from telephony.call_channels import LEG_PREFIX, CallChannels
from telephony.call_control import CallControl
from telephony.call_setup import CallSetup
from telephony.doorkeeper import Doorkeeper
from telephony.errors import AriError, LineClosed, LineError
from telephony.event_queue import KEY_LIMIT
from telephony.gap import GapTicker
from telephony.line import Line
from telephony.media_messages import KEYS
from telephony.media_socket import MediaSockets
from telephony.ringing_line import RingingLine

log = logging.getLogger(__name__)

Answer = Callable[[Line], Awaitable[None]]
"""Holds the conversation; returns when the call is over. A caller whom it leaves on the line goes to a person."""


class _Call:
    """One caller, from the moment of ringing."""

    def __init__(self, channels: CallChannels, setup: CallSetup, caller_number: str) -> None:
        self.channels = channels
        self.setup = setup
        self.caller_number = caller_number
        self.line: AsteriskLine | None = None
        self.keys_over_ari = True
        """Until the caller is in the bridge; from then on the media socket tells of keys, and ARI of the same ones."""
        self.early_keys: deque[str] = deque(maxlen=KEY_LIMIT)

    def gone(self) -> None:
        self.channels.caller_here = False
        self.setup.caller_gone.set()
        if self.line is not None:
            self.line.caller_gone()

    def key(self, key: str) -> None:
        if not self.keys_over_ari or key not in KEYS:
            return
        if self.line is not None:
            self.line.key(key)
        else:
            self.early_keys.append(key)


class CallBridge:
    def __init__(
        self,
        control: CallControl,
        sockets: MediaSockets,
        *,
        media_client: str,
        clock: Clock | None = None,
        door: Doorkeeper | None = None,
    ) -> None:
        """`media_client`: by which Asterisk dials `sockets` (`telephony.asterisk.dialplan.media_client`)."""
        self._control = control
        self._sockets = sockets
        self._media_client = media_client
        self._clock = clock or SystemClock()
        self._door = door or Doorkeeper()
        self._turn_away: Answer | None = None
        self._ticker = GapTicker(self._clock)
        self._calls: dict[str, _Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = False
        self.taking_calls = True
        """False: whoever comes now goes to people at once."""
        self._idle = asyncio.Event()
        self._idle.set()
        self.connected = asyncio.Event()
        """Asterisk has registered the application: it gets calls."""
        self.failed_setups = 0
        self.faults = 0
        """Calls in which the program failed."""

    @property
    def calls_now(self) -> int:
        return len(self._calls)

    @property
    def calls_inside(self) -> int:
        """Without those that are being turned away."""
        return self._door.inside

    async def no_calls(self) -> None:
        """Until nothing of any call is left."""
        await self._idle.wait()

    async def run(self, answer: Answer, turn_away: Answer | None = None) -> None:
        """Until cancelled; every caller who is then on a line goes to a person. Raises `AriAuthError`, and
        what stopped the clock of the lines.

        `turn_away`: hands over a caller who is not answered, for want of room or of a turn to be set up.
        """
        self._turn_away = turn_away
        ticking = asyncio.create_task(self._ticker.run(), name="gap ticker")
        reading = asyncio.create_task(self._read(answer), name="calls")
        try:
            done, _ = await asyncio.wait([reading, ticking], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            # The calls end first: they still talk to the exchange over the stream that is being read.
            await self._end_calls()
            await end_tasks(reading, ticking)

    async def _read(self, answer: Answer) -> None:
        async with aclosing(self._control.events()) as events:
            async for event in events:
                await self._take(event, answer)

    async def _end_calls(self) -> None:
        self._ending = True
        while self._tasks:
            await end_tasks(*self._tasks)
        # Those whose task had not begun.
        for call_id, call in tuple(self._calls.items()):
            await call.channels.leave()
            self._forget(call_id)

    async def _take(self, event: StreamEvent, answer: Answer) -> None:
        match event:
            case StasisStart(channel=channel, args=args):
                self._arrived(channel, args, answer)
            case StasisEnd(channel=channel) | ChannelDestroyed(channel=channel):
                if (call := self._calls.get(channel.id)) is not None:
                    call.gone()
            case ChannelDtmfReceived(channel=channel, digit=digit):
                if (call := self._calls.get(channel.id)) is not None:
                    call.key(digit)
            case ChannelEnteredBridge(channel=channel):
                if channel is not None and (call := self._calls.get(channel.id)) is not None:
                    call.keys_over_ari = False
            case Connected(attempt=attempt):
                self.connected.set()
                if attempt > 1:
                    await self._catch_up(answer)
            case ApplicationReplaced():
                log.error("application taken over by another program", extra={"app": self._control.app})
            case _:
                pass

    def _arrived(self, channel: Channel, args: tuple[str, ...], answer: Answer) -> None:
        if channel.id.startswith(LEG_PREFIX):
            self._leg_arrived(channel.id)
        elif args[:1] == (INBOUND,) and channel.id not in self._calls:
            channels = CallChannels(self._control, channel.id)
            setup = CallSetup(self._control, channels, self._sockets, self._clock)
            call = _Call(channels, setup, channel.caller_number)
            self._calls[channel.id] = call
            self._idle.clear()
            if not self._ending:
                task = asyncio.create_task(self._serve(call, answer), name=f"call {channel.id}")
                self._tasks.add(task)
                task.add_done_callback(self._call_ended)

    def _leg_arrived(self, leg_id: str) -> None:
        call = self._calls.get(leg_id.removeprefix(LEG_PREFIX))
        if call is not None:
            call.setup.leg_in_stasis.set()

    async def _catch_up(self, answer: Answer) -> None:
        """What the event stream did not tell while it was broken: callers who left, and callers who came."""
        try:
            here = set((await self._control.application(self._control.app)).channel_ids)
            for call_id, call in tuple(self._calls.items()):
                if call_id not in here:
                    call.gone()
            for channel_id in here - self._calls.keys():
                if channel_id.startswith(LEG_PREFIX):
                    self._leg_arrived(channel_id)
                else:
                    self._arrived(await self._control.channel(channel_id), (INBOUND,), answer)
        except AriError as error:
            log.warning("state after a gap not known", extra={"code": error.code})

    async def _serve(self, call: _Call, answer: Answer) -> None:
        """One call from ringing to its end; removes all of it."""
        try:
            if self.taking_calls:
                async with self._door.letting_in() as let_in:
                    if not let_in or not await self._answered(call, answer):
                        await self._turned_away(call)
        finally:
            try:
                await call.channels.leave()
            finally:
                self._forget(call.channels.call_id)

    async def _answered(self, call: _Call, answer: Answer) -> bool:
        """Until the call is over. False: it could not be set up soon enough."""
        async with self._door.set_up_turn() as its_turn:
            if not its_turn:
                return False
            line = await self._set_up(call) if call.channels.caller_here else None
        if line is not None:
            await self._converse(line, answer)
        return True

    async def _turned_away(self, call: _Call) -> None:
        if self._turn_away is not None and call.channels.caller_here:
            await self._have(self._turn_away, RingingLine(call.channels, call.caller_number))

    def _forget(self, call_id: str) -> None:
        self._calls.pop(call_id, None)
        if not self._calls:
            self._idle.set()

    def _call_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.faults += 1
            log.error("call ended in a fault", exc_info=error)

    async def _set_up(self, call: _Call) -> AsteriskLine | None:
        try:
            leg = await call.setup.run(self._media_client)
        except LineClosed:
            return None
        except LineError as error:
            self.failed_setups += 1
            log.warning("call not set up", extra={"call_id": call.channels.call_id, "code": error.code})
            return None
        call.line = AsteriskLine(
            caller_number=call.caller_number,
            leg=leg,
            channels=call.channels,
            control=self._control,
            clock=self._clock,
            ticker=self._ticker,
        )
        for key in call.early_keys:
            call.line.key(key)
        return call.line

    async def _converse(self, line: AsteriskLine, answer: Answer) -> None:
        keeping = asyncio.create_task(line.keep(), name=f"dead-man's timer {line.call_id}")
        try:
            await self._have(answer, line)
        finally:
            await end_tasks(keeping)

    async def _have(self, answer: Answer, line: Line) -> None:
        try:
            await answer(line)
        except Exception:
            # The edge of the call's task: its fault is not the other calls'.
            self.faults += 1
            log.exception("call failed", extra={"call_id": line.call_id})
        finally:
            await line.close()
