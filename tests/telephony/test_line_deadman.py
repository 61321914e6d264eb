"""The dead-man's timer of a call in a process that stands still for a while."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from contracts.clock import ScriptedClock
from telephony.call_control import CallControl
from telephony.deadman import RENEW_EVERY_S, TIMER_S, DeadmansTimer
from telephony.errors import AriUnreachable


class Held(ScriptedClock):
    """A clock that stands for a loop: while it is held up nobody is woken, and time goes on."""

    def hold_up(self, seconds: float) -> None:
        self._now += seconds


class Exchange:
    def __init__(self) -> None:
        self.renewals = 0
        self.away = False

    async def set_variable(self, channel_id: str, name: str, value: str) -> None:
        if self.away:
            raise AriUnreachable("away")
        self.renewals += 1


class Timed:
    def __init__(self) -> None:
        self.clock = Held()
        self.exchange = Exchange()
        self.gone = False
        self.timer = DeadmansTimer(
            cast(CallControl, self.exchange), "c", self.clock, position=self.position, on_gone=self.on_gone
        )

    def position(self) -> int:
        return int(self.clock.now() * 8000)

    def on_gone(self) -> None:
        self.gone = True


@asynccontextmanager
async def timed() -> AsyncGenerator[Timed]:
    call = Timed()
    running = asyncio.create_task(call.timer.run())
    await call.clock.advance(2.5 * RENEW_EVERY_S)
    assert call.exchange.renewals == 3
    try:
        yield call
    finally:
        running.cancel()
        await asyncio.wait([running])


@pytest.mark.parametrize(("seconds", "gone"), [(TIMER_S - RENEW_EVERY_S, False), (TIMER_S, True)])
async def test_a_caller_whom_the_dialplan_has_taken_is_not_timed_again(seconds: float, *, gone: bool) -> None:
    async with timed() as call:
        call.clock.hold_up(seconds)
        await call.clock.advance(0)
        assert call.gone is gone
        assert call.exchange.renewals == (3 if gone else 4)


async def test_nor_one_whose_transfer_took_too_long_to_fail() -> None:
    async with timed() as call:
        await call.timer.suspend()
        await call.clock.advance(TIMER_S)
        call.timer.go_on()
        await call.clock.advance(RENEW_EVERY_S)
        assert call.gone and call.exchange.renewals == 3


async def test_an_exchange_that_is_away_for_a_moment_loses_nobody() -> None:
    async with timed() as call:
        call.exchange.away = True
        await call.clock.advance(2 * RENEW_EVERY_S)
        call.exchange.away = False
        await call.clock.advance(RENEW_EVERY_S)
        assert not call.gone and call.exchange.renewals == 4 and call.timer.missed == 2
