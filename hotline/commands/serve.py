"""Answer calls until told to stop (Ctrl-C or SIGTERM); prints one JSON line when calls are answered."""

import argparse
import asyncio
import json
import signal
from pathlib import Path

from hotline.errors import NotReadyError
from hotline.serving import running_hotline
from hotline.settings import Settings, load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="errors as JSON, too (the ready line always is)")


def run(arguments: argparse.Namespace) -> int:
    asyncio.run(_serve(load_settings(arguments.config)))
    return 0


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_hotline(settings) as hotline:
        state = hotline.state
        ready = {
            "ready": True,
            "console": state.console,
            "sip": state.sip,
            "number": state.number,
            "state": str(hotline.state_file),
        }
        print(json.dumps(ready), flush=True)
        stopped = asyncio.ensure_future(stop.wait())
        await asyncio.wait([stopped, hotline.failed], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if hotline.failed.done():
            raise NotReadyError(f"serve: {hotline.failed.result()}")
