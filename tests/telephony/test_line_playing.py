"""The way to the caller, over a leg in memory."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import LineClosed
from telephony.line import Playout
from telephony.playing import AHEAD_MS, Playing
from telephony.queue_leg import QueueLeg

FRAME = 160


class Rig:
    """A leg that passes a frame when told, as a line does."""

    def __init__(self) -> None:
        self.leg = QueueLeg(8000)
        self.played: list[str] = []
        self.playing = Playing(self.leg, self.played.append)
        self.leg.listen(self)
        self.heard = bytearray()

    def tick(self, frames: int = 1) -> None:
        for _ in range(frames):
            self.heard += self.leg.take_frame() or b""
            self.playing.advance(FRAME)

    def frame(self, pcm: bytes) -> None: ...

    def key(self, key: str) -> None: ...

    def marked(self, number: int) -> None:
        self.playing.marked(number)

    def queue_length(self, samples: int) -> None:
        self.playing.queue_length(samples)

    def hold(self, held: bool) -> None:
        self.playing.hold(held)

    def leg_gone(self) -> None: ...


def sound(samples: int) -> bytes:
    return b"".join((number % 30000 + 1).to_bytes(2, "little") for number in range(samples))


@given(st.lists(st.integers(0, 1000), max_size=12))
def test_any_pieces_are_heard_as_one_and_padded_at_the_end_only(sizes: list[int]) -> None:
    async def run() -> None:
        rig = Rig()
        whole = sound(sum(sizes) // 2)
        start = 0
        for size in sizes:
            await rig.playing.play("a", whole[start : start + size])
            start += size
        await rig.playing.end("a")
        assert not rig.played
        rig.tick(len(whole) // 320 + 2)
        assert rig.played == ["a"]
        assert rig.heard[: len(whole)] == whole and not any(rig.heard[len(whole) :])
        assert len(rig.heard) - len(whole) < 320

    asyncio.run(run())


async def test_no_more_than_five_seconds_are_queued_and_play_waits() -> None:
    rig = Rig()
    playing = asyncio.ensure_future(rig.playing.play("a", sound(8000 * 12)))
    await asyncio.sleep(0)
    most = 0
    while not playing.done():
        most = max(most, rig.playing._ledger.level)
        rig.tick()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await rig.playing.end("a")
    rig.tick(300)
    assert most == AHEAD_MS * 8
    assert rig.heard == sound(8000 * 12) and rig.played == ["a"]


async def test_held_means_that_nothing_goes() -> None:
    rig = Rig()
    rig.playing.hold(True)
    playing = asyncio.ensure_future(rig.playing.play("a", sound(FRAME)))
    await asyncio.sleep(0)
    rig.tick(10)
    assert not playing.done() and not rig.heard
    rig.playing.hold(False)
    async with asyncio.timeout(10):
        await playing
    rig.tick(1)
    assert rig.heard == sound(FRAME)


async def test_a_pause_loses_nothing() -> None:
    rig = Rig()
    await rig.playing.play("a", sound(FRAME * 10))
    rig.tick(3)
    rig.playing.pause()
    rig.playing.pause()
    rig.tick(50)
    assert rig.playing.heard("a") == 3 * FRAME and len(rig.heard) == 3 * 320
    rig.playing.resume()
    await rig.playing.end("a")
    rig.tick(8)
    assert rig.heard == sound(FRAME * 10) and rig.played == ["a"]


async def test_a_flush_tells_what_was_heard_and_ends_a_pause() -> None:
    rig = Rig()
    await rig.playing.play("a", sound(FRAME * 10 + 7))
    await rig.playing.end("a")
    rig.tick(4)
    rig.playing.pause()
    playout = await rig.playing.flush()
    assert playout == Playout(utterance_id="a", heard_samples=4 * FRAME, queued_samples=10 * FRAME + 7)
    await rig.playing.play("b", sound(FRAME))
    await rig.playing.end("b")
    rig.tick(3)
    assert rig.played == ["b"]
    assert rig.heard == sound(FRAME * 4) + sound(FRAME)


async def test_a_flush_frees_a_play_that_waits_and_what_comes_later_of_it_is_dropped() -> None:
    rig = Rig()
    playing = asyncio.ensure_future(rig.playing.play("a", sound(8000 * 10)))
    await asyncio.sleep(0)
    rig.tick(5)
    playout = await rig.playing.flush()
    async with asyncio.timeout(10):
        await playing
    assert playout.utterance_id == "a" and playout.heard_samples == 5 * FRAME
    await rig.playing.play("a", sound(FRAME))
    await rig.playing.end("a")
    rig.tick(10)
    assert len(rig.heard) == 5 * 320 and not rig.played
    assert (await rig.playing.flush()).utterance_id is None


async def test_without_an_answer_the_estimate_counts() -> None:
    class Silent(QueueLeg):
        def ask_queue_length(self) -> None: ...

    rig = Rig()
    rig.leg = Silent(8000)
    rig.playing = Playing(rig.leg, rig.played.append)
    await rig.playing.play("a", sound(FRAME * 10))
    rig.tick(4)
    flushing = asyncio.ensure_future(rig.playing.flush())
    await asyncio.sleep(0)
    rig.tick(9)
    await asyncio.sleep(0)
    assert not flushing.done()
    rig.tick(1)
    async with asyncio.timeout(10):
        assert (await flushing).heard_samples == 4 * FRAME


async def test_an_answer_that_came_too_late_is_not_taken_for_the_next() -> None:
    class Late(QueueLeg):
        def ask_queue_length(self) -> None: ...

    rig = Rig()
    rig.leg = Late(8000)
    rig.playing = Playing(rig.leg, rig.played.append)
    await rig.playing.play("a", sound(FRAME * 10))
    first = asyncio.ensure_future(rig.playing.flush())
    await asyncio.sleep(0)
    rig.tick(10)
    await first
    await rig.playing.play("b", sound(FRAME * 10))
    second = asyncio.ensure_future(rig.playing.flush())
    await asyncio.sleep(0)
    rig.playing.queue_length(10 * FRAME)
    await asyncio.sleep(0)
    assert not second.done()
    rig.playing.queue_length(7 * FRAME)
    assert (await second).heard_samples == 3 * FRAME


async def test_an_utterance_without_audio_is_played_after_those_before_it() -> None:
    rig = Rig()
    await rig.playing.play("a", sound(FRAME))
    await rig.playing.end("b")
    await rig.playing.end("a")
    rig.tick(1)
    assert rig.played == []
    rig.tick(1)
    assert rig.played == ["a", "b"]


async def test_who_waits_learns_that_the_call_is_over() -> None:
    rig = Rig()
    playing = asyncio.ensure_future(rig.playing.play("a", sound(8000 * 10)))
    await asyncio.sleep(0)
    rig.playing.close()
    with pytest.raises(LineClosed):
        await playing
    with pytest.raises(LineClosed):
        await rig.playing.play("b", b"")
    with pytest.raises(LineClosed):
        await rig.playing.end("b")
    assert (await rig.playing.flush()).utterance_id == "a"
    rig.playing.pause()
    rig.playing.resume()
