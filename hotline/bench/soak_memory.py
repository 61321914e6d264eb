"""What the processes of a hotline hold, read from /proc, and how it grows from call to call."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.bench.process_cost import cost, descendants


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """By one process."""

    pss_kb: float
    files: int
    """Open files and sockets."""
    threads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    calls: int
    """Over by then."""
    held: Mapping[str, Held]
    """By the process's part in the hotline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    kb_per_call: float
    first_mb: float
    last_mb: float


def held_by(pid: int) -> Held | None:
    """None: it is gone, or is none of ours."""
    try:
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    except OSError:
        return None
    return Held(pss_kb=cost([pid]).pss_mb * 1024, files=files, threads=threads)


def sample(guard: int, asterisk: int, calls: int) -> Sample:
    """Of the hotline whose guard has that process id."""
    found: dict[str, Held] = {}
    for pid in sorted(descendants(guard)):
        held = held_by(pid)
        if held is not None:
            part = "asterisk" if pid == asterisk else _part(pid)
            same = sum(name == part or name.startswith(f"{part} ") for name in found)
            found[f"{part} {same + 1}" if same else part] = held
    return Sample(calls=calls, held=found)


def growth(samples: Sequence[Sample], part: str) -> Growth:
    """Least squares over the second half of the calls: what is filled once, such as a cache, is full by then."""
    points = [(one.calls, one.held[part].pss_kb) for one in samples if part in one.held]
    late = [point for point in points if point[0] * 2 >= points[-1][0]]
    slope = statistics.linear_regression(*zip(*late, strict=True)).slope if len(late) > 1 else 0.0
    return Growth(
        kb_per_call=round(slope, 3), first_mb=round(points[0][1] / 1024, 1), last_mb=round(points[-1][1] / 1024, 1)
    )


def total(samples: Iterable[Sample], name: str) -> list[Sample]:
    """All parts as one of that name."""
    return [
        Sample(
            calls=one.calls,
            held={
                name: Held(
                    pss_kb=sum(held.pss_kb for held in one.held.values()),
                    files=sum(held.files for held in one.held.values()),
                    threads=sum(held.threads for held in one.held.values()),
                )
            },
        )
        for one in samples
    ]


def _part(pid: int) -> str:
    """The module that it runs, else its program."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return "gone"
    return words[words.index("-m") + 1] if "-m" in words[:-1] else Path(words[0]).name
