"""The media websocket: who comes in, what passes, what junk does."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from fake_asterisk import FakeMediaClient, fake_media_client
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import MediaError
from telephony.leg_line import LegLine
from telephony.line import Frame, HungUp, Key, LineEvent, Played, Playout
from telephony.media_socket import MediaSockets
from telephony.reframing import Reframer
from telephony.socket_leg import SocketLeg

FRAME = bytes(range(160)) * 2


class Carrier:
    """The injected clock of a line."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


@asynccontextmanager
async def connected(
    sockets: MediaSockets, carrier: Carrier | None = None
) -> AsyncGenerator[tuple[LegLine, FakeMediaClient]]:
    invitation = sockets.invite()
    async with fake_media_client(sockets, invitation.token) as client:
        client.start()
        async with asyncio.timeout(10):
            leg = await invitation.leg
        yield LegLine(call_id="1.1", caller_number="", leg=leg, now=(carrier or Carrier()).now), client


def waiting(line: LegLine) -> list[LineEvent]:
    events: list[LineEvent] = []
    while (event := line._events.take()) is not None:
        events.append(event)
    return events


@pytest.mark.parametrize("query", ["", "token=", "token=unknown", "call=1", "token=%00%ff"])
async def test_without_a_known_token_nobody_comes_in(query: str, caplog: pytest.LogCaptureFixture) -> None:
    sockets = MediaSockets()
    sockets.invite()
    client = FakeMediaClient()
    async with asyncio.timeout(10):
        await client.run(sockets, query)
    assert client.close_code == 1008
    assert sockets.counts["token refused"] == 1 and sockets.open == 0
    assert "unknown" not in caplog.text


async def test_a_token_lets_in_once() -> None:
    sockets = MediaSockets()
    invitation = sockets.invite()
    async with fake_media_client(sockets, invitation.token) as first:
        first.start()
        await invitation.leg
        assert first.subprotocol == "media" and sockets.open == 1
        second = FakeMediaClient()
        await second.run(sockets, f"token={invitation.token}")
        assert second.close_code == 1008 and first.close_code is None
    assert sockets.open == 0


async def test_a_withdrawn_token_lets_nobody_in_and_closes_who_came() -> None:
    sockets = MediaSockets()
    unused, used = sockets.invite(), sockets.invite()
    sockets.withdraw(unused)
    assert unused.leg.cancelled()
    client = FakeMediaClient()
    await client.run(sockets, f"token={unused.token}")
    assert client.close_code == 1008
    async with fake_media_client(sockets, used.token) as came:
        came.start()
        await used.leg
        sockets.withdraw(used)
        async with asyncio.timeout(10):
            await came.closed.wait()
        assert came.commands == ["HANGUP"] and came.close_code == 1000


def of_another_format(client: FakeMediaClient) -> None:
    client.start(audio_format="ulaw", frame_bytes=160)


def of_another_frame(client: FakeMediaClient) -> None:
    client.start(frame_bytes=640)


def junk(client: FakeMediaClient) -> None:
    client.text("junk")


def a_key(client: FakeMediaClient) -> None:
    client.event("DTMF_END", digit="1")


def audio(client: FakeMediaClient) -> None:
    client.audio(FRAME)


def nothing(client: FakeMediaClient) -> None:
    client.hang_up()


@pytest.mark.parametrize("first", [of_another_format, of_another_frame, junk, a_key, audio, nothing])
async def test_what_does_not_begin_as_audio_is_refused(first: Callable[[FakeMediaClient], None]) -> None:
    sockets = MediaSockets()
    invitation = sockets.invite()
    async with fake_media_client(sockets, invitation.token) as client:
        first(client)
        with pytest.raises(MediaError):
            await invitation.leg
    assert client.close_code in (1003, None) and sockets.open == 0


async def test_frames_keys_and_the_end_arrive() -> None:
    async with connected(MediaSockets()) as (line, client):
        client.audio(FRAME)
        client.event("DTMF_END", digit="#")
        client.audio(FRAME)
        client.hang_up()
        await settle()
        assert waiting(line) == [Frame(FRAME, 0), Key("#", 160), Frame(FRAME, 160), HungUp(320)]


@given(st.lists(st.binary(max_size=900), max_size=10))
def test_any_pieces_become_whole_frames(pieces: list[bytes]) -> None:
    reframer = Reframer(320)
    frames = [frame for piece in pieces for frame in reframer.feed(piece)]
    whole = b"".join(pieces)
    assert all(len(frame) == 320 for frame in frames)
    assert b"".join(frames) == whole[: len(whole) - len(whole) % 320]


async def test_odd_messages_are_reframed_and_counted() -> None:
    sockets = MediaSockets()
    async with connected(sockets) as (line, client):
        for piece in (FRAME[:1], FRAME[1:2], b"", FRAME[2:319], FRAME[319:] + FRAME + FRAME[:7], FRAME[7:]):
            client.audio(piece)
        await settle()
        assert waiting(line) == [Frame(FRAME, sample) for sample in (0, 160, 320)]
        assert sockets.counts["reframed"] == 6


async def test_junk_is_counted_and_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    sockets = MediaSockets()
    async with connected(sockets) as (line, client), connected(sockets) as (other, other_client):
        for text in (
            "",
            "junk",
            "[1]",
            '{"event": "NEW"}',
            '{"event": "DTMF_END", "digit": "0123456789"}',
            "x" * 10**6,
        ):
            client.text(text)
        client.start()
        client.event("MEDIA_MARK_PROCESSED", correlation_id="bí mật 0901234567")
        client.event("MEDIA_MARK_PROCESSED", correlation_id="9" * 30)
        client.event("MEDIA_MARK_PROCESSED", correlation_id="1")
        client.event("STATUS", queue_length=3, media_paused=False)
        client.event("QUEUE_DRAINED")
        client.audio(FRAME)
        other_client.audio(FRAME)
        await settle()
        assert waiting(line) == waiting(other) == [Frame(FRAME, 0)]
        assert sockets.counts == {
            "malformed not JSON": 2,
            "malformed not an object": 1,
            "unknown": 1,
            "malformed digit": 1,
            "malformed too long": 1,
            "started twice": 1,
            "malformed correlation_id": 2,
            "QueueDrained": 1,
        }
        assert "0901234567" not in caplog.text


async def test_ten_thousand_keys_neither_grow_memory_nor_stall_audio() -> None:
    async with connected(MediaSockets()) as (line, client):
        for _ in range(10_000):
            client.event("DTMF_END", digit="1")
        client.audio(FRAME)
        for _ in range(1000):
            await settle()
        events = waiting(line)
        assert len(events) == 65 and events[-1] == Frame(FRAME, 0)
        assert line.dropped_keys == 10_000 - 64


async def test_speech_is_played_marked_paused_and_flushed() -> None:
    async with connected(MediaSockets()) as (line, client):
        await line.play("a", FRAME * 3 + FRAME[:100])
        await line.end_utterance("a")
        await settle()
        assert client.lost_bytes == 0
        heard = [client.tick() for _ in range(5)]
        assert heard == [FRAME, FRAME, FRAME, FRAME[:100].ljust(320, b"\0"), None]
        await settle()
        assert waiting(line) == [Played("a", 0)]

        await line.play("b", FRAME * 10)
        await settle()
        assert client.tick() == FRAME
        await line.pause()
        await settle()
        assert client.tick() is None
        flushed = await line.flush()
        assert flushed == Playout(utterance_id="b", heard_samples=160, queued_samples=1600)
        await settle()
        assert client.queued_frames == 0
        await line.play("c", FRAME)
        await settle()
        assert client.tick() == FRAME
        assert client.commands == ["MARK_MEDIA", "PAUSE_MEDIA", "GET_STATUS", "FLUSH_MEDIA", "CONTINUE_MEDIA"]


async def test_a_minute_of_speech_overruns_nothing() -> None:
    carrier = Carrier()
    async with connected(MediaSockets(), carrier) as (line, client):
        speech = bytes(range(256)) * (60 * 16000 // 256)
        playing = asyncio.ensure_future(line.play("a", speech))
        heard, most = bytearray(), 0
        async with asyncio.timeout(60):
            while len(heard) < len(speech):
                await settle()
                most = max(most, client.queued_frames)
                heard += client.tick() or b""
                client.audio(FRAME)
                carrier.seconds += 0.02
                waiting(line)
        await playing
        assert heard == speech
        assert 200 <= most <= 251 and client.dropped_messages == 0


async def test_asterisk_says_stop_and_go() -> None:
    async with connected(MediaSockets()) as (line, client):
        client.event("MEDIA_XOFF")
        await settle()
        playing = asyncio.ensure_future(line.play("a", FRAME))
        await settle()
        assert client.queued_frames == 0 and not playing.done()
        client.event("MEDIA_XON")
        await settle()
        assert client.queued_frames == 1 and playing.done()


async def test_a_peer_that_reads_nothing_is_given_up() -> None:
    sockets = MediaSockets(close_wait_s=0.0)
    async with connected(sockets) as (line, client):
        client.stuck = True
        leg = line._leg
        for _ in range(200):
            leg.send_audio(bytes(8000))
        assert sockets.counts["stalled"] == 1
        async with asyncio.timeout(10):
            await client.closed.wait()
        assert waiting(line)[-1] == HungUp(0)
        assert isinstance(leg, SocketLeg)


async def test_closing_does_not_wait_for_a_peer_that_reads_nothing() -> None:
    sockets = MediaSockets(close_wait_s=0.0)
    async with connected(sockets) as (line, client):
        client.stuck = True
        leg = line._leg
        leg.send_audio(FRAME)
        await settle()
        leg.close()
        leg.close()
        async with asyncio.timeout(10):
            await client.closed.wait()
        assert client.close_code is None and sockets.open == 0
        assert sockets.counts == {"not closed in time": 1}
        assert waiting(line)[-1] == HungUp(0)


async def test_who_listens_to_a_leg_that_is_gone_is_told() -> None:
    sockets = MediaSockets()
    invitation = sockets.invite()
    async with fake_media_client(sockets, invitation.token) as client:
        client.start()
        leg = await invitation.leg
    line = LegLine(call_id="1.1", caller_number="", leg=leg, now=Carrier().now)
    assert waiting(line) == [HungUp(0)]
    leg.close()
