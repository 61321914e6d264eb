"""A citizen at a real browser, with the keyboard alone: asks, chooses, leaves a number. The chat is the real one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from browser import opened
from chromium_install import chromium_program
from playwright.async_api import Page, expect

from calls.call_backs import CallBacks
from hotline.chat_parts import running_chat
from hotline.settings import Settings
from hotline.web import listening_socket, port_of, web_served

DEADLINE_S = 120.0
MARKUP = "<img src=x onerror=alert(1)> làm khai sinh mất mấy ngày"


@pytest.fixture(scope="session")
def chromium() -> Path:
    return chromium_program()


@pytest.fixture
async def page(chromium: Path, tmp_path: Path) -> AsyncGenerator[Page]:
    settings = Settings.model_validate({"run_dir": tmp_path, "chat": {"enabled": True, "port": 0}})
    async with asyncio.timeout(DEADLINE_S), AsyncExitStack() as stack:
        chat = await stack.enter_async_context(running_chat(settings))
        listening = listening_socket("chat.port", "127.0.0.1", 0)
        stack.callback(listening.close)
        await stack.enter_async_context(web_served(chat.app, listening))
        page = await stack.enter_async_context(opened(chromium))
        await page.goto(f"http://127.0.0.1:{port_of(listening)}/chat")
        yield page


async def test_a_citizen_asks_chooses_and_leaves_a_number_by_keyboard(page: Page, tmp_path: Path) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    answers = page.locator("article.hotline")
    await expect(answers.first).to_contain_text("trợ lý tự động")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()

    await page.keyboard.type("lam giay khai sinh can giay to gi")
    await page.keyboard.press("Enter")
    await expect(answers.nth(1)).to_contain_text("giấy chứng sinh")
    await expect(answers.nth(1)).to_contain_text("1.001193")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    yes = page.get_by_role("button", name="Có, xem tiếp")
    await expect(yes).to_be_focused()
    assert await yes.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
    await page.keyboard.press("Enter")
    await expect(answers.nth(2)).to_contain_text("người làm chứng")
    await expect(page.locator("#text")).to_be_focused()

    await page.keyboard.type(MARKUP)
    await page.keyboard.press("Enter")
    await expect(answers.nth(3)).to_contain_text("1 ngày làm việc")
    assert await page.locator("main img").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    await only_one_answer_is_printed(page)

    await page.locator("#person").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Số điện thoại", exact=True)).to_be_focused()
    await page.keyboard.type("12345")
    await page.keyboard.press("Enter")
    await expect(page.locator("#phone-problem")).to_contain_text("chưa đúng")
    await page.locator("#phone").fill("0901234567")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Lan")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(answers.last).to_contain_text("09xxxxx567")
    (left,) = CallBacks(tmp_path / "call_backs").all()
    assert (left.number, left.name, left.reason) == ("0901234567", "Lan", "caller_asked")


async def only_one_answer_is_printed(page: Page) -> None:
    await page.evaluate("window.print = () => {}")
    await page.locator("article").nth(2).get_by_role("button", name="In câu trả lời").click()
    await page.emulate_media(media="print")
    await expect(page.locator("article:visible")).to_have_count(1)
    await expect(page.locator("article:visible")).to_contain_text("Hỏi: lam giay khai sinh")
    await expect(page.locator("form:visible")).to_have_count(0)
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    await page.emulate_media(media="screen")
    await expect(page.locator("article:visible")).to_have_count(7)
