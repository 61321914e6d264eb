"""What a hotline knows, from the content folder: procedures, meaning, and the recogniser's language model."""

import itertools
from datetime import date, datetime
from pathlib import Path

from asr.ctc.number_lines import number_lines
from contracts.clock import HANOI
from contracts.paths import cache_dir
from hotline.language_model import content_language_model
from nlu.interpreter import Interpreter, start_interpreter
from nlu.lm_lines import content_lines
from procedures.catalogue import Catalogue


def today() -> date:
    """The caller's day, for which is answered."""
    return datetime.now(HANOI).date()


def load_interpreter(folder: Path, catalogue: Catalogue) -> Interpreter:
    """Trains in seconds, or takes the model that was trained from the same content. Raises `MeaningError`."""
    return start_interpreter(folder, catalogue.procedures(), cache=cache_dir() / "nlu")


def load_language_model(folder: Path, catalogue: Catalogue | None = None) -> Path:
    """`catalogue`: of this folder, where it was read already. Raises `MeaningError`, `ProcedureError`, `OSError`."""
    catalogue = catalogue or Catalogue.load(folder / "procedures")
    lines = itertools.chain(content_lines(folder, catalogue.procedures()), number_lines())
    return content_language_model(lines)
