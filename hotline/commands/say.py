"""Speak a text to a WAV file, or show how it is read aloud."""

import argparse
import json
import sys
from pathlib import Path

from hotline.errors import UsageError
from hotline.extra_arguments import refuse_extra
from hotline.files import read_lines
from telephony.wav import write_wav
from tts.reading import Reading, read
from tts.rendering import render

TAKES_EXTRA = True
"""A text without quotes, so that it can be said what is wrong."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", metavar="TEXT")
    parser.add_argument("--out", type=Path, metavar="WAV", help="the file (with --batch: the folder) to write")
    parser.add_argument("--engine", default="vais", help="vais (default) or espeak")
    parser.add_argument("--voice", metavar="CALLER", help="a variant of the voice, such as caller1")
    parser.add_argument("--rate-hz", type=int, default=16000, choices=(8000, 16000), help="samples a second")
    parser.add_argument("--spell", action="store_true", help="print how the text is read aloud; no audio")
    parser.add_argument("--batch", type=Path, metavar="FILE", help="one text a line ('-': standard input)")
    parser.add_argument("--json", action="store_true", help="one JSON document for each text")


def run(arguments: argparse.Namespace) -> int:
    refuse_extra(arguments)
    texts = _texts(arguments)
    if arguments.batch is None and not arguments.spell and not read(arguments.text).words:
        raise UsageError(f"say: nothing to say in {arguments.text!r}")
    for number, text in enumerate(texts, start=1):
        if arguments.spell:
            _print_reading(text, read(text), as_json=arguments.json)
        else:
            _write(text, _file(arguments, number), arguments)
    return 0


def _texts(arguments: argparse.Namespace) -> list[str]:
    if (arguments.text is None) == (arguments.batch is None):
        raise UsageError("say: give either TEXT or --batch FILE")
    return [arguments.text] if arguments.batch is None else read_lines(arguments.batch)


def _print_reading(text: str, reading: Reading, *, as_json: bool) -> None:
    if not as_json:
        print(reading.words)
        return
    decisions = [
        {"start": one.start, "end": one.end, "written": one.written, "spoken": one.spoken, "rule": one.rule}
        for one in reading.decisions
    ]
    print(json.dumps({"text": text, "words": reading.words, "decisions": decisions}, ensure_ascii=False))


def _file(arguments: argparse.Namespace, number: int) -> Path:
    if arguments.batch is None:
        return arguments.out or Path("say.wav")
    folder: Path = arguments.out or Path("say")
    return folder / f"{number:04d}.wav"


def _write(text: str, file: Path, arguments: argparse.Namespace) -> None:
    pcm = render(text, engine=arguments.engine, variant=arguments.voice, rate_hz=arguments.rate_hz)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_wav(file, pcm, rate_hz=arguments.rate_hz)
    except OSError as error:
        raise UsageError(f"--out: {file}: {error.strerror}") from error
    seconds = len(pcm) / arguments.rate_hz
    if not len(pcm):
        print(f"tongdai: nothing to say in {text!r}", file=sys.stderr)
    if arguments.json:
        print(json.dumps({"text": text, "file": str(file), "seconds": round(seconds, 3)}, ensure_ascii=False))
    else:
        print(f"{file}  {seconds:.1f} s")
