"""The dead-man's timer: the dialplan takes a call away from a program that no longer renews it."""

import asyncio
import logging
from collections.abc import Callable

from contracts.clock import Clock
from telephony.asterisk.dialplan import DEADMAN_VARIABLE
from telephony.call_control import CallControl
from telephony.errors import AriError, AriNotFound

log = logging.getLogger(__name__)

TIMER_S = 4.0
RENEW_EVERY_S = 1.0


class DeadmansTimer:
    """For one call. It is renewed only while the call's own clock moves, as audio that stands still helps nobody."""

    def __init__(
        self,
        control: CallControl,
        channel_id: str,
        clock: Clock,
        *,
        position: Callable[[], int],
        on_gone: Callable[[], None],
    ) -> None:
        """`position`: samples of the line's clock. `on_gone`: the exchange does not know the channel any more, or has
        taken it away."""
        self._control = control
        self._channel_id = channel_id
        self._clock = clock
        self._position = position
        self._on_gone = on_gone
        self._last = -1
        self._renewed_at: float | None = None
        self._suspended = False
        self._request = asyncio.Lock()
        self.missed = 0
        """Renewals that the exchange did not take, or that were withheld because the call stood still."""

    async def run(self) -> None:
        """Until the channel is gone; cancel it, after `suspend`, when the call ends in another way."""
        while True:
            position = self._position()
            if position == self._last:
                self.missed += 1
                log.warning("call stands still", extra={"call_id": self._channel_id})
            elif not await self._renew():
                self._on_gone()
                return
            self._last = position
            await self._clock.sleep(RENEW_EVERY_S)

    async def renew(self, seconds: float = TIMER_S) -> None:
        """Raises `AriError`."""
        await self._control.set_variable(self._channel_id, DEADMAN_VARIABLE, f"{seconds:g}")

    async def suspend(self) -> None:
        """After this no renewal reaches the exchange: where people take over, the dialplan has switched the timer off,
        and a late renewal would end their call."""
        self._suspended = True
        async with self._request:
            pass

    def go_on(self) -> None:
        self._suspended = False

    async def _renew(self) -> bool:
        async with self._request:
            if self._suspended:
                return True
            if self._ran_out():
                # The dialplan has the caller. A renewal would end the call with people, whom nothing renews it for.
                log.warning("timer ran out", extra={"call_id": self._channel_id})
                return False
            try:
                await self.renew()
                self._renewed_at = self._clock.now()
            except AriNotFound:
                return False
            except AriError as error:
                self.missed += 1
                log.warning("timer not renewed", extra={"call_id": self._channel_id, "code": error.code})
            return True

    def _ran_out(self) -> bool:
        return self._renewed_at is not None and self._clock.now() - self._renewed_at >= TIMER_S
