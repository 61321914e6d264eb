"""A supervisor at a real browser, a caller and an agent at real phones: sees what is said, and takes the call over."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import httpx
import pytest
from browser import opened
from chromium_install import chromium_program
from hotline_calls import DEADLINE_S, agent_of, all_gone, calling, hear_each_other
from playwright.async_api import Page, expect

from console.users import FILE_NAME, Role, Users
from hotline.bench.process_cost import descendants
from hotline.state import RunState
from telephony.asterisk.dialplan import REASON_HEADER, decode_text
from telephony.sip.call import EndedBy

PASSWORD = "mot mat khau dai"
QUESTION = "làm giấy khai sinh cho con cần giấy tờ gì"
MARKUP = '<img src="x" onerror="document.title=1"><script>document.title=2</script>'


@pytest.fixture(scope="session")
def chromium() -> Path:
    return chromium_program()


@pytest.fixture
def supervisor(hotline_run_dir: Path) -> Iterator[str]:
    users = Users(hotline_run_dir / FILE_NAME)
    users.add("hoa", Role.SUPERVISOR, PASSWORD)
    yield "hoa"
    users.remove("hoa")


@pytest.fixture
async def page(chromium: Path) -> AsyncGenerator[Page]:
    async with opened(chromium) as page:
        yield page


async def sign_in(page: Page, state: RunState, name: str) -> None:
    await page.goto(state.console)
    await page.fill("#name", name)
    await page.fill("#password", PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.locator("#state")).to_have_text("đang theo dõi")


async def test_a_supervisor_sees_the_words_and_takes_the_call_over(
    hotline_state: RunState, hotline_run_dir: Path, supervisor: str, page: Page
) -> None:
    await sign_in(page, hotline_state, supervisor)
    await expect(page.locator("#empty")).to_be_visible()
    async with calling(hotline_state) as call, agent_of(hotline_state) as phone:
        call_id = call.told.events[0].call_id
        card = page.locator(f'[data-call="{call_id}"]')
        await expect(card.locator(".hotline").first).to_contain_text("trợ lý tự động")
        partial = asyncio.create_task(card.locator(".partial").first.wait_for())
        await call.say(QUESTION)
        await partial
        await expect(card.locator(".caller:not(.partial)")).to_contain_text("khai sinh")
        await expect(card.locator(".caller small")).to_contain_text("hiểu")
        await expect(card.locator(".hotline").nth(1)).to_contain_text("giấy tờ")
        assert call.number not in await page.content()

        await card.locator("select").select_option(hotline_state.agents[0].number)
        await card.get_by_text("Chuyển cho người").click()
        taken = await phone.next_call()
        assert decode_text(taken.header(REASON_HEADER) or "") == "supervisor"
        await taken.wait_answered()
        await hear_each_other(call.caller, taken)
        await expect(card).to_contain_text(f"{supervisor} chuyển cuộc gọi cho máy {hotline_state.agents[0].number}")
        await expect(card.locator(".status")).to_have_text("đã kết thúc")
        await taken.hang_up()
        assert (await call.caller.wait_ended()).by is EndedBy.PEER
    lines = [json.loads(line) for line in (hotline_run_dir / "audit.jsonl").read_text("utf-8").splitlines()]
    done = [(line["user"], line["action"]) for line in lines if line["call_id"] == call_id]
    assert done == [(supervisor, "looked_at_call"), (supervisor, "asked_take_over")]
    await all_gone(hotline_state)


async def test_a_phone_that_does_not_take_the_call_leaves_it_to_the_queue(
    hotline_state: RunState, supervisor: str, page: Page
) -> None:
    await sign_in(page, hotline_state, supervisor)
    async with calling(hotline_state) as call, agent_of(hotline_state) as phone:
        card = page.locator(f'[data-call="{call.told.events[0].call_id}"]')
        # Nobody has registered with the second phone.
        await card.locator("select").select_option(hotline_state.agents[1].number)
        await card.get_by_text("Chuyển cho người").click()
        taken = await phone.next_call()
        assert decode_text(taken.header(REASON_HEADER) or "") == "supervisor"
        await taken.wait_answered()
        await hear_each_other(call.caller, taken)
        await call.caller.hang_up()
        assert (await taken.wait_ended()).by is EndedBy.PEER
    await all_gone(hotline_state)


async def test_a_running_hotline_is_ready_and_has_figures(hotline_state: RunState) -> None:
    async with asyncio.timeout(DEADLINE_S), httpx.AsyncClient(base_url=hotline_state.console, trust_env=False) as http:
        while (await http.get("/readyz")).status_code != 200:
            # The guard tells every 2 s; a request is what passes the time here.
            pass
        text = (await http.get("/metrics")).text
        for wanted in ('tongdai_calls_now{process="0"} ', 'tongdai_process_up{process="asterisk"} 1.0'):
            assert wanted in text


async def test_what_is_said_is_never_markup(hotline_state: RunState, supervisor: str, page: Page) -> None:
    await sign_in(page, hotline_state, supervisor)
    title = await page.title()
    said = ("turn.partial", "turn.heard", "say.started", "takeover.asked", "handoff.started")
    fields = {"text": MARKUP, "by": MARKUP, "to": MARKUP, "reason": MARKUP, "intent": MARKUP, "procedures": [MARKUP]}
    for kind in said:
        event = {"call_id": MARKUP, "kind": kind, "utc": "2026-11-24T03:00:00Z", "fields": fields}
        await page.evaluate("event => source.onmessage({data: JSON.stringify(event)})", event)
    card = page.locator(".call").filter(has_text="onerror")
    await expect(card.locator("li")).to_have_count(4)
    assert MARKUP in await card.inner_text()
    assert await page.locator("main img, main script").count() == 0
    assert await page.title() == title


async def test_a_console_that_is_started_anew_asks_to_sign_in_again(
    hotline_state: RunState, supervisor: str, page: Page
) -> None:
    await sign_in(page, hotline_state, supervisor)
    (console,) = [pid for pid in descendants(hotline_state.pid) if b"hotline.console_process" in command_line(pid)]
    os.kill(console, signal.SIGKILL)
    await expect(page.get_by_role("button", name="Đăng nhập")).to_be_visible(timeout=30_000)
    await sign_in(page, hotline_state, supervisor)


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
