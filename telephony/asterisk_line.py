"""The line of a caller at Asterisk: audio over the media leg, everything else over ARI."""

import asyncio

from contracts.clock import Clock
from telephony.call_channels import CallChannels
from telephony.call_control import CallControl
from telephony.deadman import DeadmansTimer
from telephony.errors import AriError, LineError, TransferError
from telephony.gap import GapTicker
from telephony.leg_line import LegLine
from telephony.media_leg import MediaLeg


class AsteriskLine(LegLine):
    """A `telephony.line.Line`. Its owner runs `keep` as a task as long as the call lasts."""

    def __init__(
        self,
        *,
        caller_number: str,
        leg: MediaLeg,
        channels: CallChannels,
        control: CallControl,
        clock: Clock,
        ticker: GapTicker,
    ) -> None:
        super().__init__(call_id=channels.call_id, caller_number=caller_number, leg=leg, now=clock.now)
        self._channels = channels
        self._ticker = ticker
        self._timer = DeadmansTimer(
            control, channels.call_id, clock, position=lambda: self.position, on_gone=self.caller_gone
        )
        self._ending = asyncio.Lock()
        # The line ends as when its leg is gone: the caller goes to a person.
        ticker.add(self.fill_gap, self.finish)

    async def keep(self) -> None:
        """Renews the dead-man's timer each second."""
        await self._timer.run()

    def caller_gone(self) -> None:
        """The exchange says that the caller's channel is no longer with us."""
        self._channels.caller_here = False
        self.finish()

    async def transfer(self, reason: str, summary: str, *, to: str = "") -> None:
        async with self._ending:
            await self._timer.suspend()
            try:
                await self._channels.to_people(reason, summary, to=to)
            except TransferError:
                if self._channels.caller_here:
                    self._timer.go_on()
                else:
                    self.finish()
                raise
            self.finish(transferred=True)
            await self._channels.remove_media()

    async def hang_up(self) -> None:
        """Raises `LineError` where Asterisk cannot be reached."""
        async with self._ending:
            try:
                await self._channels.hang_up()
            except AriError as error:
                raise LineError(f"not hung up: {error}") from error
            self.finish()

    async def close(self) -> None:
        async with self._ending:
            self.finish()
            self._ticker.remove(self.fill_gap)
            await self._timer.suspend()
            await self._channels.leave()
            self._leg.close()
