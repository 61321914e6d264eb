"""The command line: one subcommand a module of `hotline.commands`, imported only when it is called.

Exit status: 0 done, 1 failed, 2 bad usage or configuration (the field is named), 130 interrupted.
"""

import argparse
import importlib
import io
import json
import os
import sys
from collections.abc import Sequence

from contracts.errors import TongdaiError
from hotline.logs import configure_logs

COMMANDS = {
    "demo": "set up what is missing, place a real call and show the conversation",
    "test": "run the whole test suite",
    "serve": "answer calls",
    "call": "place a test call over SIP",
    "ask": "ask in text",
    "transcribe": "recognise audio files",
    "say": "speak a text to a file",
    "content": "check what is said and understood, publish it, take it back",
    "models": "fetch and list models",
    "db": "the journal's database: make or upgrade its tables, ship what waits",
    "asterisk": "install Asterisk into a folder, without root",
    "bench": "measure the figures of the README here",
    "user": "who may use the console: add, list, remove, password",
    "doctor": "say what is there, what is missing and how to mend it",
}


def main(arguments: Sequence[str] | None = None) -> int:
    argv = list(sys.argv[1:] if arguments is None else arguments)
    _write_anything()
    try:
        configure_logs()
    except TongdaiError as error:
        return _failed(error, as_json="--json" in argv)
    if not argv or argv[0] not in COMMANDS:
        return _top_level(argv)
    try:
        module = importlib.import_module(f"hotline.commands.{argv[0]}")
    except KeyboardInterrupt:
        return 130
    parser = argparse.ArgumentParser(prog=f"tongdai {argv[0]}", description=module.__doc__, allow_abbrev=False)
    module.add_arguments(parser)
    known, extra = parser.parse_known_args(argv[1:])
    if extra and not getattr(module, "TAKES_EXTRA", False):
        parser.error(f"unrecognized arguments: {' '.join(extra)}")
    known.extra = extra
    try:
        return module.run(known)
    except TongdaiError as error:
        return _failed(error, as_json=bool(getattr(known, "json", False)))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _top_level(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="tongdai", description="An AI telephone hotline for administrative procedures."
    )
    group = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, help_text in COMMANDS.items():
        group.add_parser(name, help=help_text, add_help=False)
    parser.parse_args(argv)
    return 2


def _failed(error: TongdaiError, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": str(error)}}, ensure_ascii=False))
    print(f"tongdai: {error}", file=sys.stderr)
    return error.exit_status


def _write_anything() -> None:
    """What came in broken (half a surrogate pair, bytes that are no text) goes out escaped; in JSON that is valid."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
