"""A real Chromium with a new profile, for the console's pages."""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from chromium_install import FLAGS
from playwright.async_api import ConsoleMessage, Page, async_playwright


@asynccontextmanager
async def opened(program: Path) -> AsyncGenerator[Page]:
    """A page whose errors, of scripts too, fail the test at the end."""
    complaints: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=program,
                args=list(FLAGS),
                ignore_default_args=["--headless", "--headless=old"],
                viewport={"width": 900, "height": 700},
            )
            browser.set_default_timeout(30_000)
            page = browser.pages[0] if browser.pages else await browser.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.extend(_complaint(line)))
            try:
                yield page
            finally:
                await browser.close()
    assert not complaints


def _complaint(line: ConsoleMessage) -> list[str]:
    """Without the server's refusals and absence, which tests bring about."""
    lost = line.text.startswith("Failed to load resource")
    return [line.text] if line.type == "error" and not lost else []
