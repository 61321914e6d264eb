"""Reads a text: at each place the first rule that applies decides; everything else is said as it stands."""

import re
from itertools import chain

from contracts.syllables import is_syllable, nfc
from tts.reading import (
    abbreviations,
    amounts,
    codes,
    dates,
    electronic,
    foreign,
    forms,
    laws,
    money,
    personal_numbers,
    phones,
    romans,
    symbols,
    times,
    units,
)
from tts.reading.lexicon import lexicon
from tts.reading.model import Context, Decision, Reading, Rule, Style

_RULES: tuple[Rule, ...] = tuple(
    chain(
        electronic.RULES,
        codes.KNOWN,
        laws.RULES,
        dates.RULES,
        times.RULES,
        forms.RULES,
        phones.RULES,
        money.RULES,
        units.RULES,
        personal_numbers.RULES,
        romans.RULES,
        codes.OTHER,
        amounts.RULES,
        abbreviations.RULES,
        foreign.RULES,
        symbols.RULES,
    )
)
"""Most particular first: a phone number must be seen before a quantity, a law before a date."""

_PLAIN_WORD = re.compile(r"[^\W\d_]{2,}(?![\w/@]|\.\w)")
_DASH_AHEAD = re.compile(r"\s+[-–—−/]")
_PAUSES = ",.;:?!"
_LONGEST_RUN = 200
"""Characters of one token that rules look at; longer ones are cut, so that junk costs no more than text."""


def read_text(text: str, style: Style) -> Reading:
    text = nfc(text)
    context = Context(text=text, style=style)
    decisions: list[Decision] = []
    said: list[str] = []
    at = 0
    while at < len(text):
        plain = _plain(text, at)
        if plain:
            said.append(text[at : at + plain])
            at += plain
            continue
        decision = _decide(text, at, context)
        if decision is None:
            said.append(text[at])
            at += 1
            continue
        if decision.spoken != decision.written:
            decisions.append(decision)
        # A dash joins what stands on both sides of it: the later one still has to see the earlier one.
        if decision.rule != "dash":
            context.previous = decision
        said.append(f" {decision.spoken} ")
        at = decision.end
    return Reading(words=_tidy("".join(said)), decisions=tuple(decisions))


def _plain(text: str, at: int) -> int:
    """Length of a Vietnamese word at this place that no rule needs to look at, or of a blank."""
    if text[at].isspace():
        return 0 if _DASH_AHEAD.match(text, at) else 1
    match = _PLAIN_WORD.match(text, at)
    if match is None:
        return 0
    word = match[0]
    if word.isupper() or word in lexicon().abbreviations or word in lexicon().senses or word.lower() in lexicon().words:
        return 0
    return len(word) if is_syllable(word) else 0


def _decide(text: str, at: int, context: Context) -> Decision | None:
    for rule in _RULES:
        match = rule.pattern.match(text, at, min(len(text), at + _LONGEST_RUN))
        if match is None or match.end() == at:
            continue
        spoken = rule.speak(match, context)
        if spoken is None:
            continue
        return Decision(start=at, end=match.end(), written=match[0], spoken=spoken, rule=rule.name)
    return None


def _tidy(words: str) -> str:
    words = re.sub(r"\s*\n\s*", ". ", words.strip())
    words = re.sub(r"\s+", " ", words)
    words = re.sub(r"\s+([,.;:?!])", r"\1", words)
    words = re.sub(r"[,.;:?!]*([.?!])[,.;:]*", r"\1", words)
    words = re.sub(r",*([;:])[,;:]*", r"\1", words)
    words = re.sub(r",{2,}", ",", words)
    words = re.sub(r"([,.;:?!])(?=[^\s,.;:?!])", r"\1 ", words)
    words = words.strip().lstrip(_PAUSES + " ")
    return words if any(char.isalnum() for char in words) else ""
