"""The console as a process of its own below the guard, so that its work never shares a loop with audio."""

import asyncio
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvicorn

from console.app import create_console
from console.config import ConsoleConfig, Phone
from console.figures import Figures
from contracts.clock import SystemClock
from contracts.feeds import FeedAddress
from hotline.child_program import ToGuard, guard_commands, read_greeting
from hotline.logs import configure_logs
from hotline.web import QuietServer


async def _main(greeting: Mapping[str, Any], guard: ToGuard) -> None:
    https = bool(greeting["https"])
    figures = Figures(SystemClock())
    console = create_console(_config(greeting), figures)
    listening = socket.socket(fileno=int(greeting["descriptor"]))
    config = uvicorn.Config(
        console, log_level="warning", ws="none", timeout_graceful_shutdown=1, proxy_headers=https, server_header=False
    )
    server = QuietServer(config)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.end)
    beating = asyncio.create_task(guard.beat(dict), name="beat")
    listening_to_guard = asyncio.create_task(_take_figures(figures), name="figures")
    guard.ready()
    try:
        await server.serve(sockets=[listening])
    finally:
        for task in (beating, listening_to_guard):
            task.cancel()
        await asyncio.wait([beating, listening_to_guard])


def _config(greeting: Mapping[str, Any]) -> ConsoleConfig:
    return ConsoleConfig(
        feeds=[FeedAddress(**feed) for feed in greeting["feeds"]],
        folder=Path(greeting["folder"]),
        on_air=Path(greeting["on_air"]),
        phones=[Phone(**phone) for phone in greeting["phones"]],
        https=bool(greeting["https"]),
        link_key=str(greeting["link_key"]),
    )


async def _take_figures(figures: Figures) -> None:
    """Until the guard is gone."""
    commands = await guard_commands()
    while (command := await commands.get()) is not None:
        if "figures" in command:
            figures.take(command["figures"])


def main() -> None:
    configure_logs()
    guard = ToGuard()
    asyncio.run(_main(read_greeting(), guard))


if __name__ == "__main__":
    main()
