"""Recognise audio files: through voice activity detection and the recogniser."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from asr.engines import DEFAULT
from asr.errors import AudioUnreadable
from asr.transcribe import Transcript, transcribe_file
from hotline.hearing import listening
from hotline.settings import Settings, load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="WAV")
    parser.add_argument("--engine", default=DEFAULT)
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON line for each file")


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    failed = asyncio.run(_transcribe(arguments.files, arguments.engine, settings, as_json=arguments.json))
    return 1 if failed else 0


async def _transcribe(files: Sequence[Path], engine: str, settings: Settings, *, as_json: bool) -> int:
    """Goes on after a file that cannot be read; returns how many those were."""
    failed = 0
    async with listening(settings, engine) as recognizer:
        for file in files:
            try:
                transcript = await transcribe_file(file, recognizer)
            except AudioUnreadable as error:
                failed += 1
                print(f"tongdai: {error}", file=sys.stderr)
                if as_json:
                    line = {"file": str(file), "error": {"code": error.code, "message": str(error)}}
                    print(json.dumps(line, ensure_ascii=False), flush=True)
            else:
                _show(transcript, as_json=as_json)
    return failed


def _show(transcript: Transcript, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(transcript.as_json(), ensure_ascii=False), flush=True)
    else:
        print(f"{transcript.file}: {transcript.text or '(không nghe thấy lời nói)'}", flush=True)
