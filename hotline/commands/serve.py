"""Answer calls until told to stop; prints one JSON line when calls are answered.

SIGTERM: no new calls; those that go on end or are handed over (`guard.drain_s`, `guard.people_s`). Ctrl-C hands them
over at once. A second signal does not wait for anybody.
"""

import argparse
import asyncio
import json
import signal
from pathlib import Path

from hotline.guard.guard import guarding
from hotline.settings import Settings, load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="errors as JSON, too (the ready line always is)")


def run(arguments: argparse.Namespace) -> int:
    asyncio.run(_serve(load_settings(arguments.config)))
    return 0


async def _serve(settings: Settings) -> None:
    told: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.put_nowait, number)
    async with guarding(settings) as (guard, state, file):
        ready = {
            "ready": True,
            "console": state.console,
            **({"console_link": state.console_link} if state.console_link else {}),
            "sip": state.sip,
            "number": state.number,
            "state": str(file),
        }
        print(json.dumps(ready), flush=True)
        number = await told.get()
        # A person at the keyboard wants the calls handed over now.
        calls_s = settings.guard.drain_s if number == signal.SIGTERM else 0.0
        draining = asyncio.create_task(guard.drain(calls_s=calls_s, people_s=settings.guard.people_s), name="drain")
        again = asyncio.create_task(told.get(), name="told again")
        await asyncio.wait([draining, again], return_when=asyncio.FIRST_COMPLETED)
        for task in (draining, again):
            task.cancel()
        await asyncio.wait([draining, again])
