"""A fault measured in a network and mounts of its own: `python -m hotline.bench.fault_inside`, below unshare(1).

No right of the system is needed where it lets users have namespaces (user_namespaces(7)).
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from random import Random

from contracts.errors import TongdaiError
from hotline.bench.fault_plan import Fault, FaultPlan
from hotline.bench.fault_rows import Row
from hotline.errors import NotReadyError
from hotline.settings import ROOT
from telephony.asterisk.child import bound_to_us

_UNSHARE = ("unshare", "--user", "--map-root-user", "--net", "--mount")
_MODULE = "hotline.bench.fault_inside"
_END_S = 30.0


async def can_be_inside() -> bool:
    """The machine lets us have namespaces, with a network and a mount of our own."""
    if not all(map(shutil.which, ("unshare", "ip", "mount"))):
        return False
    attempt = "ip link set lo up && ip rule add pref 50 ipproto tcp dport 1 blackhole && mount -t tmpfs tmpfs /mnt"
    process = await asyncio.create_subprocess_exec(
        *(*_UNSHARE, "sh", "-c", attempt), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait() == 0


async def measure_inside(fault: Fault, plan: FaultPlan) -> list[Row]:
    """Raises `NotReadyError`; its own words are on stderr."""
    task = json.dumps({"fault": fault.name, "plan": asdict(plan)})
    process = await asyncio.create_subprocess_exec(
        # In this order: what it becomes by unshare(1) forgets that it is bound to us.
        *(*_UNSHARE, *bound_to_us([sys.executable, "-m", _MODULE, task], signal_number=signal.SIGINT)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        # A terminal's Ctrl-C comes from us, once: a second one would disturb its end.
        start_new_session=True,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            await _ended(process)
    if process.returncode:
        raise NotReadyError(f"bench faults: {fault.name}: ended with status {process.returncode}")
    rows: list[Row] = json.loads(output)
    return rows


async def _ended(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), _END_S)
    except TimeoutError:
        process.kill()
        await process.wait()


def main(task: str) -> int:
    from hotline.bench.faults import named
    from hotline.logs import configure_logs

    configure_logs()
    words = json.loads(task)
    plan = replace(FaultPlan(**words["plan"]), inside=True)
    (fault,) = named([words["fault"]])
    subprocess.run(("ip", "link", "set", "lo", "up"), check=True)
    try:
        rows = asyncio.run(fault.measure(plan, Random(f"{plan.seed} {fault.name}")))
    except KeyboardInterrupt:
        return 130
    except TongdaiError as error:
        print(f"tongdai: {error}", file=sys.stderr)
        return error.exit_status
    print(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
