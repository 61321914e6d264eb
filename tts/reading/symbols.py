"""Signs: comparisons, dashes between numbers, slashes between words, brackets, quotes."""

import re

from contracts.syllables import is_syllable
from tts.reading.amounts import NUMBER, number_words
from tts.reading.model import Context, Rule, ends_with_word, rule
from tts.reading.spelling import SYMBOL_NAMES, spell_word

_NUMERIC = frozenset(
    {"number", "decimal", "date", "time", "weekday", "ordinal", "money", "measure", "roman", "slash", "number_letter"}
)


def _at_least(match: "re.Match[str]", context: Context) -> str:
    """ "≥ 75 tuổi" → "từ bảy mươi lăm tuổi trở lên"."""
    unit = f" {match['unit']}" if match["unit"] else ""
    return f"từ {number_words(match['number'], context)}{unit} trở lên"


def _comparison(match: "re.Match[str]", context: Context) -> str:
    return {"≤": "không quá", "<=": "không quá", "<": "dưới", ">": "trên", "≥": "từ", ">=": "từ"}[match[1]]


def _dash(match: "re.Match[str]", context: Context) -> str | None:
    """Between two numbers "đến"; with blanks around it a pause; otherwise silent."""
    previous = context.previous
    touches = previous is not None and not context.text[previous.end : match.start()].strip()
    follows = re.match(r"\d|T[2-7]\b|CN\b|thứ\b|[IVX]+\b|ngày\b|tháng\b", context.after(match))
    if touches and follows and previous is not None and previous.rule in _NUMERIC:
        return "đến"
    before = context.before(match)
    if re.search(r"thứ (?:hai|ba|tư|năm|sáu|bảy)$", before) and re.match(r"thứ\b|chủ nhật", context.after(match)):
        return "đến"
    spaced = match[0][0].isspace() or match[0][-1].isspace()
    return "," if spaced and before and before[-1].isalnum() else ""


def _minus(match: "re.Match[str]", context: Context) -> str | None:
    """Of a temperature or a percentage; after a number it is a dash."""
    before = context.before(match)
    if before[-1:].isdecimal():
        return None
    return "" if ends_with_word(before, "âm|trừ") else "âm"


def _slash(match: "re.Match[str]", context: Context) -> str | None:
    before, after = context.before(match), context.after(match)
    left = re.search(r"([^\W\d_]+)$", before)
    right = re.match(r"([^\W\d_]+)", after)
    if left and right and is_syllable(left[1]) and is_syllable(right[1]):
        if right[1].lower() == "hoặc" or left[1] in ("và", "hoặc"):
            return ""
        priced = context.previous is not None and context.previous.rule in ("money", "measure")
        priced = priced and context.previous is not None and context.previous.end == match.start()
        counted = re.search(r"(?:\d|một|hai|ba|đồng)\s+[^\W\d_]+$", before)
        return "một" if (priced and context.previous and context.previous.end == match.start()) or counted else "hoặc"
    if context.previous is not None and context.previous.rule in _NUMERIC and right:
        return "một"
    return "trên" if before[-1:].isdecimal() or after[:1].isdecimal() else "hoặc" if left and right else ""


def _bracket(match: "re.Match[str]", context: Context) -> str:
    return "," if context.before(match) and context.after(match) else ""


def _named(match: "re.Match[str]", context: Context) -> str | None:
    return SYMBOL_NAMES.get(match[0])


def _plus(match: "re.Match[str]", context: Context) -> str:
    """A bullet at the beginning of a line is silent."""
    return "cộng" if context.before(match) and not ends_with_word(context.before(match), ":") else ""


def _silent(match: "re.Match[str]", context: Context) -> str:
    return ""


def _ellipsis(match: "re.Match[str]", context: Context) -> str:
    return "."


def _unknown(match: "re.Match[str]", context: Context) -> str:
    return spell_word(match[0])


RULES: tuple[Rule, ...] = (
    rule("comparison", rf"(?:≥|>=)\s*(?P<number>{NUMBER})(?:\s+(?P<unit>[a-zà-ỹđ]+))?(?!\w)", _at_least),
    rule("comparison", r"(≤|<=|≥|>=|<|>)(?=\s*\d)", _comparison),
    rule(
        "minus",
        rf"(?:\s+|(?<!\w))[-–−](?={NUMBER}(?:\s?(?:đến|tới|[-–])\s?[-–−]?{NUMBER})?\s?(?:°|độ\b|%|phần trăm\b))",
        _minus,
    ),
    rule("dash", r"\s*[-–—−]+\s*", _dash),
    rule("slash", r"\s*/\s*", _slash),
    rule("bracket", r"[()\[\]{}]+", _bracket),
    rule("quote", r"[\"'“”‘’«»`*•·●▪_|^→⇒…\u200b\u200c\u200d\ufeff\u00ad]", _silent),
    rule("ellipsis", r"…+|\.{2,}", _ellipsis),
    rule("plus", r"\+", _plus),
    rule("sign", r"[&@%=#<>~°$€×÷±§№\\]", _named),
    rule("unknown", r"[^\w\s,.;:?!]", _unknown),
)
