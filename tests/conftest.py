"""For all tests: one that leaves tasks running fails."""

import asyncio
import inspect
from collections.abc import AsyncGenerator

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.add_marker(pytest.mark.usefixtures("no_leaked_tasks"))


@pytest.fixture
async def no_leaked_tasks() -> AsyncGenerator[None]:
    """Set up before the test's own fixtures, so it looks when they have put away what is theirs."""
    before = asyncio.all_tasks()
    yield
    # Tasks that are at their end finish when the loop turns.
    for _ in range(10):
        await asyncio.sleep(0)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left running: {', '.join(sorted(task.get_name() for task in left if task))}"
