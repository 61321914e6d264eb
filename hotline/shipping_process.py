"""The journal's shipper as a process of its own: `python -m hotline.shipping_process [CONFIG]`.

It prints one JSON line when it works, and ends on SIGTERM after a last pass. A database that is away does not end it.
"""

import json
import signal
import sys
import threading
from pathlib import Path

from calls.journal.database import described, open_database
from calls.journal.shipper import Shipper
from calls.journal.status_file import write_status
from contracts.errors import TongdaiError
from hotline.journal import journal_url, spool_folder
from hotline.logs import configure_logs
from hotline.settings import Settings, load_settings


def ship_until_told(settings: Settings, *signals: signal.Signals) -> None:
    """Raises `ShipperBusy`, `JournalUrlError`, `SpoolError`."""
    stop = threading.Event()
    for number in signals:
        signal.signal(number, lambda _number, _frame: stop.set())
    spool = spool_folder(settings)
    engine = open_database(journal_url(settings))
    shipper = Shipper(engine, spool)
    try:
        print(json.dumps({"ready": True, "spool": str(spool), "database": described(engine)}), flush=True)
        shipper.run(stop, told=lambda status: write_status(spool, status))
    finally:
        shipper.close()
        engine.dispose()


def main(arguments: list[str]) -> int:
    configure_logs()
    # A terminal's Ctrl-C is the hotline's, which ends us when its calls have ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        ship_until_told(load_settings(Path(arguments[0]) if arguments else None), signal.SIGTERM)
    except TongdaiError as error:
        print(f"journal: {error}", file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
