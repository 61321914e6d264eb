"""The lexicon of `lexicon.yml`: abbreviations, issuers of law, units, foreign words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

_FILE = Path(__file__).parent / "lexicon.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """One meaning of an ambiguous abbreviation, when a neighbour fits; without conditions always."""

    words: str
    before: "re.Pattern[str] | None" = None
    """Searched in the lower-case text before, at its end."""
    after: "re.Pattern[str] | None" = None
    """Matched at the beginning of the text that follows."""

    def fits(self, before: str, after: str) -> bool:
        if self.before is None and self.after is None:
            return True
        if self.before is not None and self.before.search(before):
            return True
        return self.after is not None and self.after.match(after) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    abbreviations: Mapping[str, str]
    senses: Mapping[str, tuple[Sense, ...]]
    places: Mapping[str, str]
    documents: Mapping[str, str]
    issuers: Mapping[str, str]
    units: Mapping[str, str]
    words: Mapping[str, str]
    addresses: Mapping[str, str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    yaml = YAML(typ="safe")
    # Type stubs of the library leave `load` untyped.
    data = cast(Mapping[str, Any], cast(Any, yaml).load(_FILE))
    senses = {
        str(short): tuple(_sense(entry) for entry in entries)
        for short, entries in cast(Mapping[str, list[Mapping[str, str]]], data["senses"]).items()
    }
    parts = ("abbreviations", "places", "documents", "issuers", "units", "words", "addresses")
    tables = {part: {str(key): str(value) for key, value in data[part].items()} for part in parts}
    return Lexicon(senses=senses, **tables)


def _sense(entry: Mapping[str, str]) -> Sense:
    before, after = entry.get("before"), entry.get("after")
    return Sense(
        words=entry["words"],
        before=re.compile(rf"(?<!\w)(?:{before})\s*$") if before else None,
        after=re.compile(rf"(?:{after})(?!\w)") if after else None,
    )
