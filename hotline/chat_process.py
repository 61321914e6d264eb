"""The web chat as a process of its own below the guard: neither audio nor the supervisors' page waits for it."""

import asyncio
import os
import signal
import socket
from collections.abc import Mapping
from typing import Any

# Meaning works in one thread here. Must be set before numpy is loaded.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import uvicorn  # noqa: E402

from chat.messages import BODY_BYTES  # noqa: E402
from contracts.errors import TongdaiError  # noqa: E402
from contracts.tasks import end_tasks  # noqa: E402
from hotline.chat_parts import RunningChat, running_chat  # noqa: E402
from hotline.child_program import ToGuard, read_greeting  # noqa: E402
from hotline.logs import configure_logs  # noqa: E402
from hotline.settings import Settings  # noqa: E402
from hotline.web import QuietServer  # noqa: E402

NICE = 10
"""Calls come first."""
_CONNECTIONS = 512


async def _main(greeting: Mapping[str, Any], guard: ToGuard) -> int:
    settings = Settings.model_validate(greeting["settings"])
    listening = socket.socket(fileno=int(greeting["descriptor"]))
    try:
        async with running_chat(settings) as chat:
            await _serve(chat, listening, guard, https=settings.chat.url.startswith("https://"))
    except TongdaiError as error:
        guard.failed(error)
        return error.exit_status
    return 0


async def _serve(chat: RunningChat, listening: socket.socket, guard: ToGuard, *, https: bool) -> None:
    config = uvicorn.Config(
        chat.app, log_level="warning", ws="websockets-sansio", ws_max_size=4 * BODY_BYTES,
        timeout_graceful_shutdown=1, proxy_headers=https, server_header=False, limit_concurrency=_CONNECTIONS,
    )  # fmt: skip
    server = QuietServer(config)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.end)
    beating = asyncio.create_task(guard.beat(lambda: _figures(chat)), name="beat")
    watching = asyncio.create_task(_end_when_unwell(chat, server), name="health")
    guard.ready()
    try:
        await server.serve(sockets=[listening])
    finally:
        await end_tasks(beating, watching)


def _figures(chat: RunningChat) -> Mapping[str, Any]:
    return {"sessions": len(chat.sessions), "hung_threads": chat.thinking.hung, "content": chat.bundles.figures()}


async def _end_when_unwell(chat: RunningChat, server: QuietServer) -> None:
    """Too many threads hang: the guard begins another process."""
    await chat.thinking.worn_out.wait()
    server.end()


def main() -> int:
    configure_logs()
    os.nice(NICE)
    guard = ToGuard()
    return asyncio.run(_main(read_greeting(), guard))


if __name__ == "__main__":
    raise SystemExit(main())
