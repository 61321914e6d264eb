"""The journal's shipper as a process of its own: `python -m hotline.shipping_process [CONFIG]`, or below the guard.

It prints one JSON line when it works, and ends on SIGTERM after a last pass. A database that is away does not end it.
"""

import json
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from calls.journal.database import described, open_database
from calls.journal.shipper import Shipper
from calls.journal.status_file import ShipperStatus, write_status
from contracts.errors import TongdaiError
from hotline.child_program import ToGuard, read_greeting
from hotline.journal import journal_url, spool_folder
from hotline.logs import configure_logs
from hotline.settings import Settings, load_settings

BELOW_GUARD = "--below-guard"
"""The settings come from the guard, which is told how it goes."""

Told = Callable[[Mapping[str, Any]], None]


def print_line(words: Mapping[str, Any]) -> None:
    print(json.dumps(words), flush=True)


def ship_until_told(
    settings: Settings, *signals: signal.Signals, ready: Told = print_line, beat: Told | None = None
) -> None:
    """`ready`: told once that it works. `beat`: told after each pass.

    Raises `ShipperBusy`, `JournalUrlError`, `SpoolError`.
    """
    stop = threading.Event()
    for number in signals:
        signal.signal(number, lambda _number, _frame: stop.set())
    spool = spool_folder(settings)
    engine = open_database(journal_url(settings))
    shipper = Shipper(engine, spool)
    try:
        ready({"ready": True, "spool": str(spool), "database": described(engine)})

        def told(status: ShipperStatus) -> None:
            write_status(spool, status)
            if beat is not None:
                beat({"beat": status.shipped, "lag_s": status.lag_s, "waiting": status.waiting, "away": status.away})

        shipper.run(stop, told=told)
    finally:
        shipper.close()
        engine.dispose()


def main(arguments: list[str]) -> int:
    configure_logs()
    # A terminal's Ctrl-C is the hotline's, which ends us when its calls have ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if arguments == [BELOW_GUARD]:
        return _below_guard(ToGuard())
    try:
        ship_until_told(load_settings(Path(arguments[0]) if arguments else None), signal.SIGTERM)
    except TongdaiError as error:
        print(f"journal: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def _below_guard(guard: ToGuard) -> int:
    settings = Settings.model_validate(read_greeting()["settings"])
    try:
        ship_until_told(settings, signal.SIGTERM, ready=guard.say, beat=guard.say)
    except TongdaiError as error:
        guard.failed(error)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
