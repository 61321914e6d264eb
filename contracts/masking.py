"""Personal numbers in texts, written or spoken, made unreadable: căn cước, telephone, account and file numbers.

A run is masked whatever it is a number of, from six digits on. Amounts of money that are written as such stay, and
spoken amounts never make a run, as "nghìn", "triệu" and "tỷ" divide them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.numbers import DIGIT_WORDS
from contracts.syllables import nfc

RUN = 6
"""Digits from which on a run is masked."""
_DIGITS = dict.fromkeys(DIGIT_WORDS, 1) | {
    "mốt": 1, "tư": 1, "lăm": 1, "nhăm": 1, "bẩy": 1, "mười": 1, "hăm": 1, "băm": 1,
    "mươi": 0, "trăm": 0, "linh": 0, "lẻ": 0, "lẽ": 0, "chục": 0,
}  # fmt: skip
"""Spoken word → how many digits it surely stands for."""
_VALUES = {word: str(value) for value, word in enumerate(DIGIT_WORDS)} | {
    "mốt": "1", "tư": "4", "lăm": "5", "nhăm": "5", "bẩy": "7", "mười": "1", "hăm": "2", "băm": "3",
}  # fmt: skip
_FILLERS = frozenset(
    "ờ ừ à ạ ơ ừm hừm dạ vâng rồi xong tiếp và là thì số cái đến với sau nữa này gạch ngang chấm phẩy".split()
)
"""What is said between the digits of one number."""
_FILLERS_IN_A_ROW = 3
_WORD = re.compile(r"\d+|[^\W\d_]+")
_MONEY = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?=\s*(?:đồng|đ|vnđ|vnd|₫)(?!\w))", re.IGNORECASE)
_WRITTEN_GAP = re.compile(r"[\s.\-–]{0,3}")
_SPOKEN_GAP = re.compile(r"[^\w/]*")


@dataclass(frozen=True, slots=True)
class _Part:
    """A word of a run of digits."""

    start: int
    end: int
    digits: str
    counted: int


def mask(text: str) -> str:
    """`text` (NFC) without readable numbers: "số 0901 234 567" → "số 09xxxxx567"; masking again changes nothing."""
    text = nfc(text)
    masked, at = list[str](), 0
    for run in _runs(text):
        if sum(part.counted for part in run) < RUN:
            continue
        masked += [text[at : run[0].start], mask_number("".join(part.digits for part in run))]
        at = run[-1].end
    return "".join([*masked, text[at:]])


def mask_number(number: str) -> str:
    """The digits of a number, most of them hidden: "0901234678" → "09xxxxx678"; whatever is no digit goes."""
    digits = "".join(char for char in number if char.isdecimal())
    ahead, behind = (2, 3) if len(digits) > 8 else (0, 2)
    if len(digits) <= behind:
        return "x" * len(digits)
    return digits[:ahead] + "x" * (len(digits) - ahead - behind) + digits[-behind:]


def _runs(text: str) -> Iterator[list[_Part]]:
    """Runs of digits, however many; fillers only inside of them."""
    money = [found.span() for found in _MONEY.finditer(text)]
    run, fillers, before = list[_Part](), 0, None
    for found in _WORD.finditer(text):
        in_money = any(start <= found.start() < end for start, end in money)
        part = None if in_money else _part(found)
        joined = before is not None and _joined(text, before, found)
        if run and not joined:
            yield run
            run, fillers = [], 0
        if part is not None:
            run, fillers = [*run, part], 0
        elif run and found[0].lower() in _FILLERS and fillers < _FILLERS_IN_A_ROW and not in_money:
            fillers += 1
        elif run:
            yield run
            run, fillers = [], 0
        before = found
    if run:
        yield run


def _part(found: re.Match[str]) -> _Part | None:
    word = found[0].lower()
    if word[0].isdecimal():
        return _Part(found.start(), found.end(), word, len(word))
    if word not in _DIGITS:
        return None
    return _Part(found.start(), found.end(), _VALUES.get(word, ""), _DIGITS[word])


def _joined(text: str, before: re.Match[str], found: re.Match[str]) -> bool:
    """Two written numbers belong together only across space, dot and dash: "năm 2025, 10 ngày" is two."""
    gap = text[before.end() : found.start()]
    written = before[0][0].isdecimal() and found[0][0].isdecimal()
    return (_WRITTEN_GAP if written else _SPOKEN_GAP).fullmatch(gap) is not None
