"""Personal and tax numbers, in groups; on a call a personal number is never said whole."""

import re

from contracts.numbers import digits
from tts.reading.letters import letter_names
from tts.reading.model import Context, Rule, rule
from tts.reading.phones import cut, grouped

_IDENTITY = re.compile(r"(?:cmnd|cmt|chứng minh|cccd|căn cước|định danh|đdcn|hộ chiếu|thẻ)[^.;]{0,40}$")
_SAID = 3
"""Digits of a masked number that are said."""


def _masked(number: str, match: "re.Match[str]", context: Context) -> str:
    lead = "" if re.search(r"(?<!\w)số(?:\s[^,.;]{0,40})?$", context.before(match)) else "số "
    return f"{lead}có ba số cuối là {digits(number[-_SAID:])}"


def _identity(match: "re.Match[str]", context: Context) -> str:
    number = re.sub(r"\D", "", match[0])
    return _masked(number, match, context) if context.style.mask_personal else grouped(cut(number, (3, 3, 3, 3)))


def _old_identity(match: "re.Match[str]", context: Context) -> str | None:
    if not _IDENTITY.search(context.before(match)):
        return None
    return _identity(match, context)


def _passport(match: "re.Match[str]", context: Context) -> str | None:
    if not re.search(r"hộ chiếu[^.;]{0,30}$", context.before(match)):
        return None
    if context.style.mask_personal:
        return _masked(match[0], match, context)
    return f"{letter_names(match['letter'])} {grouped(cut(match['number'], (3, 4)))}"


def _tax(match: "re.Match[str]", context: Context) -> str:
    branch = f", gạch ngang, {digits(match['branch'])}" if match["branch"] else ""
    return grouped(cut(match["number"], (4, 3, 3))) + branch


def _long(match: "re.Match[str]", context: Context) -> str:
    return grouped(cut(match[0], (3,) * (len(match[0]) // 3)))


def _twelve(match: "re.Match[str]", context: Context) -> str | None:
    """Twelve digits with dots are a sum unless they begin with a zero."""
    return None if "." in match[0] and match[0][0] != "0" else _identity(match, context)


RULES: tuple[Rule, ...] = (
    rule("personal_number", r"\d{12}(?!\d)|\d{3}(?:[ .]\d{3}){3}(?![\d.]*\d)(?!\s?đ)", _twelve),
    rule("personal_number", r"\d{9}(?!\d)", _old_identity),
    rule("personal_number", r"(?P<letter>[A-Z])(?P<number>\d{7,8})(?!\w)", _passport),
    rule("tax_code", r"(?P<number>\d{10})(?:-(?P<branch>\d{3}))?(?!\d)", _tax),
    rule("long_number", r"0\d{2,}(?!\d)|\d{9,}(?!\d)", _long),
)
