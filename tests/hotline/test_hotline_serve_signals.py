"""`serve` is told to end before calls are answered; web servers leave signals alone."""

import argparse
import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI

from hotline.commands import serve
from hotline.settings import Settings
from hotline.web import listening_socket, web_served


@pytest.fixture(autouse=True)
def nothing_is_ignored() -> Iterator[None]:
    """As in a terminal, however the tests were started (`nohup`, in the background)."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)])
def test_a_start_is_given_up(monkeypatch: pytest.MonkeyPatch, number: signal.Signals, status: int) -> None:
    undone: list[str] = []

    @asynccontextmanager
    async def guarding(settings: Settings) -> AsyncGenerator[None]:
        try:
            os.kill(os.getpid(), number)
            await asyncio.sleep(60)
            yield
        finally:
            undone.append("asterisk")

    monkeypatch.setattr(serve, "guarding", guarding)
    assert serve.run(argparse.Namespace(config=None)) == status
    assert undone == ["asterisk"]


async def test_a_web_server_leaves_signals_to_the_program() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with listening_socket("here", "127.0.0.1", 0) as listening:
        async with web_served(FastAPI(), listening):
            await asyncio.sleep(0.2)
            assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
