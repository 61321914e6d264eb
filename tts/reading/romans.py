"""Roman numerals after the words that take them."""

import re

from tts.reading.model import Context, Rule, ends_with_word, rule

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_WELL_FORMED = re.compile(r"(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_BEFORE = (
    "phụ lục|cấp|khóa|khoá|chương|phần|mục|quý|kỳ|loại|hạng|thế kỷ|nhóm|đợt|lần|lần thứ|thứ|bậc|khu vực|tập|quyển|"
    "đại hội|vùng|tiểu mục|hệ|giai đoạn|bảng|biểu|phân khu|kì|độ|mức|tuyến|type|trung ương|đảng"
)


def roman_value(text: str) -> int | None:
    """ "XIV" → 14; None for what is no numeral."""
    if not text or not _WELL_FORMED.fullmatch(text):
        return None
    values = [_VALUES[char] for char in text]
    return sum(
        -value if any(later > value for later in values[at + 1 : at + 2]) else value for at, value in enumerate(values)
    )


def _after_noun(match: "re.Match[str]", context: Context) -> str | None:
    value = roman_value(match[0])
    if value is None:
        return None
    before = context.before(match)
    in_list = (
        context.previous is not None
        and context.previous.rule == "roman"
        and re.search(r"[ivxlc]\s*(?:,|và|hoặc|-|–|đến)$", before)
    )
    if not (ends_with_word(before, _BEFORE) or in_list or _heading(match, context)):
        return None
    # "lần thứ IV" is an ordinal, "thế kỷ IV" is not.
    if ends_with_word(before, "thứ"):
        return {1: "nhất", 4: "tư"}.get(value, context.number(value))
    return context.number(value)


def _heading(match: "re.Match[str]", context: Context) -> bool:
    starts = not context.text[: match.start()].rpartition("\n")[2].strip()
    return starts and re.match(r"[.)]\s", context.text[match.end() : match.end() + 2]) is not None


def _list_mark(match: "re.Match[str]", context: Context) -> str | None:
    """ "ii)" at the head of a list item."""
    value = roman_value(match[0].upper())
    return None if value is None else context.number(value)


RULES: tuple[Rule, ...] = (
    rule("roman", r"(?:i{1,3}|iv|vi{0,3}|ix|x)(?=\))", _list_mark),
    rule("roman", r"[IVXLC]+(?!\w)", _after_noun),
)
