"""Number words, both ways, in one table: written numbers to Northern (or Southern) words, spoken words to numbers."""

from collections.abc import Sequence

DIGIT_WORDS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu")
_BILLION = "tỷ"

_UNITS = {word: value for value, word in enumerate(DIGIT_WORDS)} | {
    "mốt": 1, "tư": 4, "lăm": 5, "nhăm": 5, "bẩy": 7,
}  # fmt: skip
_LINKS = {"linh", "lẻ", "lẽ"}
_THOUSAND = {"nghìn", "ngàn"}
_MILLION = {"triệu"}
_BILLIONS = {"tỷ", "tỉ"}
_ELIDED_TENS = {"hăm": 20, "băm": 30}


def _below_thousand(value: int, full: bool, link: str) -> list[str]:
    hundreds, rest = divmod(value, 100)
    tens, units = divmod(rest, 10)
    words: list[str] = []
    if hundreds or full:
        words += [DIGIT_WORDS[hundreds], "trăm"]
    if tens == 0:
        if units:
            words += ([link] if words else []) + [DIGIT_WORDS[units]]
        return words
    words += ["mười"] if tens == 1 else [DIGIT_WORDS[tens], "mươi"]
    if units == 1 and tens > 1:
        words.append("mốt")
    elif units == 4 and tens > 1:
        words.append("tư")
    elif units == 5:
        words.append("lăm")
    elif units:
        words.append(DIGIT_WORDS[units])
    return words


def cardinal(value: int, *, southern: bool = False) -> str:
    """A quantity in words: 1005 → "một nghìn không trăm linh năm" (southern: "một ngàn không trăm lẻ năm")."""
    if value == 0:
        return DIGIT_WORDS[0]
    if value < 0:
        return "âm " + cardinal(-value, southern=southern)
    link, thousand = ("lẻ", "ngàn") if southern else ("linh", "nghìn")
    billions, below = divmod(value, 10**9)
    words = [cardinal(billions, southern=southern), _BILLION] if billions else []
    for power in (2, 1, 0):
        group = below // 1000**power % 1000
        if group:
            words += _below_thousand(group, full=bool(words), link=link)
            if power:
                words.append(thousand if power == 1 else _SCALES[power])
    return " ".join(words)


def digits(text: str) -> str:
    """One word for each digit, anything else dropped: "1900-1" → "một chín không không một"."""
    return " ".join(DIGIT_WORDS[int(char)] for char in text if char.isdecimal())


def parse_digits(words: Sequence[str]) -> str | None:
    """Digits said one by one ("không chín một" → "091"); None if any word is no digit."""
    found = [_UNITS.get(word) for word in words]
    if not found or any(value is None for value in found):
        return None
    return "".join(str(value) for value in found)


def parse_cardinal(words: Sequence[str]) -> int | None:
    """A spoken quantity ("hai trăm linh năm nghìn" → 205000, "trăm rưỡi" → 150); None if it is none."""
    if not words:
        return None
    for names, scale in ((_BILLIONS, 10**9), (_MILLION, 10**6), (_THOUSAND, 1000)):
        for at in range(len(words) - 1, -1, -1):
            if words[at] in names:
                head, tail = words[:at], words[at + 1 :]
                high = parse_cardinal(head) if head else (1 if scale == 1000 else None)
                low = _after_scale(tail, scale)
                return None if high is None or low is None else high * scale + low
    return _parse_below_thousand(words)


def _after_scale(tail: Sequence[str], scale: int) -> int | None:
    """What follows "nghìn", "triệu" or "tỷ": nothing, "rưỡi", one digit of the next place, or a number."""
    if not tail:
        return 0
    if list(tail) == ["rưỡi"]:
        return scale // 2
    if len(tail) == 1 and tail[0] in _UNITS:
        return _UNITS[tail[0]] * scale // 10
    value = parse_cardinal([word for word in tail if word not in _LINKS] if tail[0] in _LINKS else tail)
    return value if value is not None and value < scale else None


def _parse_below_thousand(words: Sequence[str]) -> int | None:
    if "trăm" in words:
        at = list(words).index("trăm")
        head, tail = words[:at], list(words[at + 1 :])
        hundreds = 1 if not head else (_UNITS.get(head[0]) if len(head) == 1 else None)
        if hundreds is None:
            return None
        if not tail:
            return hundreds * 100
        if tail == ["rưỡi"]:
            return hundreds * 100 + 50
        if tail[0] in _LINKS:
            unit = _UNITS.get(tail[1]) if len(tail) == 2 else None
            return None if unit is None else hundreds * 100 + unit
        if len(tail) == 1 and tail[0] in _UNITS:
            return hundreds * 100 + _UNITS[tail[0]] * 10
        rest = _parse_tens(tail)
        return None if rest is None else hundreds * 100 + rest
    return _parse_tens(words)


def _parse_tens(words: Sequence[str]) -> int | None:
    first = words[0]
    if first in _ELIDED_TENS and len(words) <= 2:
        unit = _UNITS.get(words[1]) if len(words) == 2 else 0
        return None if unit is None else _ELIDED_TENS[first] + unit
    if first in ("mười", "chục"):
        unit = 0 if len(words) == 1 else (_UNITS.get(words[1]) if len(words) == 2 else None)
        return None if unit is None else 10 + unit
    tens = _UNITS.get(first)
    if tens is None:
        return None
    if len(words) == 1:
        return tens
    if words[1] in ("mươi", "chục"):
        unit = 0 if len(words) == 2 else (_UNITS.get(words[2]) if len(words) == 3 else None)
        return None if unit is None else tens * 10 + unit
    if len(words) == 2 and words[1] in _UNITS and (words[1] in ("mốt", "tư", "lăm", "nhăm")):
        return tens * 10 + _UNITS[words[1]]
    return None
