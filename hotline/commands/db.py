"""The journal's database: make or upgrade its tables, ship what waits in the spool."""

import argparse
import json
import signal
from dataclasses import asdict
from pathlib import Path

from calls.journal.database import described, open_database
from calls.journal.shipper import Shipper, ShipperStatus
from calls.journal.upgrading import upgrade_engine
from hotline.journal import journal_url, spool_folder
from hotline.settings import Settings, load_settings
from hotline.shipping_process import ship_until_told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="upgrade|ship")
    upgrading = actions.add_parser("upgrade", help="make the tables, or bring them to this program's version")
    shipping = actions.add_parser(
        "ship", help="store what waits in the spool, until Ctrl-C (a running hotline does it)"
    )
    shipping.add_argument("--once", action="store_true", help="one pass")
    for action in (upgrading, shipping):
        action.add_argument("--config", type=Path, metavar="FILE")
        action.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    if arguments.action == "upgrade":
        return _upgrade(settings, as_json=arguments.json)
    if arguments.once:
        return _ship_once(settings, as_json=arguments.json)
    ship_until_told(settings, signal.SIGTERM, signal.SIGINT)
    return 0


def _upgrade(settings: Settings, *, as_json: bool) -> int:
    engine = open_database(journal_url(settings))
    try:
        version = upgrade_engine(engine)
        where = described(engine)
    finally:
        engine.dispose()
    print(json.dumps({"database": where, "version": version}) if as_json else f"{where}: version {version}")
    return 0


def _ship_once(settings: Settings, *, as_json: bool) -> int:
    engine = open_database(journal_url(settings))
    shipper = Shipper(engine, spool_folder(settings))
    try:
        shipper.ship()
        status = shipper.status()
    finally:
        shipper.close()
        engine.dispose()
    print(json.dumps(asdict(status)) if as_json else _in_words(status))
    return 0


def _in_words(status: ShipperStatus) -> str:
    return f"{status.shipped} events stored; files waiting: {status.waiting}, damaged: {status.damaged}"
