"""Supervisors who take a call over, one, two at once, and those who may not."""

import asyncio
from pathlib import Path

import httpx
from console_rig import CALL, Rig, Taken, all_connected, event, rig, token_of, until, watching

from console.users import Role


async def asked(site: Rig, browser: httpx.AsyncClient, to: str = "1001", call_id: str = CALL) -> httpx.Response:
    headers = {"X-CSRF-Token": token_of((await browser.get("/")).text), "Accept": "application/json"}
    return await browser.post(f"/calls/{call_id}/take-over", json={"to": to}, headers=headers)


async def going_on(site: Rig, browser: httpx.AsyncClient) -> None:
    """The console knows of the call."""
    async with watching(browser) as stream:
        await until(stream, all_connected)
        site.feed.publish(event("call.started"))
        await until(stream, lambda told: told.kind == "call.started")


async def test_two_supervisors_and_one_call(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        hoa, minh = await site.signed_in("hoa"), await site.signed_in("minh")
        await going_on(site, hoa)
        call = Taken()
        with site.control.holding(CALL, call):
            answers = await asyncio.gather(asked(site, hoa), asked(site, minh, ""))
        assert sorted(answer.status_code for answer in answers) == [202, 409]
        assert call.taken_over is not None
        first = call.taken_over.by
        assert first == ("hoa" if answers[0].status_code == 202 else "minh")
        late = next(answer for answer in answers if answer.status_code == 409).json()["detail"]
        assert late == {"by": first, "message": f"{first} đã chuyển cuộc gọi này trước."}
        asked_for = [(one["user"], one["call_id"]) for one in site.audit() if one["action"] == "asked_take_over"]
        assert sorted(asked_for) == [("hoa", CALL), ("minh", CALL)]


async def test_what_cannot_be_taken_over(tmp_path: Path) -> None:
    async with rig(tmp_path, users={"hoa": Role.ADMIN}) as site:
        hoa = await site.signed_in("hoa")
        assert (await asked(site, hoa)).status_code == 404
        await going_on(site, hoa)
        assert (await asked(site, hoa)).status_code == 404
        call = Taken()
        with site.control.holding(CALL, call):
            assert (await asked(site, hoa, to="1001;rm")).status_code == 422
            assert (await asked(site, hoa, to="999")).status_code == 422
            bare = await hoa.post(f"/calls/{CALL}/take-over", json={"to": "1001"})
            assert bare.status_code == 403
            assert call.taken_over is None
            assert (await asked(site, hoa)).status_code == 202


async def test_a_caller_reaches_a_person_also_while_nothing_can_be_written_down(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        hoa = await site.signed_in("hoa")
        await going_on(site, hoa)
        (tmp_path / "audit.jsonl").unlink()
        (tmp_path / "audit.jsonl").mkdir()
        call = Taken()
        with site.control.holding(CALL, call):
            assert (await asked(site, hoa)).status_code == 202
        assert call.taken_over is not None


async def test_a_calls_process_that_is_gone_is_told(tmp_path: Path) -> None:
    async with rig(tmp_path) as site:
        hoa = await site.signed_in("hoa")
        await going_on(site, hoa)
        site.control.take_over = _broken  # type: ignore[method-assign]
        answer = await asked(site, hoa)
        assert answer.status_code == 502 and "không phản hồi" in answer.json()["detail"]


def _broken(call_id: str, *, to: str, by: str) -> None:
    raise RuntimeError("broken")
