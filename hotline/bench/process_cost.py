"""What a set of processes costs, read from /proc: CPU time and proportional memory."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from telephony.asterisk.adopted import runs, stat_of

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    cpu_s: float
    """User and system time so far, of these processes and of their ended children."""
    pss_mb: float
    """Proportional set size: memory shared by several processes is counted once."""


def descendants(pid: int) -> list[int]:
    """`pid` and all processes below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := stat_of(int(entry.name))) is not None:
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, open_ = list[int](), [pid]
    while open_:
        one = open_.pop()
        found.append(one)
        open_ += children.get(one, [])
    return found


def below(pid: int, module: str) -> list[int]:
    """`pid` and those below it that run that Python module."""
    return [one for one in descendants(pid) if runs(one, module)]


def cost(pids: Iterable[int]) -> Cost:
    """Processes that have ended meanwhile count nothing."""
    cpu = pss = 0.0
    for pid in pids:
        if (stat := stat_of(pid)) is not None:
            cpu += sum(int(stat[at]) for at in (11, 12, 13, 14)) / _TICKS
            pss += _pss_kb(pid) / 1024
    return Cost(cpu_s=cpu, pss_mb=pss)


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
