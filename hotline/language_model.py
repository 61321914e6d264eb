"""The recogniser's language model, built from the content in seconds and kept by the content's hash."""

import hashlib
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from asr.ctc.lm import build_lm, load_lm
from asr.errors import ModelMismatch
from contracts.paths import cache_dir

log = logging.getLogger(__name__)

_FORMAT = "1"


def content_language_model(lines: Iterable[str]) -> Path:
    """`lines`: sentences as spoken, lower case. Returns the file, whole; one that was damaged is built again.

    Raises `OSError`.
    """
    texts = list(lines)
    digest = hashlib.sha256("\n".join([_FORMAT, *texts]).encode()).hexdigest()[:16]
    folder = cache_dir() / "language_model"
    file = folder / f"{digest}.npz"
    if not _whole(file):
        folder.mkdir(parents=True, exist_ok=True)
        # Of this process alone: the one that publishes and the one that answers calls may build at once.
        aside = folder / f"{digest}.{os.getpid()}.npz"
        build_lm(texts).save(aside)
        aside.replace(file)
    return file


def _whole(file: Path) -> bool:
    if not file.exists():
        return False
    try:
        load_lm(file)
    except ModelMismatch as error:
        log.warning("language model built again", extra={"why": str(error)})
        return False
    return True
