"""The recognisers that can be chosen, by name; an engine is imported when it is chosen."""

import importlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import cast

from asr.errors import UnknownEngine
from asr.recognizer import PooledRecognizer
from asr.sharing import SharedRecognizer

DEFAULT = "people"

_STARTERS = {
    "people": "asr.people.engine:start_people",
}
"""`module:function`, the function giving a started recogniser."""


def names() -> tuple[str, ...]:
    return tuple(_STARTERS)


async def start_engine(name: str = DEFAULT, *, workers: int = 1) -> SharedRecognizer:
    """`workers`: how many of it share the turns. Raises `UnknownEngine`, or what the engine itself raises."""
    if name not in _STARTERS:
        raise UnknownEngine(f"engine: {name!r} is none of {', '.join(_STARTERS)}")
    module, _, function = _STARTERS[name].partition(":")
    start = cast(Callable[..., Awaitable[PooledRecognizer]], getattr(importlib.import_module(module), function))
    started: list[PooledRecognizer] = []
    async with AsyncExitStack() as undo:
        for _ in range(workers):
            recognizer = await start()
            undo.push_async_callback(recognizer.close)
            started.append(recognizer)
        undo.pop_all()
    return SharedRecognizer(started)
