"""Abbreviations by the lexicon; those with several meanings by their neighbours."""

import re

from tts.reading.lexicon import lexicon
from tts.reading.model import Context, Rule, rule


def _abbreviation(match: "re.Match[str]", context: Context) -> str | None:
    written = match[0]
    for length in (len(written), len(match["first"])):
        words = _expand(written[:length], match, context)
        if words is not None and length == len(written):
            return words
    return None


def _expand(written: str, match: "re.Match[str]", context: Context) -> str | None:
    for sense in lexicon().senses.get(written, ()):
        if sense.fits(context.before(match), context.after(match)):
            return sense.words
    return lexicon().abbreviations.get(written)


def _place(match: "re.Match[str]", context: Context) -> str | None:
    """ "P. Tây Hồ", "TP.HCM", "Q.1": the name follows, with a capital or a number."""
    words = lexicon().places.get(match["short"])
    if words is None:
        return None
    if not match["dot"] and (len(match["short"]) < 2 or not re.match(r"\s", match["gap"])):
        return None
    return words


def _slashed(match: "re.Match[str]", context: Context) -> str | None:
    return lexicon().abbreviations.get(match[0])


RULES: tuple[Rule, ...] = (
    rule("place", r"(?P<short>TP|Tp|TX|Tx|TT|KP|[PQXHTĐ])(?P<dot>\.?)(?P<gap>\s?)(?=[A-ZĐ\d][^\W_]|\d)", _place),
    rule("abbreviation", r"(?:[a-zđ]/[a-zđ](?!\w)|[Vv]\.[vv]\.?\.?|[A-ZĐ]\.[A-ZĐ]\.?(?!\w))", _slashed),
    rule("abbreviation", r"(?P<first>[^\W\d_]+)[ \-][^\W\d_]+(?!\w)", _abbreviation),
    rule("abbreviation", r"(?P<first>[^\W\d_]+)(?!\w)", _abbreviation),
)
