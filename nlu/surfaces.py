"""The ways to name procedures that an utterance is compared with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.syllables import is_within, syllables, tokens
from nlu.ambiguities import Ambiguity
from nlu.link_targets import LinkTarget, name_key

EVERYDAY_SYLLABLES = 9
_LEAST_CUT_SYLLABLES = 4
"""Of a name that was cut at its end."""
_LEAST_PLAIN_SYLLABLES = 3
"""Of a name without its official beginning."""
_CUTS = (" đối với ", " trong trường hợp ", " trường hợp ", " bằng dịch vụ công", " thực hiện ", " tại ", " cho ")
_BEGINNINGS = re.compile(r"^(?:(?:thủ tục|giải quyết|xét|hưởng|thực hiện|tham gia|chế độ)\s+)+(?=\S)")
"""What officials write before what people say: "Giải quyết hưởng chế độ …"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """One way to name one procedure, several that share a beginning, or one ambiguity."""

    text: str
    syllables: tuple[str, ...]
    code: str
    """Empty for an ambiguity and for several."""
    ambiguity: int = -1
    several: tuple[str, ...] = ()
    """Codes of mere names that begin so, and of which more words must tell which."""
    everyday: bool = True
    """Always compared; others only if the word index proposes them."""
    last_resort: bool = False
    """Taken only where nothing else is named."""


def surfaces_of(targets: Sequence[LinkTarget], ambiguities: Sequence[Ambiguity]) -> list[Surface]:
    """Every name once: an ambiguous phrase wins over an alias, an answered procedure over a mere name."""
    surfaces: dict[str, Surface] = {}
    for number, family in enumerate(ambiguities):
        for phrase in family.phrases:
            surfaces.setdefault(name_key(phrase), _surface(phrase, ambiguity=number))
    families = [surface.syllables for surface in surfaces.values()]
    for target in targets:
        for name in target.names:
            everyday = target.answered or (len(tokens(name)) <= EVERYDAY_SYLLABLES and name in target.aliases)
            surface = _surface(name, target.code, everyday=everyday, last_resort=target.last_resort)
            surfaces.setdefault(name_key(name), surface)
    for text, codes in _shorter_names(targets).items():
        surface = _surface(text, codes[0] if len(codes) == 1 else "", several=codes, everyday=False)
        # A beginning that many names share names none of them; it only has to win over a family within it.
        if len(codes) == 1 or any(_is_within(family, surface.syllables) for family in families):
            surfaces.setdefault(name_key(text), surface)
    return [surface for surface in surfaces.values() if surface.syllables]


def _surface(
    text: str,
    code: str = "",
    *,
    ambiguity: int = -1,
    several: tuple[str, ...] = (),
    everyday: bool = True,
    last_resort: bool = False,
) -> Surface:
    return Surface(
        text=text,
        syllables=syllables(text),
        code=code,
        ambiguity=ambiguity,
        several=several if not code else (),
        everyday=everyday,
        last_resort=last_resort,
    )


def _is_within(family: Sequence[str], name: Sequence[str]) -> bool:
    return len(family) < len(name) and is_within(family, name)


def _shorter_names(targets: Sequence[LinkTarget]) -> Mapping[str, tuple[str, ...]]:
    """What people say of long official names, and the codes of those that it may be."""
    found: dict[str, dict[str, None]] = {}
    for target in targets:
        if not target.answered and not target.last_resort:
            for name in {_head(target.name.lower()), *_plainer(target.name.lower())} - {""}:
                found.setdefault(name, {})[target.code] = None
    return {name: tuple(codes) for name, codes in found.items()}


def _plainer(name: str) -> set[str]:
    """Without the official beginning: whole, and cut at its end."""
    plain = _BEGINNINGS.sub("", name)
    if plain == name:
        return set()
    return {one for one in (plain, _head(plain)) if len(one.split()) >= _LEAST_PLAIN_SYLLABLES}


def _head(name: str) -> str:
    """The part of a long official name (lower case) that a caller would say; empty if there is no shorter one."""
    at = min((place for cut in _CUTS if (place := name.find(cut)) > 0), default=-1)
    head = name[:at].strip() if at > 0 else ""
    return head if len(head.split()) >= _LEAST_CUT_SYLLABLES else ""
