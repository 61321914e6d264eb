"""An answer as sentences: what is made, played and remembered one at a time, so that "nhắc lại" knows where it was."""

import re
from dataclasses import dataclass

LONGEST = 400
"""Characters; a sentence without an end is cut at a space, so that no text can hold the voice for long."""

_END = re.compile(r"(?:[.!?…]+[\"”’)\]]*(?=\s|$)|\n+|;(?=\s))")
# What ends in a full stop without ending a sentence: "P. Tây Hồ", "TP. Hà Nội", "Q. 1", "v.v. ", "ThS. ", "1. ".
_NO_END = re.compile(r"(?:(?<!\w)(?:[A-ZĐ]|TP|TX|TT|Tp|Tx|Th?S|TS|GS|PGS|BS|KP|ĐT|Tel|tr|vd|VD|đ/c|số)|(?<!\w)v\.v)\.$")
_NUMBERED = re.compile(r"(?:^|\n)\s*(?:\d{1,2}|[a-zđ])\.$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    text: str
    start: int
    """Characters of the whole text."""
    end: int


def sentences(text: str) -> tuple[Sentence, ...]:
    """Sentences in order, without the blanks around them; blank text has none."""
    found: list[Sentence] = []
    start = 0
    for match in _END.finditer(text):
        head = text[start : match.end()]
        if match[0] == "." and (_NO_END.search(head) or _NUMBERED.search(head)) and match.end() < len(text.rstrip()):
            continue
        found += _bounded(text, start, match.end())
        start = match.end()
    found += _bounded(text, start, len(text))
    return tuple(found)


def _bounded(text: str, start: int, end: int) -> list[Sentence]:
    parts: list[Sentence] = []
    while start < end:
        cut = end
        if end - start > LONGEST:
            space = max(text.rfind(mark, start + LONGEST // 2, start + LONGEST) for mark in (", ", " "))
            comma = text.rfind(", ", start + LONGEST // 2, start + LONGEST)
            cut = (comma if comma > 0 else space) + 1 if space > 0 else start + LONGEST
        piece = text[start:cut]
        kept = piece.strip()
        if any(char.isalnum() for char in kept):
            at = start + piece.index(kept)
            parts.append(Sentence(text=kept, start=at, end=at + len(kept)))
        start = cut
    return parts
