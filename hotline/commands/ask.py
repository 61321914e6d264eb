"""Ask in text: meaning and dialog as in a call, one fresh conversation for each question."""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from contracts.context import Context
from contracts.expectation import Expectation
from contracts.heard import Heard, Hypothesis
from contracts.syllables import nfc
from dialogs.ask import ask
from dialogs.content import Content
from dialogs.engine import Engine
from hotline.errors import UsageError
from hotline.extra_arguments import refuse_extra
from hotline.files import read_json_lines
from hotline.knowledge import load_interpreter, today
from hotline.settings import Settings, load_settings
from nlu.interpreter import Interpreter
from procedures.record import Profile

TAKES_EXTRA = True
"""A question without quotes, so that it can be said what is wrong."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", metavar="TEXT")
    parser.add_argument("--batch", type=Path, metavar="FILE", help='JSON lines {"id","text"} or {"id","nbest":[…]}')
    parser.add_argument("--as-of", type=_day, metavar="DATE", help="the day for which is answered (today)")
    parser.add_argument("--config", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON line for each question")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date of the form 2026-11-24") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    id: str | int | None
    hypotheses: tuple[Hypothesis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline:
    """What answers in text."""

    interpreter: Interpreter
    engine: Engine
    today: date

    def answer(self, asked: Asked) -> dict[str, Any]:
        started = time.perf_counter()
        heard = Heard(hypotheses=asked.hypotheses, start_sample=0, end_sample=0, expectation=Expectation())
        meaning = self.interpreter.understand(heard, Context())
        reply = ask(self.engine, heard, meaning, self.today)
        return {
            "id": asked.id,
            "behaviour": reply.behaviour.value,
            "qualified": reply.qualified,
            "procedure_codes": list(reply.procedure_codes),
            "aspects": [aspect.value for aspect in reply.aspects],
            "acceptance": round(meaning.acceptance, 4),
            "says": list(reply.says),
            "sources": [{"code": one.code, "version": one.version, "as_of": one.as_of} for one in reply.sources],
            "ms": round((time.perf_counter() - started) * 1000, 2),
        }


def run(arguments: argparse.Namespace) -> int:
    refuse_extra(arguments)
    asked = list(_questions(arguments))
    hotline = open_hotline(load_settings(arguments.config), arguments.as_of or today())
    for one in asked:
        answer = hotline.answer(one)
        if arguments.json:
            print(json.dumps(answer, ensure_ascii=False), flush=True)
        else:
            print("\n".join(answer["says"]) or f"({answer['behaviour']})", flush=True)
    return 0


def open_hotline(settings: Settings, today: date) -> Hotline:
    """Raises `ProcedureError`, `DialogError`, `MeaningError` naming file and line."""
    content = Content.load(settings.content.folder)
    return Hotline(
        interpreter=load_interpreter(settings.content.folder, content.catalogue),
        engine=Engine(content, profile=Profile(settings.content.profile)),
        today=today,
    )


def _questions(arguments: argparse.Namespace) -> Iterator[Asked]:
    if (arguments.text is None) == (arguments.batch is None):
        raise UsageError("ask: give either TEXT or --batch FILE")
    if arguments.batch is None:
        yield Asked(id=None, hypotheses=(Hypothesis(text=nfc(arguments.text), confidence=1.0),))
        return
    for number, record in read_json_lines(arguments.batch):
        yield Asked(id=record.get("id"), hypotheses=_hypotheses(record, f"{arguments.batch}:{number}"))


def _hypotheses(record: dict[str, Any], where: str) -> tuple[Hypothesis, ...]:
    """Raises `UsageError` naming line and field."""
    text, nbest = record.get("text"), record.get("nbest")
    if isinstance(text, str):
        return (Hypothesis(text=nfc(text), confidence=1.0),)
    if not isinstance(nbest, list) or not nbest:
        raise UsageError(f"{where}: needs text, or nbest with at least one hypothesis")
    found: list[Hypothesis] = []
    for at, one in enumerate(cast(list[Any], nbest)):
        match one:
            case {"text": str(said), "confidence": int() | float() as confidence} if _is_share(confidence):
                found.append(Hypothesis(text=nfc(said), confidence=float(confidence)))
            case _:
                raise UsageError(f"{where}: nbest[{at}]: needs text and a confidence from 0 to 1")
    return tuple(found)


def _is_share(value: int | float) -> bool:
    return not isinstance(value, bool) and 0 <= value <= 1
