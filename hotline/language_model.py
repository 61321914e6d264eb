"""The recogniser's language model, built from the content in seconds and kept by the content's hash."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from asr.ctc.lm import build_lm
from contracts.paths import cache_dir

_FORMAT = "1"


def content_language_model(lines: Iterable[str]) -> Path:
    """`lines`: sentences as spoken, lower case. Returns the file."""
    texts = list(lines)
    digest = hashlib.sha256("\n".join([_FORMAT, *texts]).encode()).hexdigest()[:16]
    folder = cache_dir() / "language_model"
    file = folder / f"{digest}.npz"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f"{digest}.new.npz"
        build_lm(texts).save(aside)
        aside.rename(file)
    return file
