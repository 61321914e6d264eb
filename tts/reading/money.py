"""Sums of money, and prices per unit."""

import re

from tts.reading.amounts import NUMBER, SCALES, number_words
from tts.reading.lexicon import lexicon
from tts.reading.model import Context, Rule, rule

_DONG = r"(?:đồng|đ|vnđ|vnd|₫)"
_CURRENCIES = {"usd": "đô la Mỹ", "$": "đô la Mỹ", "eur": "ơ rô", "€": "ơ rô"}
_CURRENCY = r"(?<=[\d\s])(?:usd|eur)(?!\w)|[$€]"
_PAIRS = (
    "hồ sơ|bản sao|bản chính|sản phẩm|hợp đồng|trường hợp|giấy phép|mét vuông|mét khối|giao dịch|chữ ký|văn bản|"
    "lượt người|thủ tục|giấy tờ|công trình|phương tiện|doanh nghiệp|hộ gia đình|gia đình|tác phẩm|chuyên đề|"
    "người lao động|thửa đất"
)
"""Units of two syllables and more."""
PER = rf"(?P<per>(?:\s?/\s?\d*\s?(?:{_PAIRS}|km2|km²|m2|m²|m3|m³|kWh|ha|kg|[a-zà-ỹđ]+)(?![\w²³]))*)"
_SHORT = {"k": "nghìn", "tr": "triệu"}


def per_unit(chain: str, context: Context) -> str:
    """ "/lần/người" → " một lần một người"."""
    parts = [part.strip() for part in chain.split("/")[1:]]
    return "".join(f" {_unit(part, context)}" for part in parts)


def _unit(part: str, context: Context) -> str:
    number, name = re.fullmatch(r"(\d*)\s*(.*)", part, re.DOTALL).groups()  # pyright: ignore[reportOptionalMemberAccess]
    return f"{context.number(number) if number else 'một'} {lexicon().units.get(name, name)}"


def _comma_thousands(written: str) -> str:
    return written.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", written) else written


def _dong(match: "re.Match[str]", context: Context) -> str:
    amount = number_words(_comma_thousands(match["number"]), context)
    scale = f" {match['scale']}" if match["scale"] else ""
    return f"{amount}{scale} đồng{per_unit(match['per'], context)}"


def _foreign(match: "re.Match[str]", context: Context) -> str:
    currency = _CURRENCIES[(match["after"] or match["before"]).lower()]
    scale = f" {match['scale']}" if match["scale"] else ""
    return (
        f"{number_words(_comma_thousands(match['number']), context)}{scale} {currency}{per_unit(match['per'], context)}"
    )


def _short(match: "re.Match[str]", context: Context) -> str:
    """ "50k" → năm mươi nghìn, "2tr5" → hai triệu rưỡi."""
    scale = _SHORT[match["scale"].lower()]
    rest = match["rest"]
    tail = "" if not rest else " rưỡi" if rest == "5" else f" {context.number(rest)}"
    return f"{number_words(match['number'], context)} {scale}{tail}"


_SUM = rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+(?!\d)|{NUMBER})\s?(?P<scale>{SCALES})?\s?"

RULES: tuple[Rule, ...] = (
    rule("money", rf"{_SUM}{_DONG}(?!\w){PER}", _dong, re.IGNORECASE),
    rule(
        "money", rf"(?P<before>[$€])?{_SUM}(?P<after>(?<=[\d\s])(?:usd|eur)(?!\w)|[$€]){PER}", _foreign, re.IGNORECASE
    ),
    rule("money", rf"(?P<before>[$€])\s?{_SUM}(?P<after>)(?=\W|$)(?P<per>)", _foreign, re.IGNORECASE),
    rule("money", rf"(?P<number>{NUMBER})(?P<scale>k|K|tr)(?P<rest>\d{{0,3}})(?!\w)", _short),
)
