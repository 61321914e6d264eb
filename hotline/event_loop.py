"""The event loop of the processes that handle audio: uvloop where there is one, as it needs a third less CPU."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

try:
    import uvloop
except ImportError:  # It exists for Linux and macOS only.
    uvloop = None

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`."""
    if uvloop is None:
        return asyncio.run(main)
    return uvloop.run(main)
