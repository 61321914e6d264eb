"""Answer calls until told to stop; prints one JSON line when calls are answered.

SIGTERM, or the end of the terminal: no new calls; those that go on end or are handed over (`guard.drain_s`,
`guard.people_s`). Ctrl-C hands them over at once. A second signal does not wait for anybody. Before calls are answered
each of them ends the start.
"""

import argparse
import asyncio
import json
import signal
from pathlib import Path

from hotline.guard.guard import guarding
from hotline.settings import Settings, load_settings

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="errors as JSON, too (the ready line always is)")


def run(arguments: argparse.Namespace) -> int:
    return asyncio.run(_serve(load_settings(arguments.config)))


class _Told:
    """Signals. Before calls are answered there is nobody to wait for: the start is given up, and a second signal does
    what it always does, as what runs in a thread cannot be given up."""

    def __init__(self) -> None:
        self.signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
        self.early: signal.Signals | None = None
        self.answering = False
        self._loop, self._serving = asyncio.get_running_loop(), asyncio.current_task()
        # Under `nohup` the end of the terminal is none of ours.
        self._ending = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
        for number in self._ending:
            self._loop.add_signal_handler(number, self._tell, number)

    def _tell(self, number: signal.Signals) -> None:
        self.signals.put_nowait(number)
        if not self.answering and self._serving is not None:
            self.early = number
            for one in self._ending:
                self._loop.remove_signal_handler(one)
            self._serving.cancel()


async def _serve(settings: Settings) -> int:
    told = _Told()
    try:
        await _answer_calls(settings, told)
    except asyncio.CancelledError:
        if told.early is None:
            raise
        return 130 if told.early is signal.SIGINT else 0
    return 0


async def _answer_calls(settings: Settings, told: _Told) -> None:
    async with guarding(settings) as (guard, state, file):
        told.answering = True
        ready = {
            "ready": True,
            "console": state.console,
            **({"console_link": state.console_link} if state.console_link else {}),
            **({"chat": state.chat} if state.chat else {}),
            "sip": state.sip,
            "number": state.number,
            "state": str(file),
        }
        print(json.dumps(ready), flush=True)
        number = await told.signals.get()
        # A person at the keyboard wants the calls handed over now.
        calls_s = 0.0 if number == signal.SIGINT else settings.guard.drain_s
        draining = asyncio.create_task(guard.drain(calls_s=calls_s, people_s=settings.guard.people_s), name="drain")
        again = asyncio.create_task(told.signals.get(), name="told again")
        await asyncio.wait([draining, again], return_when=asyncio.FIRST_COMPLETED)
        for task in (draining, again):
            task.cancel()
        await asyncio.wait([draining, again])
