"""Tasks that belong to somebody are ended by them."""

import asyncio
from typing import Any


async def end_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancels each once, so that what it does at its end is not disturbed, and waits for all. At least one."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
