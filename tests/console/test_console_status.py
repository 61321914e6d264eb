"""Health, readiness, figures and the description of the API."""

from pathlib import Path
from typing import Any

import pytest
from console_rig import all_connected, event, rig, until, watching

from console.figures import STALE_S, Figures
from console.metrics import Metrics
from contracts.clock import ScriptedClock

BEAT = {
    "ready": True,
    "pid": 1,
    "restarts": 2,
    "calls": 3,
    "behind_ms": 250.0,
    "lag_ms": 4.0,
    "tasks": 21,
    "draining": False,
}
TOLD: dict[str, Any] = {
    "calls": {"0": BEAT},
    "others": {"journal": {"ready": True, "restarts": 0, "lag_s": 1.5, "waiting": 2, "away": False}},
    "exchange": {"ready": True, "answers": True, "restarts": 1},
}


async def test_readiness_says_what_is_missing(tmp_path: Path) -> None:
    clock = ScriptedClock()
    async with rig(tmp_path, clock=clock) as site:
        browser = await site.browser()

        async def ready() -> tuple[int, list[str]]:
            answer = await browser.get("/readyz")
            return answer.status_code, answer.json()["missing"]

        assert (await browser.get("/healthz")).json() == {"status": "ok"}
        assert await ready() == (503, ["guard"])
        site.figures.take(TOLD)
        assert await ready() == (200, [])
        site.figures.take(TOLD | {"exchange": {"answers": False}})
        assert await ready() == (503, ["asterisk"])
        site.figures.take(TOLD | {"calls": {"0": BEAT | {"ready": False}, "1": BEAT | {"draining": True}}})
        assert await ready() == (503, ["calls"])
        site.figures.take(TOLD)
        await clock.advance(STALE_S + 1)
        assert await ready() == (503, ["guard"])


async def test_a_journal_or_chat_that_does_not_work_keeps_nobody_from_calling(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser = await site.browser()
        well = {"ready": True, "away": None}
        for others, degraded in (
            ({"journal": well}, []),
            ({"journal": {"ready": True, "away": "no route"}}, ["journal"]),
            ({"journal": {"ready": False}}, ["journal"]),
            ({"journal": well, "chat": {"ready": True}}, []),
            ({"journal": well, "chat": {"ready": False}}, ["chat"]),
        ):
            site.figures.take(TOLD | {"others": others})
            answer = await browser.get("/readyz")
            assert (answer.status_code, answer.json()["degraded"]) == (200, degraded)


async def test_figures_have_numbers_and_nothing_personal(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        site.figures.take(TOLD)
        browser = await site.signed_in("hoa")
        async with watching(browser) as stream:
            await until(stream, all_connected)
            site.feed.publish(event("call.started", caller="0901234567"))
            site.feed.publish(
                event("turn.heard", text="giấy khai sinh", endpoint_ms=250.0, recognition_ms=20.0, meaning_ms=3.0)
            )
            site.feed.publish(event("turn.decided", decision_ms=1.0))
            site.feed.publish(event("say.started", text="dạ", voice_ms=20.0, answer_ms=30.0))
            site.feed.publish(event("barge_in.interrupted"))
            site.feed.publish(event("handoff.started", reason="supervisor", summary="s"))
            site.feed.publish(event("handoff.started", reason="0901234567", summary="s"))
            site.feed.publish(event("call.ended"))
            await until(stream, lambda told: told.kind == "call.ended")
        text = (await browser.get("/metrics")).text
    for line in (
        "tongdai_calls_total 1.0",
        "tongdai_turns_total 1.0",
        'tongdai_handovers_total{reason="supervisor"} 1.0',
        'tongdai_handovers_total{reason="other"} 1.0',
        'tongdai_turn_stage_seconds_sum{stage="answer"} 0.28',
        'tongdai_turn_stage_seconds_bucket{le="0.3",stage="endpoint"} 1.0',
        "tongdai_interruptions_total 1.0",
        'tongdai_calls_now{process="0"} 3.0',
        'tongdai_recogniser_behind_seconds{process="0"} 0.25',
        'tongdai_tasks{process="calls-0"} 21.0',
        "tongdai_calls_shown 0.0",
        'tongdai_loop_lag_seconds{process="calls-0"} 0.004',
        'tongdai_process_restarts{process="asterisk"} 1.0',
        'tongdai_journal_lag_seconds{process="journal"} 1.5',
        'tongdai_journal_database_away{process="journal"} 0.0',
        "tongdai_ready 1.0",
        "tongdai_feeds_connected 1.0",
    ):
        assert line in text, line
    assert "090123" not in text and "khai sinh" not in text and "1700000000" not in text


def test_figures_of_anything_are_read(caplog: pytest.LogCaptureFixture) -> None:
    figures = Figures(ScriptedClock())
    anything: tuple[dict[str, Any], ...] = ({}, {"calls": 1, "exchange": []}, {"calls": {"0": {"calls": "many"}}})
    for told in anything:
        figures.take(told)
        assert b"tongdai_ready 0.0" in Metrics(figures, feeds_connected=lambda: 0, calls_shown=lambda: 0).text()


async def test_the_api_is_described(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        browser = await site.signed_in("hoa")
        document = (await browser.get("/openapi.json")).json()
        assert set(document["paths"]) == {
            "/live", "/calls/{call_id}/take-over", "/healthz", "/readyz", "/metrics", "/openapi.json",
            "/handoff/{call_id}.json", "/call-backs.json", "/on-air.json",
        }  # fmt: skip
        assert "409" in document["paths"]["/calls/{call_id}/take-over"]["post"]["responses"]
