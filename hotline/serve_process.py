"""`tongdai serve` as a child of a demonstration, a test or a benchmark, on free ports beside whatever else runs."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.paths import cache_dir
from hotline.errors import NotReadyError
from hotline.settings import ROOT
from hotline.state import RunState, read_state
from telephony.asterisk.child import bound_to_us

FREE_PORTS = {
    "TONGDAI__TELEPHONY__SIP_PORT": "0",
    "TONGDAI__TELEPHONY__ARI_PORT": "0",
    "TONGDAI__TELEPHONY__MEDIA_PORT": "0",
    "TONGDAI__TELEPHONY__RTP_START": "0",
    "TONGDAI__CONSOLE__PORT": "0",
    "TONGDAI__CHAT__PORT": "0",
}
OURS_ALONE = {
    "TONGDAI__GUARD__CALLS_OUTLIVE_IT": "false",
    "TONGDAI__GUARD__DRAIN_S": "0",
    "TONGDAI__GUARD__PEOPLE_S": "0",
}
"""Nothing of it stays when it ends, however it ends."""


@contextmanager
def own_run_dir() -> Generator[Path]:
    """A folder for one run, so that two at once do not meet; removed afterwards."""
    base = cache_dir() / "run"
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="own-", dir=base, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    process: asyncio.subprocess.Process
    state: RunState


@asynccontextmanager
async def serving(
    run_dir: Path | None = None, *, environment: Mapping[str, str] | None = None, ready_timeout_s: float = 180.0
) -> AsyncGenerator[Served]:
    """In a folder of its own if none is given; its words go to our stderr.

    Raises `NotReadyError` if it ends before it is ready.
    """
    with contextlib.ExitStack() as stack:
        folder = run_dir or stack.enter_context(own_run_dir())
        process = await _start(folder, dict(environment or {}))
        try:
            yield Served(process=process, state=await _ready(process, ready_timeout_s))
        finally:
            await _stop(process)


async def _start(run_dir: Path, environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        # Whoever started it may be killed: SIGTERM ends it in order then, too.
        *bound_to_us([sys.executable, "-m", "hotline", "serve"]),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "TONGDAI__RUN_DIR": json.dumps(str(run_dir))}
        | FREE_PORTS
        | OURS_ALONE
        | environment,
        start_new_session=True,
    )


async def _ready(process: asyncio.subprocess.Process, timeout_s: float) -> RunState:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), timeout_s)
    except TimeoutError:
        raise NotReadyError(f"serve: not ready within {timeout_s:.0f} s") from None
    if not line:
        raise NotReadyError(f"serve: ended with status {await process.wait()} before it was ready")
    state = read_state(Path(json.loads(line)["state"]))
    if state is None:
        raise NotReadyError("serve: ended before its state was read")
    return state


async def _stop(process: asyncio.subprocess.Process, grace_s: float = 15.0) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), grace_s)
        except TimeoutError:
            process.kill()
    await process.wait()
