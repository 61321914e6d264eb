"""Procedure codes, dossier codes and other codes: digit by digit, with their signs."""

import re

from contracts.numbers import digits
from tts.reading.letters import letter_names
from tts.reading.model import Context, Rule, rule

_SIGNS = {".": "chấm", "-": "gạch ngang", "–": "gạch ngang", "/": "trên", "_": "gạch dưới"}
_PART = re.compile(r"\d+|[^\W\d_]+|[.\-–/_]")
_IN_GROUP = 3


def _digits(run: str, context: Context) -> str:
    if not context.style.pause_in_codes or len(run) <= _IN_GROUP + 1:
        return digits(run)
    return ", ".join(digits(run[at : at + _IN_GROUP]) for at in range(0, len(run), _IN_GROUP))


def code_words(code: str, context: Context) -> str:
    """ "H26.15-261008-0975" → "hát hai sáu chấm một năm, gạch ngang, hai sáu …"."""
    said: list[str] = []
    for part in _PART.findall(code):
        if part.isdecimal():
            said.append(_digits(part, context))
        elif part in "-–":
            said.append("@gạch ngang,")
        else:
            said.append(_SIGNS.get(part) or letter_names(part))
    return " ".join(said).replace(" @", ", ").replace("@", "")


def _code(match: "re.Match[str]", context: Context) -> str | None:
    return code_words(match[0], context)


def _procedure(match: "re.Match[str]", context: Context) -> str:
    words = code_words(match[0], context)
    return words.replace("chấm ", "chấm, ", 1) if context.style.pause_in_codes else words


def _plate(match: "re.Match[str]", context: Context) -> str:
    number = match["number"].replace(".", "")
    parts: list[str] = _PART.findall(match["series"])
    series = " ".join(digits(part) if part.isdecimal() else letter_names(part) for part in parts)
    return f"{series}, {', '.join(digits(part) for part in (number[:3], number[3:]))}"


def _mixed(match: "re.Match[str]", context: Context) -> str | None:
    """Anything else of letters, digits and signs that is too involved for a number or a name."""
    text = match[0]
    signs = sum(char in "-./_" for char in text)
    has_digit = any(char.isdecimal() for char in text)
    has_letter = any(char.isalpha() for char in text)
    thousands = re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", text)
    if not has_digit or thousands or not (has_letter or signs > 2):
        return None
    return code_words(text, context)


KNOWN: tuple[Rule, ...] = (
    rule("procedure_code", r"\d\.\d{6}(?:\.\d{2,3})*(?:\.H\d{2})?(?![\d.]*\d)", _procedure),
    rule("plate", r"(?P<series>\d{2}[A-ZĐ][A-Z\d]?)[-– ](?P<number>\d{3}\.?\d{2})(?!\w)", _plate),
    rule("dossier_code", r"(?:[A-ZĐ]\d{2,3}|\d{3})(?:\.[A-Z]?\d{1,3})*-\d{6}-\d{3,6}(?![\d\-]*\d)", _code),
    rule("dossier_code", r"\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}(?!\w)", _code),
)
OTHER: tuple[Rule, ...] = (rule("code", r"[A-Z0-9ĐÐ]+(?:[.\-/_][A-Z0-9ĐÐ]+){2,}(?!\w)", _mixed),)
