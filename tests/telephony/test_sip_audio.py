"""What one phone says is what the other hears, to the sample; keys, loss, echo, noise, silence suppression."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from telephony.g711 import Pcm
from telephony.sip.agent import Answer, IncomingCall, SipAgent
from telephony.sip.call import Call
from telephony.sip.caller import SipCaller
from telephony.sip.codec import PCMA, PCMU, Codec
from telephony.sip.conditions import Conditions, Echo
from telephony.sip.measure import Segment, segments
from telephony.sip.rtp import pack
from telephony.sip.ticker import Ticker, shared_ticker
from telephony.sip.tones import level_of, silence, tone

NOWHERE = "127.0.0.1:5060"
STEADY = Conditions(hidden_lateness_ms=10_000.0)
RNG = np.random.default_rng(7)


def noise(ms: int) -> Pcm:
    return np.clip(RNG.normal(0, 4000, ms * 8), -32768, 32767).astype(np.int16)


@asynccontextmanager
async def call_up(
    conditions: Conditions | None = None, codecs: tuple[Codec, ...] = (PCMA, PCMU)
) -> AsyncGenerator[tuple[SipCaller, IncomingCall]]:
    # The tests compare positions; a machine that stalls must not move them.
    conditions = replace(conditions or Conditions(), hidden_lateness_ms=10_000.0)
    behaviour = Answer(after_ms=0)
    async with asyncio.timeout(60), SipAgent(NOWHERE, "a", behaviour=behaviour, conditions=STEADY) as agent:
        to = f"a@127.0.0.3:{agent.address[1]}"
        async with SipCaller(to, conditions=conditions, codecs=codecs) as caller:
            await caller.place()
            call = await agent.next_call()
            await caller.wait_answered()
            yield caller, call


async def heard_up_to(listener: Call, position: int) -> Pcm:
    assert await listener.when(lambda: listener.position >= position and len(listener.received()) >= position)
    return listener.received()


def whereabouts(needle: Pcm, haystack: Pcm) -> int:
    """The position of an exact copy; −1: there is none."""
    return haystack.tobytes().find(needle.tobytes()) // 2


@pytest.mark.parametrize("codecs", [(PCMA,), (PCMU,)], ids=["PCMA", "PCMU"])
async def test_both_ways_sample_by_sample_with_gaps_kept(codecs: tuple[Codec, ...]) -> None:
    (codec,) = codecs
    async with call_up(codecs=codecs) as (caller, call):
        for speaker, listener in ((caller, call), (call, caller)):
            first, pause, second = noise(333), silence(401), noise(250)
            spoken = [await speaker.say(part) for part in (first, pause, second)]
            heard = await heard_up_to(listener, listener.position + 4000)
            places = [whereabouts(codec.decode(codec.encode(part)), heard) for part in (first, second)]
            assert min(places) >= 0
            assert places[1] - places[0] == spoken[2].start - spoken[0].start
            sent = speaker.sent()
            assert np.array_equal(sent[spoken[0].start : spoken[0].end], codec.decode(codec.encode(first)))


async def test_speech_begins_at_the_next_frame_and_its_edges_are_told() -> None:
    async with call_up() as (caller, _):
        before = caller.position
        pcm = np.concatenate([silence(30), tone(500, 100), silence(30)])
        spoken = await caller.say(pcm)
        assert spoken.start % 160 == 0 and spoken.start >= before
        assert spoken.end - spoken.start == len(pcm)
        assert spoken.loud is not None and spoken.loud.start == spoken.start + 240
        assert (await caller.say(silence(20))).loud is None


async def test_each_key_once_between_words() -> None:
    async with call_up() as (caller, call):
        done = await asyncio.gather(caller.say(noise(100)), caller.send_keys("19*#0"), call.send_keys("AA", key_ms=40))
        assert done[1].start >= done[0].end
        await call.when(lambda: len(call.keys) >= 5)
        await caller.when(lambda: len(caller.keys) >= 2)
        await caller.say(silence(300))
        assert "".join(key.key for key in call.keys) == "19*#0"
        assert "".join(key.key for key in caller.keys) == "AA"
        steps = np.diff([key.sample for key in call.keys])
        # Five frames held, three ends, five frames of gap.
        assert steps.tolist() == [13 * 160] * 4
        with pytest.raises(ValueError, match="keys"):
            await caller.send_keys("1x")


async def test_loss_leaves_holes_and_moves_nothing() -> None:
    async with call_up(Conditions(loss_out=0.3, loss_in=0.3, seed=3)) as (caller, call):
        pcm = noise(2000)
        coded = PCMA.decode(PCMA.encode(pcm))
        await asyncio.gather(caller.say(pcm), call.say(pcm))
        await caller.send_keys("12345")
        await call.when(lambda: len(call.keys) >= 5)
        for listener in (call, caller):
            heard = await heard_up_to(listener, 1000)
            starts = [whereabouts(coded[at : at + 160], heard) - at for at in range(0, len(coded), 160)]
            found = [start for at, start in enumerate(starts) if start + at * 160 >= 0]
            assert 40 <= len(found) <= 90, "of 100 frames"
            assert len(set(found)) == 1, "all frames that came lie at one offset"
        assert "".join(key.key for key in call.keys) == "12345"


async def test_the_echo_comes_back_late_and_quieter() -> None:
    conditions = Conditions(echo=Echo(attenuation_db=15.0, delay_ms=100.0))
    async with call_up(conditions) as (caller, call):
        await call.say(tone(500, 400, dbfs=-6.0))
        await caller.when(lambda: caller.position - caller.last_loud > 1600)
        heard, back = caller.received(), caller.sent()
        (direct,), (echo,) = segments(heard, gap=800), segments(back, gap=800)
        assert abs(echo.start - direct.start - 800) <= 8
        middle = slice(echo.start + 400, echo.start + 2800)
        assert level_of(back[middle], 500) == pytest.approx(-21.0, abs=0.5)
        spoken = await caller.say(tone(900, 200))
        assert spoken.loud is not None and spoken.loud.end - spoken.loud.start > 1580


async def test_noise_lies_under_everything() -> None:
    async with call_up(Conditions(noise_dbfs=-50.0)) as (caller, _):
        spoken = await caller.say(silence(500))
        level = np.std(caller.sent()[spoken.start : spoken.end].astype(np.float64)) / 32768
        assert 20 * np.log10(level) == pytest.approx(-50.0, abs=1.0)
        between = await caller.say(tone(500, 100))
        assert not np.array_equal(caller.sent()[spoken.end : between.start][:160], silence(20))
        assert between.loud is not None and between.loud.start == between.start


async def test_silence_suppression_sends_nothing_and_keeps_time() -> None:
    async with call_up(Conditions(dtx=True)) as (caller, call):
        first = await caller.say(noise(200))
        packets = caller.media.packets_out
        await caller.when(lambda: caller.position >= first.end + 8000)
        assert caller.media.packets_out == packets
        second = await caller.say(noise(200))
        await call.when(lambda: call.last_loud >= 8000 and call.position - call.last_loud > 800)
        one, two = call.heard_active(gap_ms=100)
        assert abs((two.start - one.start) - (second.start - first.start)) <= 8
        assert call.media.packets_in == caller.media.packets_out


async def test_what_is_said_while_muted_is_lost() -> None:
    async with call_up() as (caller, call):
        first = await caller.say(noise(100))
        caller.mute()
        packets = caller.media.packets_out
        await caller.say(noise(300))
        assert caller.media.packets_out - packets <= 1
        caller.unmute()
        second = await caller.say(noise(100))
        await call.when(lambda: call.position - call.last_loud > 800)
        one, two = call.heard_active(gap_ms=100)
        assert two.start - one.start == pytest.approx(second.start - first.start, abs=40)


async def test_a_jitter_buffer_delays_what_is_heard() -> None:
    async with call_up(Conditions(playout_delay_ms=60.0)) as (caller, call):
        await call.say(noise(100))
        await caller.when(lambda: caller.last_loud > caller.position)
        assert caller.first_loud() is not None


async def test_junk_on_the_audio_port_is_counted() -> None:
    async with call_up() as (caller, call):
        address = ("127.0.0.2", caller.media.port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as junk:
            for packet in (b"x", b"\0" * 200, pack(3, False, 1, 1, 1, b"gsm"), pack(101, False, 1, 1, 1, b"\xff" * 4)):
                junk.sendto(packet, address)
            junk.sendto(b"\x80\xc8" + b"\0" * 26, address)
        await call.say(noise(200))
        await caller.when(lambda: caller.last_loud >= 0 and caller.position - caller.last_loud > 800)
        assert caller.media.malformed == 4
        assert [segment.end - segment.start for segment in caller.heard_active(gap_ms=50)] == [
            pytest.approx(1600, abs=4)
        ]


async def test_heard_before_and_after_the_call() -> None:
    caller = SipCaller("1@127.0.0.1:5060")
    assert len(caller.received()) == len(caller.sent()) == 0
    assert (caller.last_loud, caller.first_loud(), caller.heard_active(), list(caller.keys)) == (-1, None, (), [])
    await caller.close()
    async with call_up() as (caller, call):
        await call.say(tone(500, 200))
        await caller.when(lambda: caller.last_loud >= 0 and caller.position - caller.last_loud > 800)
        await caller.hang_up()
        (segment,) = caller.heard_active(gap_ms=20)
        assert isinstance(segment, Segment) and level_of(caller.received(segment.start, segment.end), 500) > -14


async def test_one_failing_member_does_not_stop_the_clock() -> None:
    ticker = Ticker()
    ticks: list[float] = []
    enough = asyncio.Event()

    def good(due: float) -> None:
        ticks.append(due)
        if len(ticks) == 3:
            enough.set()

    def bad(due: float) -> None:
        raise RuntimeError("broken")

    ticker.add(bad)
    ticker.add(good)
    async with asyncio.timeout(10):
        await enough.wait()
    ticker.remove(good)
    assert ticker.failures == 1
    assert np.diff(ticks) == pytest.approx(0.02)
    assert shared_ticker() is shared_ticker()


@pytest.mark.parametrize(
    "bad",
    [
        lambda: Conditions(loss_in=1.5),
        lambda: Conditions(loss_out=-0.1),
        lambda: Conditions(noise_dbfs=3.0),
        lambda: Conditions(playout_delay_ms=-1.0),
        lambda: Conditions(hidden_lateness_ms=-1.0),
        lambda: Echo(delay_ms=10.0),
        lambda: Echo(attenuation_db=-3.0),
    ],
)
def test_impossible_conditions_are_refused(bad: object) -> None:
    assert callable(bad)
    with pytest.raises(ValueError, match="must"):
        bad()
