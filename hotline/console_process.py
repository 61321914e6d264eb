"""The console as a process of its own below the guard, so that its work never shares a loop with audio."""

import asyncio
import signal
import socket
from collections.abc import Mapping
from typing import Any

import uvicorn

from console.live import create_console
from contracts.feeds import FeedAddress
from hotline.child_program import ToGuard, read_greeting
from hotline.logs import configure_logs
from hotline.web import QuietServer


async def _main(greeting: Mapping[str, Any], guard: ToGuard) -> None:
    console = create_console([FeedAddress(**feed) for feed in greeting["feeds"]])
    listening = socket.socket(fileno=int(greeting["descriptor"]))
    config = uvicorn.Config(console, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    server = QuietServer(config)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.end)
    beating = asyncio.create_task(guard.beat(dict), name="beat")
    guard.ready()
    try:
        await server.serve(sockets=[listening])
    finally:
        beating.cancel()
        await asyncio.wait([beating])


def main() -> None:
    configure_logs()
    guard = ToGuard()
    asyncio.run(_main(read_greeting(), guard))


if __name__ == "__main__":
    main()
