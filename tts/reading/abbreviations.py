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
    number = context.after(match)[:1].isdecimal()
    if (number and match["short"] not in ("P", "Q", "KP")) or (match["short"] == "TT" and not match["dot"]):
        return None
    if not match["dot"] and (len(match["short"]) < 2 or not re.match(r"\s", match["gap"])):
        return None
    return words


def _marked(match: "re.Match[str]", context: Context) -> str | None:
    """ "v/v", "đ/c", "T.Ư": short forms with a sign in them."""
    return lexicon().abbreviations.get(match[0])


def _and_so_on(match: "re.Match[str]", context: Context) -> str:
    return "vân vân"


def _page(match: "re.Match[str]", context: Context) -> str:
    return "trang"


RULES: tuple[Rule, ...] = (
    rule("place", r"(?P<short>TP|Tp|TX|Tx|TT|KP|[PQXHTĐ])(?P<dot>\.?)(?P<gap>\s?)(?=[A-ZĐ\d][^\W_]|\d)", _place),
    rule("abbreviation", r"[Vv]\.[Vv](?:\.{1,3}|…)?(?!\w)", _and_so_on),
    rule("abbreviation", r"tr\.(?=\s?\d)", _page),
    rule("abbreviation", r"[a-zđA-ZĐ]/[a-zđ](?!\w)|[A-ZĐ]\.[A-ZĐƯ]\.?(?!\w)", _marked),
    rule("abbreviation", r"(?P<first>[^\W\d_]+)[ \-][^\W\d_]+(?!\w)", _abbreviation),
    rule("abbreviation", r"(?P<first>[^\W\d_]+)(?!\w)", _abbreviation),
)
