"""A recogniser that leans towards one content's language, one of several over the same engine."""

import asyncio
import contextlib
import weakref
from pathlib import Path

from asr.recognizer import OnPartial, Recognition
from asr.sharing import SharedRecognizer
from contracts.expectation import Expectation


class AdaptedRecognizer:
    """An `asr.recognizer.Recognizer`. As long as somebody holds it the engine keeps its language model.

    Made on the event loop. `close` ends its use of the language model; the engine goes on.
    """

    def __init__(self, engine: SharedRecognizer, language_model: Path) -> None:
        self._engine = engine
        self._language_model = language_model
        engine.use(language_model)
        self._leave = weakref.finalize(self, _leave_on, asyncio.get_running_loop(), engine, language_model)
        self._leave.atexit = False

    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> Recognition:
        return self._engine.open(
            rate_hz=rate_hz, expectation=expectation, on_partial=on_partial, language_model=self._language_model
        )

    async def cpu_s(self) -> float:
        return await self._engine.cpu_s()

    async def close(self) -> None:
        self._leave()


def _leave_on(loop: asyncio.AbstractEventLoop, engine: SharedRecognizer, language_model: Path) -> None:
    """The last reference may go in any thread."""
    with contextlib.suppress(RuntimeError):  # The loop is closed, and the engine with it.
        loop.call_soon_threadsafe(engine.leave, language_model)
