"""Percentages, measures, and sizes such as "4x6 cm"."""

import re

from tts.reading.amounts import NUMBER, number_words
from tts.reading.lexicon import lexicon
from tts.reading.model import Context, Rule, rule
from tts.reading.money import PER, per_unit

_UNIT = r"(?P<unit>%|‰|°C|°|độ C|m²|m³|km²|m2|m3|km2|km/h|[A-Za-zµ]{1,4})(?!\w)"


def _measure(match: "re.Match[str]", context: Context) -> str | None:
    name = lexicon().units.get(match["unit"])
    if name is None:
        return None
    return f"{number_words(match['number'], context)} {name}{per_unit(match['per'], context)}"


def _size(match: "re.Match[str]", context: Context) -> str | None:
    numbers = re.findall(NUMBER, match["sizes"])
    name = lexicon().units.get(match["unit"]) if match["unit"] else ""
    if name is None:
        return None
    return f"{' nhân '.join(number_words(number, context) for number in numbers)} {name}".strip()


def _size_each(match: "re.Match[str]", context: Context) -> str | None:
    """ "3 cm x 4 cm"."""
    name = lexicon().units.get(match["unit"])
    if name is None:
        return None
    return " nhân ".join(f"{number_words(match[part], context)} {name}" for part in ("first", "second"))


RULES: tuple[Rule, ...] = (
    rule(
        "measure",
        rf"(?P<first>{NUMBER})\s?(?P<unit>cm|mm|m|km)\s?[x×*]\s?(?P<second>{NUMBER})\s?(?P=unit)(?!\w)",
        _size_each,
    ),
    rule("measure", rf"(?P<sizes>{NUMBER}(?:\s?[x×]\s?{NUMBER})+)\s?(?:(?P<unit>cm|mm|m|km)(?!\w))?(?!\w)", _size),
    rule(
        "measure",
        rf"(?P<number>{NUMBER})\s?{_UNIT}{PER}",
        _measure,
    ),
)
