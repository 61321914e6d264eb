"""From ringing to the end of a call, with an Asterisk in memory: whatever happens, nothing stays behind."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from fake_asterisk import FakeAsterisk

from contracts.clock import ScriptedClock
from telephony.ari.events import ChannelDtmfReceived, Connected
from telephony.asterisk_line import AsteriskLine
from telephony.bridge import CallBridge
from telephony.call_notes import leave_note
from telephony.errors import AriError, AriUnreachable, TransferCallerGone, TransferFailed
from telephony.line import HungUp, Key, Line
from telephony.media_socket import MediaSockets

SETUP = ("create_bridge", "external_media", "add_channel", "bridge", "answer")


class Rig:
    def __init__(self) -> None:
        self.sockets = MediaSockets()
        self.asterisk = FakeAsterisk(self.sockets)
        self.clock = ScriptedClock()
        self.bridge = CallBridge(self.asterisk, self.sockets, media_client="media-1", clock=self.clock)
        self.lines: list[AsteriskLine] = []
        self.released = asyncio.Event()
        self.fault: Exception | None = None

    async def answer(self, line: Line) -> None:
        assert isinstance(line, AsteriskLine)
        self.lines.append(line)
        if self.fault is not None:
            raise self.fault
        await self.released.wait()

    async def settle(self) -> None:
        for _ in range(200):
            await asyncio.sleep(0)

    async def line(self) -> AsteriskLine:
        self.asterisk.call_comes()
        await self.settle()
        return self.lines[-1]

    async def end(self) -> None:
        self.released.set()
        await self.settle()

    def assert_nothing_left(self) -> None:
        assert self.bridge.calls_now == 0
        assert self.asterisk.bridges == {} and self.asterisk.in_app == set()
        assert not [channel for channel in self.asterisk.channels if channel.startswith("m-")]
        assert self.sockets.open == 0 and not self.sockets._invited


@pytest.fixture
async def rig() -> AsyncGenerator[Rig]:
    async with running(Rig()) as made:
        yield made


@asynccontextmanager
async def running(rig: Rig) -> AsyncGenerator[Rig]:
    before = asyncio.all_tasks()
    task = asyncio.create_task(rig.bridge.run(rig.answer), name="bridge")
    await rig.settle()
    try:
        yield rig
    finally:
        task.cancel()
        async with asyncio.timeout(10):
            await asyncio.wait([task])
            await rig.asterisk.close()
    rig.assert_nothing_left()
    assert asyncio.all_tasks() - before - {asyncio.current_task()} == set()


async def test_a_call_is_set_up_in_order_and_removed_when_the_caller_hangs_up(rig: Rig) -> None:
    line = await rig.line()
    assert tuple(dict.fromkeys(rig.asterisk.requests)) == (*SETUP, "set_variable")
    assert rig.asterisk.bridges == {"b-1.1": ["m-1.1", "1.1"]}
    assert line.caller_number == "0901234567" and line.rate_hz == 8000
    rig.asterisk.caller_hangs_up()
    await rig.settle()
    assert [event async for event in line.events()] == [HungUp(0)]
    await rig.end()
    rig.assert_nothing_left()
    assert rig.asterisk.in_dialplan == {} and rig.bridge.failed_setups == 0


@pytest.mark.parametrize("step", SETUP)
async def test_a_caller_who_hangs_up_during_set_up_leaves_nothing(rig: Rig, step: str) -> None:
    rig.asterisk.before[step] = lambda _: rig.asterisk.caller_hangs_up()
    rig.asterisk.call_comes()
    await rig.settle()
    assert rig.lines == []
    rig.assert_nothing_left()
    assert rig.asterisk.in_dialplan == {}


@pytest.mark.parametrize("step", SETUP)
@pytest.mark.parametrize("error", [AriError("refused", status=409), AriUnreachable("no answer")])
async def test_a_step_that_fails_brings_the_caller_to_a_person(rig: Rig, step: str, error: AriError) -> None:
    def fail(_: str) -> None:
        raise error

    rig.asterisk.before[step] = fail
    rig.asterisk.call_comes()
    await rig.settle()
    assert rig.asterisk.in_dialplan == {"1.1": "handoff"}
    assert ("1.1", "HANDOFF_REASON", "fault") in rig.asterisk.variables
    assert rig.lines == [] and rig.bridge.failed_setups == 1
    rig.assert_nothing_left()


async def test_a_bridge_of_another_kind_is_refused(rig: Rig) -> None:
    rig.asterisk.technology = "simple_bridge"
    rig.asterisk.call_comes()
    await rig.settle()
    assert rig.asterisk.in_dialplan == {"1.1": "handoff"} and rig.lines == []
    rig.assert_nothing_left()


async def test_a_media_socket_that_does_not_come_is_not_waited_for_long(rig: Rig) -> None:
    rig.asterisk.leg_comes = False
    rig.asterisk.call_comes()
    await rig.settle()
    await rig.clock.advance(2.9)
    assert rig.asterisk.in_dialplan == {}
    await rig.clock.advance(0.2)
    await rig.settle()
    assert rig.asterisk.in_dialplan == {"1.1": "handoff"}
    rig.assert_nothing_left()


async def test_a_caller_who_hangs_up_while_the_media_socket_is_awaited(rig: Rig) -> None:
    rig.asterisk.leg_comes = False
    rig.asterisk.call_comes()
    await rig.settle()
    rig.asterisk.caller_hangs_up()
    await rig.settle()
    rig.assert_nothing_left()


@pytest.mark.parametrize("step", SETUP)
async def test_an_end_of_the_program_during_set_up_leaves_nothing(step: str) -> None:
    rig = Rig()
    held, reached = asyncio.Event(), asyncio.Event()

    async def hold(_: str) -> None:
        reached.set()
        await held.wait()

    rig.asterisk.before[step] = hold
    task = asyncio.create_task(rig.bridge.run(rig.answer))
    rig.asterisk.call_comes()
    async with asyncio.timeout(10):
        await reached.wait()
        task.cancel()
        await rig.settle()
        # The request was sent; its answer comes after the end was asked for.
        held.set()
        await asyncio.wait([task])
        await rig.asterisk.close()
    assert rig.asterisk.in_dialplan == {"1.1": "handoff"}
    rig.assert_nothing_left()


async def test_an_end_of_the_program_brings_callers_to_a_person() -> None:
    rig = Rig()
    async with running(rig):
        await rig.line()
    assert rig.asterisk.in_dialplan == {"1.1": "handoff"}


async def test_a_fault_of_one_call_brings_it_to_a_person_and_touches_no_other(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    first = await rig.line()
    rig.fault = RuntimeError("a fault")
    rig.asterisk.call_comes("2.2")
    await rig.settle()
    assert rig.asterisk.in_dialplan == {"2.2": "handoff"}
    assert rig.bridge.faults == 1 and rig.bridge.calls_now == 1
    rig.asterisk.media["m-1.1"].audio(bytes(320))
    await rig.settle()
    assert first.position == 160


async def test_a_leg_that_breaks_ends_the_line_and_the_caller_goes_to_a_person(rig: Rig) -> None:
    line = await rig.line()
    rig.asterisk.media["m-1.1"].hang_up()
    await rig.settle()
    assert [event async for event in line.events()] == [HungUp(0)]
    await rig.end()
    assert rig.asterisk.in_dialplan == {"1.1": "handoff"}
    rig.assert_nothing_left()


async def test_keys_count_once_whichever_way_they_come(rig: Rig) -> None:
    def over_ari(key: str) -> None:
        channel = rig.asterisk.channels["1.1"]
        rig.asterisk.tell(ChannelDtmfReceived(channel=channel, digit=key, duration_ms=100))

    reached, held = asyncio.Event(), asyncio.Event()

    async def hold(_: str) -> None:
        reached.set()
        await held.wait()

    rig.asterisk.before["external_media"] = hold
    rig.asterisk.call_comes()
    async with asyncio.timeout(10):
        await reached.wait()
    over_ari("1")
    over_ari("?")
    await rig.settle()
    held.set()
    await rig.settle()
    line = rig.lines[-1]
    media = rig.asterisk.media["m-1.1"]
    for key in "23":
        over_ari(key)
        media.event("DTMF_END", digit=key)
    await rig.settle()
    rig.asterisk.caller_hangs_up()
    await rig.settle()
    assert [event.key async for event in line.events() if isinstance(event, Key)] == ["1", "2", "3"]


async def test_a_gap_of_the_event_stream_is_made_up_for(rig: Rig) -> None:
    line = await rig.line()
    # In the gap the caller leaves and another comes, without an event.
    rig.asterisk.in_app.discard("1.1")
    rig.asterisk.channels["2.2"] = rig.asterisk._channel("2.2", "")
    rig.asterisk.in_app.add("2.2")
    rig.asterisk.tell(Connected(attempt=2))
    await rig.settle()
    assert [event async for event in line.events()] == [HungUp(0)]
    assert [made.call_id for made in rig.lines] == ["1.1", "2.2"]


async def test_a_gap_whose_state_cannot_be_had_changes_nothing(rig: Rig) -> None:
    def fail(_: str) -> None:
        raise AriUnreachable("no answer")

    await rig.line()
    rig.asterisk.before["application"] = fail
    rig.asterisk.tell(Connected(attempt=2))
    await rig.settle()
    assert rig.bridge.calls_now == 1


# ---- the line's own ways to end


async def test_a_transfer_hands_over_reason_and_summary_and_ends_the_line(rig: Rig) -> None:
    line = await rig.line()
    await line.transfer("caller_asked", 'Hỏi lệ phí; "quá hạn" 50%')
    assert rig.asterisk.in_dialplan == {"1.1": "handoff"}
    assert rig.asterisk.bridges == {} and "m-1.1" in rig.asterisk.hung_up
    assert rig.asterisk.variables[-2:] == [
        ("1.1", "HANDOFF_REASON", "caller_asked"),
        (
            "1.1",
            "HANDOFF_SUMMARY",
            "H%E1%BB%8Fi%20l%E1%BB%87%20ph%C3%AD%3B%20%22qu%C3%A1%20h%E1%BA%A1n%22%2050%25",
        ),
    ]
    assert [event async for event in line.events()] == [HungUp(0, transferred=True)]
    renewals = len(rig.asterisk.variables)
    await rig.clock.advance(5)
    await rig.end()
    assert len(rig.asterisk.variables) == renewals
    assert "1.1" not in rig.asterisk.hung_up


async def test_a_transfer_without_a_summary_leaves_the_one_that_was_noted(rig: Rig) -> None:
    line = await rig.line()
    await leave_note(rig.asterisk, "1.1", "Hỏi lệ phí", "http://127.0.0.1/handoff/1.1?key=k")
    await leave_note(rig.asterisk, "1.2", "Hỏi lệ phí", "")
    await line.transfer("fault", "")
    noted = [value for _, name, value in rig.asterisk.variables if name == "HANDOFF_SUMMARY"]
    assert noted == ["H%E1%BB%8Fi%20l%E1%BB%87%20ph%C3%AD"]
    assert ("1.1", "HANDOFF_PAGE", "http://127.0.0.1/handoff/1.1?key=k") in rig.asterisk.variables
    await rig.end()


async def test_a_transfer_of_a_caller_who_is_gone_fails_and_ends_the_line(rig: Rig) -> None:
    line = await rig.line()
    rig.asterisk.channels.pop("1.1")
    with pytest.raises(TransferCallerGone) as caught:
        await line.transfer("fault", "")
    assert caught.value.code == "transfer.caller_gone"
    assert [event async for event in line.events()] == [HungUp(0)]
    with pytest.raises(TransferCallerGone):
        await line.transfer("fault", "")
    rig.asterisk.in_app.discard("1.1")
    await rig.end()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AriError("refused", status=409), "transfer.refused"),
        (AriUnreachable("no answer"), "transfer.unreachable"),
    ],
)
async def test_a_transfer_that_is_not_taken_leaves_the_call_as_it_was(rig: Rig, error: AriError, code: str) -> None:
    def fail(_: str) -> None:
        raise error

    line = await rig.line()
    rig.asterisk.before["continue_in_dialplan"] = fail
    with pytest.raises(TransferFailed) as caught:
        await line.transfer("fault", "")
    assert caught.value.code == code
    del rig.asterisk.before["continue_in_dialplan"]
    rig.asterisk.variables.clear()
    rig.asterisk.media["m-1.1"].audio(bytes(320))
    await rig.settle()
    assert line.position == 160
    await rig.clock.advance(1.0)
    assert ("1.1", "TIMEOUT(absolute)", "4") in rig.asterisk.variables


async def test_hanging_up_ends_the_caller_and_may_be_repeated(rig: Rig) -> None:
    line = await rig.line()
    await line.hang_up()
    await line.hang_up()
    await line.close()
    await line.close()
    await rig.end()
    assert rig.asterisk.hung_up == ["1.1", "m-1.1"] and rig.asterisk.in_dialplan == {}


async def test_the_timer_is_renewed_each_second_as_long_as_the_call_moves(rig: Rig) -> None:
    line = await rig.line()
    await rig.clock.advance(3.0)
    timers = [value for _, name, value in rig.asterisk.variables if name == "TIMEOUT(absolute)"]
    # Without audio the gap rule moves the line's clock.
    assert timers == ["4"] * 4 and line.inserted_frames in (149, 150)
    rig.bridge._ticker.remove(line.fill_gap)
    await rig.clock.advance(3.0)
    timers = [value for _, name, value in rig.asterisk.variables if name == "TIMEOUT(absolute)"]
    assert len(timers) == 4


async def test_a_channel_that_the_exchange_does_not_know_any_more_ends_the_line(rig: Rig) -> None:
    line = await rig.line()
    rig.asterisk.channels.pop("1.1")
    rig.asterisk.in_app.discard("1.1")
    await rig.clock.advance(1.0)
    events = [event async for event in line.events()]
    assert isinstance(events[-1], HungUp)


async def test_a_renewal_that_fails_is_tried_again(rig: Rig) -> None:
    def fail(_: str) -> None:
        raise AriUnreachable("no answer")

    line = await rig.line()
    rig.asterisk.before["set_variable"] = fail
    await rig.clock.advance(2.0)
    del rig.asterisk.before["set_variable"]
    rig.asterisk.variables.clear()
    await rig.clock.advance(1.0)
    assert line._timer.missed == 2 and len(rig.asterisk.variables) == 1


async def test_who_comes_when_no_calls_are_taken_goes_to_a_person_at_once(rig: Rig) -> None:
    rig.bridge.taking_calls = False
    rig.asterisk.call_comes()
    await rig.settle()
    assert rig.lines == [] and "create_bridge" not in rig.asterisk.requests
    assert rig.asterisk.in_dialplan["1.1"] == "handoff"
