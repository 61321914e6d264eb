"""Calls processes whose guard is gone and that still hold a port of the exchange's.

One that lives lets go of its port as soon as its guard is gone, for its calls need none (`hotline/calls_process.py`).
So it is one that does nothing any longer, and the dead-man's timer has brought its callers to people.
"""

import contextlib
import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from hotline.guard.slots import MODULE
from telephony.asterisk.adopted import runs, stat_of, words_of
from telephony.asterisk.ports import find_owner

log = logging.getLogger(__name__)

_GUARD = "hotline"
"""As `python -m` has it; every hotline is one, or else"""
_PROGRAM = "tongdai"
"""a file of this name, as pip installs it."""


def end_orphans(ports: Sequence[int]) -> int:
    """Kills those that hold one of these ports; how many. Other programs, and what a living guard has, stay."""
    owners = {owner.pid for port in ports if (owner := find_owner("tcp", port)) is not None}
    orphans = [pid for pid in owners if runs(pid, MODULE) and not _has_guard(pid)]
    for pid in orphans:
        log.error("calls process without a guard is ended", extra={"pid": pid})
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(orphans)


def _has_guard(pid: int) -> bool:
    stat = stat_of(pid)
    return stat is not None and any(word == _GUARD or Path(word).name == _PROGRAM for word in words_of(int(stat[1])))
