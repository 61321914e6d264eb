"""Web servers on sockets that were opened before."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from hotline.errors import NotReadyError
from telephony.asterisk.ports import describe_owner


def listening_socket(setting: str, host: str, port: int) -> socket.socket:
    """`port` 0: a free one. Raises `NotReadyError` naming the setting and who owns the port."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(256)
    except OSError as error:
        listening.close()
        raise NotReadyError(f"{setting}: {host}:{port}/tcp: {error.strerror}: {describe_owner('tcp', port)}") from error
    return listening


def port_of(listening: socket.socket) -> int:
    return int(listening.getsockname()[1])


@asynccontextmanager
async def web_served(api: FastAPI, listening: socket.socket) -> AsyncGenerator["QuietServer"]:
    """Served on this loop."""
    config = uvicorn.Config(
        api,
        log_level="warning",
        ws="websockets-sansio",
        # Asterisk's media sockets are watched by their frames.
        ws_ping_interval=None,
        timeout_graceful_shutdown=1,
        lifespan="off",
    )
    server = QuietServer(config)
    task = asyncio.create_task(server.serve(sockets=[listening]), name="web")
    try:
        yield server
    finally:
        server.should_exit = True
        await asyncio.wait([task])


class QuietServer(uvicorn.Server):
    """Signals are the program's, not the web server's."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    def end(self) -> None:
        self.should_exit = True

    def close_door(self) -> None:
        """Whoever is connected stays; the port is free for another program."""
        for server in self.servers:
            server.close()
