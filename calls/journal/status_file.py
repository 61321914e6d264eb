"""The shipper's status, for other processes of this machine that draw or alarm."""

import contextlib
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from calls.journal.shipper import ShipperStatus

_FILE = ".shipper.json"


def write_status(spool: Path, status: ShipperStatus) -> None:
    """Whole or not at all; a disk that is full keeps the old one, whose age tells."""
    aside = spool / f"{_FILE}.new"
    with contextlib.suppress(OSError):
        aside.write_text(json.dumps(asdict(status)), "utf-8")
        aside.rename(spool / _FILE)


def read_status(spool: Path, *, now: float | None = None) -> tuple[ShipperStatus, float] | None:
    """The last status and its age in seconds; None if no shipper ever worked here. `now`: seconds of the epoch."""
    file = spool / _FILE
    try:
        written = file.stat().st_mtime
        told: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return ShipperStatus(**told), (time.time() if now is None else now) - written
    except (OSError, ValueError, TypeError):
        return None
