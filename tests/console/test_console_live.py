"""What is said on the calls now, as browsers get it."""

import asyncio
import json
from pathlib import Path

import pytest
import websockets
from console_rig import CALL, TOKEN, Taken, all_connected, event, rig, served, until, watching

from calls.api import create_api
from calls.feed import EventFeed
from console.hub import SWEEP_S, WATCH_LIMIT, Told, Watch
from console.live_calls import KEPT_S, LiveCalls
from console.shown import shown
from contracts.clock import ScriptedClock
from contracts.feeds import FeedAddress

FEED = FeedAddress(url="ws://127.0.0.1:1/feed", token=TOKEN)


async def test_what_is_said_reaches_the_page_as_it_is_spoken(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser = await site.signed_in("hoa")
        assert "Cuộc gọi" in (await browser.get("/")).text
        async with watching(browser) as stream:
            await until(stream, all_connected)
            site.feed.publish(event("call.started", caller="0901234567"))
            site.feed.publish(event("turn.partial", text="giấy khai"))
            site.feed.publish(event("turn.heard", text="giấy khai sinh", confidence=0.91, acceptance=0.8))
            heard = [await until(stream, lambda told: told.name == "message") for _ in range(3)]
            assert [one.kind for one in heard] == ["call.started", "turn.partial", "turn.heard"]
            assert heard[0].data["fields"] == {}
            assert heard[1].data["fields"] == {"text": "giấy khai"}
            assert heard[2].data["fields"] == {"text": "giấy khai sinh", "confidence": 0.91, "acceptance": 0.8}
        assert [(one["user"], one["action"], one["call_id"]) for one in site.audit()] == [
            ("hoa", "signed_in", ""),
            ("hoa", "looked_at_call", CALL),
        ]
        assert "khai" not in (tmp_path / "audit.jsonl").read_text("utf-8")


async def test_who_comes_late_sees_what_was_said(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        first, second = await site.signed_in("hoa"), await site.signed_in("minh")
        async with watching(first) as stream:
            await until(stream, all_connected)
            for kind, text in (("turn.partial", "a"), ("turn.partial", "a b"), ("turn.heard", "a b c")):
                site.feed.publish(event(kind, text=text))
            site.feed.publish(event("turn.partial", text="d"))
            await until(stream, lambda told: told.kind == "turn.partial" and told.data["fields"]["text"] == "d")
        async with watching(second) as stream:
            await until(stream, all_connected)
            texts = [(await until(stream, lambda told: told.name == "message")).data["fields"]["text"] for _ in "12"]
            assert texts == ["a b c", "d"]


async def test_calls_from_before_and_calls_that_are_gone_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path
    async with rig(folder) as site:
        browser = await site.signed_in("hoa")
        with site.control.holding("1700000001.1", Taken()):
            async with watching(browser) as stream:
                await until(stream, all_connected)
                site.feed.publish(event("call.started"))
                await until(stream, lambda told: told.kind == "call.started")
                # Every watch ends, and the console connects again: it asks what is going on.
                site.feed.close()
                await until(stream, lambda told: told.name == "feeds" and not all_connected(told))
                seen = {(await until(stream, lambda told: told.name == "message")).kind for _ in range(2)}
                assert seen == {"call.lost", "call.known"}


async def test_a_call_whose_end_was_lost_is_found_gone(tmp_path: Path) -> None:
    clock = ScriptedClock()
    async with rig(tmp_path, clock=clock) as site:
        browser = await site.signed_in("hoa")
        async with watching(browser) as stream:
            await until(stream, all_connected)
            site.feed.publish(event("call.started"))
            await until(stream, lambda told: told.kind == "call.started")
            lost = asyncio.create_task(until(stream, lambda told: told.kind == "call.lost"))
            while not lost.done():
                await clock.advance(SWEEP_S)
                await asyncio.wait([lost], timeout=0.05)
            assert (await lost).data["call_id"] == CALL


def test_what_differs_at_one_look_may_be_on_its_way() -> None:
    calls = LiveCalls(ScriptedClock())
    calls.put(FEED, event("call.started"))
    assert calls.reconcile(FEED, {"new": "2026-11-24"}, anew=False) == []
    calls.put(FEED, event("call.started", call_id="new"))
    assert calls.reconcile(FEED, {CALL: "2026-11-24", "new": "2026-11-24"}, anew=False) == []
    assert calls.reconcile(FEED, {}, anew=False) == []
    lines = calls.reconcile(FEED, {"other": "2026-11-24"}, anew=False)
    assert [json.loads(line)["kind"] for line in lines] == ["call.lost", "call.lost"]
    assert calls.going_on(CALL) is None and calls.going_on("new") is None
    lines = calls.reconcile(FEED, {"other": "2026-11-24"}, anew=False)
    assert [json.loads(line)["call_id"] for line in lines] == ["other"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}])
async def test_the_feed_needs_its_token(header: dict[str, str]) -> None:
    async with asyncio.timeout(20), served(create_api(feed=EventFeed(), token=TOKEN, calls_now=lambda: 0)) as calls:
        with pytest.raises(websockets.InvalidStatus, match="403"):
            async with websockets.connect(f"ws://{calls}/feed", additional_headers=header):
                pass


async def test_a_slow_watcher_of_the_feed_loses_the_oldest_events() -> None:
    feed = EventFeed(limit=2)
    with feed.watching() as watch:
        for sequence in range(5):
            feed.publish(event("silence", sequence=sequence))
        assert watch.lost == 3
        async for first in watch:
            assert first.sequence == 3
            break
    feed.publish(event("silence"))


async def test_a_browser_that_is_too_far_behind_begins_anew() -> None:
    watch = Watch([Told(name="feeds", data="{}")])
    for _ in range(WATCH_LIMIT + 1):
        watch.put(Told(name="message", data="{}"))
    assert await watch.next() is None


def test_a_browser_gets_neither_numbers_nor_keys_nor_what_it_does_not_show() -> None:
    assert "0901234567" not in str(shown(event("call.started", caller="0901234567")))
    assert '"7"' not in str(shown(event("key.pressed", key="7")))
    assert "nbest" not in str(shown(event("turn.heard", text="a", nbest=[{"text": "b", "confidence": 1.0}])))
    assert shown(event("note.anything", text="a")) is None


async def test_what_was_said_is_forgotten_after_the_call() -> None:
    clock = ScriptedClock()
    calls = LiveCalls(clock)
    calls.put(FEED, event("turn.heard", text="giấy khai sinh"))
    assert calls.going_on(CALL) is not None
    calls.put(FEED, event("call.ended", sequence=1))
    assert calls.going_on(CALL) is None
    await clock.advance(KEPT_S)
    assert calls.forget_ended() == []
    await clock.advance(1)
    assert calls.forget_ended() == [CALL] and calls.all() == ()
