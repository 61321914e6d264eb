"""What waits for the consumer is bounded, and the end always comes."""

import asyncio

from telephony.event_queue import FRAME_LIMIT, KEY_LIMIT, EventQueue
from telephony.line import Frame, HungUp, Key


async def test_ten_thousand_keys_do_not_pile_up_nor_hold_up_audio() -> None:
    queue = EventQueue()
    for number in range(10_000):
        queue.put(Key("1", number))
    queue.put(Frame(b"", 0))
    queue.put(HungUp(0))
    events = [event async for event in queue]
    assert len(events) == KEY_LIMIT + 2
    assert queue.dropped_keys == 10_000 - KEY_LIMIT


async def test_keys_are_taken_again_when_some_were_read() -> None:
    queue = EventQueue()
    for number in range(KEY_LIMIT + 1):
        queue.put(Key("1", number))
    assert queue.take() == Key("1", 0)
    queue.put(Key("2", 99))
    assert queue.dropped_keys == 1
    queue.put(HungUp(0))
    assert [event async for event in queue][-2:] == [Key("2", 99), HungUp(0)]


async def test_old_frames_give_way_to_new_ones() -> None:
    queue = EventQueue()
    for number in range(FRAME_LIMIT + 5):
        queue.put(Frame(b"", number))
    assert queue.dropped_frames == 5
    assert queue.take() == Frame(b"", 5)


async def test_after_the_end_nothing_comes() -> None:
    queue = EventQueue()
    queue.put(HungUp(3))
    queue.put(Key("1", 4))
    assert [event async for event in queue] == [HungUp(3)]
    assert [event async for event in queue] == []


async def test_a_waiting_consumer_is_woken_and_may_give_up() -> None:
    queue = EventQueue()
    waiting = asyncio.ensure_future(anext(queue))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    waiting = asyncio.ensure_future(anext(queue))
    await asyncio.sleep(0)
    queue.put(Key("5", 0))
    async with asyncio.timeout(10):
        assert await waiting == Key("5", 0)
