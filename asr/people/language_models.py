"""The language models that a worker has in memory: those that callers' turns lean towards."""

from collections.abc import Callable
from pathlib import Path

from asr.ctc.biasing import Biasing
from asr.ctc.lm import load_lm
from asr.errors import ModelMismatch

OnRefused = Callable[[str, str], None]
"""File, and what is wrong with it."""


class LanguageModels:
    """Each is loaded with the first turn that leans towards it: 15 ms and 4 MB for the content that ships."""

    def __init__(self, *, on_refused: OnRefused) -> None:
        self._on_refused = on_refused
        self._none = Biasing(None)
        self._loaded: dict[str, Biasing] = {}

    def biasing(self, file: str) -> Biasing:
        """ "": no model. For a file that cannot be read the model that was loaded last, and it is told of once."""
        if not file:
            return self._none
        if file not in self._loaded:
            self._loaded[file] = self._load(file)
        return self._loaded[file]

    def unload(self, file: str) -> None:
        self._loaded.pop(file, None)

    def _load(self, file: str) -> Biasing:
        try:
            return Biasing(load_lm(Path(file)))
        except ModelMismatch as error:
            self._on_refused(file, str(error))
            return next(reversed(self._loaded.values()), self._none)
