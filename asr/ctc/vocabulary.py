"""The recogniser's output tokens: whole syllables and pieces of foreign words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.errors import ModelMismatch
from contracts.syllables import canonical, nfc

BLANK = 0
WORD_START = "▁"
"""Marks tokens that begin a word (the convention of SentencePiece)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    text: str
    """Without the mark; lower case, one spelling for one syllable."""
    begins_word: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    tokens: tuple[Token, ...]
    """By output index; index 0 is the blank."""

    def text(self, ids: Iterable[int]) -> str:
        return " ".join(text for text, _ in self.words(ids))

    def words(self, ids: Iterable[int]) -> list[tuple[str, int]]:
        """The words that the tokens spell, each with the position of its first token."""
        found: list[tuple[str, int]] = []
        for position, index in enumerate(ids):
            token = self.tokens[index]
            if not token.text:
                continue
            if token.begins_word or not found:
                found.append((token.text, position))
            else:
                found[-1] = (canonical(found[-1][0] + token.text), found[-1][1])
        return found


def read_vocabulary(path: Path) -> Vocabulary:
    """From lines `token index`, in the order of the index. Raises `ModelMismatch` naming the line."""
    texts: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text, _, index = line.rpartition(" ")
        if index != str(len(texts)):
            raise ModelMismatch(f"{path.name}, line {number}: expected `token {len(texts)}`")
        texts.append(text)
    return make_vocabulary(texts)


def make_vocabulary(texts: Sequence[str]) -> Vocabulary:
    """From token texts as the model names them; `<…>` and punctuation spell nothing."""
    return Vocabulary(tokens=tuple(_token(text) for text in texts))


def _token(text: str) -> Token:
    begins = text.startswith(WORD_START)
    spelt = nfc(text.removeprefix(WORD_START)).lower()
    if (text.startswith("<") and text.endswith(">")) or not any(char.isalnum() for char in spelt):
        spelt = ""
    return Token(text=canonical(spelt) if begins else spelt, begins_word=begins)
