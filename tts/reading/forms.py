"""Names of forms: "CT01", "Mẫu số 2a", "TK1-TS", "14-HSB"."""

import re

from contracts.numbers import digits
from tts.reading.letters import letter_names
from tts.reading.model import Context, Rule, ends_with_word, rule

_FORM_BEFORE = "mẫu|mẫu số|tờ khai|biểu|biểu mẫu|mẫu đơn|mẫu tờ khai|đơn|phiếu|số|theo mẫu"


def _letters_first(match: "re.Match[str]", context: Context) -> str:
    tail = "".join(f" {_part(part)}" for part in re.findall(r"\d+|[^\W\d_]+", match["tail"] or ""))
    return f"{letter_names(match['letters'])} {digits(match['number'])}{tail}"


def _part(part: str) -> str:
    return digits(part) if part.isdecimal() else letter_names(part)


def _number_first(match: "re.Match[str]", context: Context) -> str | None:
    if not ends_with_word(context.before(match), _FORM_BEFORE):
        return None
    number = context.numbered(match["number"])
    letters = [_part(part) for part in re.findall(r"\d+|[^\W\d_]+", match["tail"])]
    return f"{number} {' '.join(letters)}"


RULES: tuple[Rule, ...] = (
    rule(
        "form",
        r"(?P<letters>[A-ZĐ]{1,5})(?P<number>\d{1,4})(?P<tail>[a-zđ]|(?:[-/][A-ZĐ\d]{1,6})*)(?!\w)",
        _letters_first,
    ),
    rule("form", r"(?P<number>\d{1,3})(?P<tail>[a-zđ]?(?:[-/][A-ZĐ]{1,6}\d{0,3})+)(?!\w)", _number_first),
    rule("form", r"(?P<number>\d{1,3})(?P<tail>[a-zđA-ZĐ]\d{0,2})(?!\w)", _number_first),
)
