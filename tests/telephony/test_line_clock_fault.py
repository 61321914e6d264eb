"""The clock of the lines fails: for one call, or for all. Whom it leaves without a clock goes to a person."""

import asyncio

import pytest
from test_line_bridge import Rig, running

from contracts.clock import ScriptedClock
from telephony.bridge import CallBridge
from telephony.line import HungUp


class BreakingClock(ScriptedClock):
    """Sleeps no more once it is broken."""

    broken = False

    async def sleep(self, seconds: float) -> None:
        if self.broken and seconds < 0.1:
            raise RuntimeError("the clock broke")
        await super().sleep(seconds)


async def test_a_line_whose_gap_is_not_filled_ends_and_its_caller_goes_to_a_person(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(now: float) -> int:
        raise RuntimeError("a fault")

    async with running(Rig()) as rig:
        first = await rig.line()
        rig.asterisk.call_comes("2.2")
        await rig.settle()
        monkeypatch.setattr(first._frames, "missing", fail)
        await rig.clock.advance(0.1)
        assert isinstance([event async for event in first.events()][-1], HungUp)
        position = rig.lines[1].position
        await rig.clock.advance(0.1)
        assert rig.lines[1].position == position + 800
        assert rig.asterisk.in_dialplan == {}
        await rig.end()
        assert rig.asterisk.in_dialplan == {"1.1": "handoff", "2.2": "handoff"}
        assert "gap tick failed" in caplog.text


async def test_a_clock_that_breaks_ends_all_calls_at_a_person() -> None:
    rig = Rig()
    clock = BreakingClock()
    rig.bridge = CallBridge(rig.asterisk, rig.sockets, media_client="media-1", clock=clock)
    bridging = asyncio.create_task(rig.bridge.run(rig.answer))
    await rig.settle()
    await rig.line()
    rig.asterisk.call_comes("2.2")
    await rig.settle()
    clock.broken = True
    await clock.advance(0.1)
    async with asyncio.timeout(10):
        with pytest.raises(RuntimeError, match="the clock broke"):
            await bridging
        await rig.asterisk.close()
    assert rig.asterisk.in_dialplan == {"1.1": "handoff", "2.2": "handoff"}
    rig.assert_nothing_left()
