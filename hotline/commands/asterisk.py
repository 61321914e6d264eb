"""Install Asterisk into a folder, without root."""

import argparse
import json

from hotline.setup import fetch_asterisk


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("install",))
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    installation = fetch_asterisk()
    found = {"version": installation.version, "root": str(installation.root)}
    print(json.dumps(found) if arguments.json else f"Asterisk {installation.version} in {installation.root}")
    return 0
