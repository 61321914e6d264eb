"""The hotline's web servers: one for the calls in their own process, the console in another."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from hotline.console_process import TOKEN_VARIABLE
from hotline.errors import NotReadyError
from hotline.settings import ROOT
from telephony.asterisk.child import bound_to_us
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
async def web_served(api: FastAPI, listening: socket.socket) -> AsyncGenerator[None]:
    """Served on this loop; the socket stays the caller's."""
    config = uvicorn.Config(
        api,
        log_level="warning",
        ws="websockets-sansio",
        # Asterisk's media sockets are watched by their frames.
        ws_ping_interval=None,
        timeout_graceful_shutdown=1,
        lifespan="off",
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]), name="web")
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([task])


class _Server(uvicorn.Server):
    """Signals are the program's, not the web server's."""

    def install_signal_handlers(self) -> None:
        return


@asynccontextmanager
async def console_running(listening: socket.socket, feed_url: str, token: str) -> AsyncGenerator[None]:
    process = await asyncio.create_subprocess_exec(
        # It must not keep the port when this process is killed.
        *bound_to_us(
            [sys.executable, "-m", "hotline.console_process", "--feed", feed_url, "--fd", str(listening.fileno())]
        ),
        pass_fds=[listening.fileno()],
        stdin=subprocess.DEVNULL,
        env=os.environ | {TOKEN_VARIABLE: token, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
