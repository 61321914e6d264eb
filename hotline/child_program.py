"""The other side of the guard's pipes: what a program below it reads and says."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from typing import Any, cast

from contracts.errors import TongdaiError

BEAT_EVERY_S = 0.25

Command = Mapping[str, Any]


def read_greeting() -> Command:
    """The first line; blocks. The process ends if the guard is gone already."""
    # Unbuffered: what comes after the line is for `guard_commands`.
    with open(0, "rb", buffering=0, closefd=False) as pipe:
        line = pipe.readline()
    if not line:
        raise SystemExit("the guard is gone")
    return cast(Command, json.loads(line))


class ToGuard:
    """Never blocks: where the guard does not read, words are dropped; where it is gone, nobody misses them."""

    def __init__(self) -> None:
        # Standard output is the guard's; whatever else prints must not end up between its lines.
        self._pipe = os.dup(1)
        os.dup2(2, 1)
        os.set_blocking(self._pipe, False)

    def say(self, words: Mapping[str, Any]) -> None:
        # Lines are shorter than a pipe's atomic size (4096), so that none is written in part.
        try:
            os.write(self._pipe, json.dumps(words).encode() + b"\n")
        except (BlockingIOError, BrokenPipeError):
            return

    def ready(self) -> None:
        self.say({"ready": True})

    def failed(self, error: TongdaiError) -> None:
        self.say({"error": str(error)[:2000], "code": error.code, "exit_status": error.exit_status})

    async def beat(self, figures: Callable[[], Mapping[str, Any]]) -> None:
        """Until cancelled. `lag_ms`: how much later than asked this loop came to it. `tasks`: that live in it."""
        loop = asyncio.get_running_loop()
        number = 0
        while True:
            due = loop.time() + BEAT_EVERY_S
            await asyncio.sleep(BEAT_EVERY_S)
            number += 1
            lag_ms = round((loop.time() - due) * 1000, 1)
            self.say({"beat": number, "lag_ms": lag_ms, "tasks": len(asyncio.all_tasks()), **figures()})


async def guard_commands() -> asyncio.Queue[Command | None]:
    """What the guard sends from now on; None: the guard is gone."""
    commands: asyncio.Queue[Command | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    waiting = bytearray()
    os.set_blocking(0, False)

    def readable() -> None:
        try:
            data = os.read(0, 65536)
        except BlockingIOError:
            return
        if not data:
            loop.remove_reader(0)
            commands.put_nowait(None)
        waiting.extend(data)
        while (end := waiting.find(b"\n")) >= 0:
            line = bytes(waiting[:end])
            del waiting[: end + 1]
            commands.put_nowait(cast(Command, json.loads(line)))

    loop.add_reader(0, readable)
    return commands
