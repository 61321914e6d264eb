"""Gold answers written from a sheet, for somebody to read: the figures, papers and sentences that must be said."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from contracts.acts import Behaviour
from contracts.meaning import Aspect
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.gold_answers import AskYaml, hear
from procedures.record import Duration, FactStatus, Money, Papers, Procedure, Profile, SpokenFact

_FIGURE = re.compile(r"(?:[^\s.,;:]+ )?\S*\d\S*(?:(?<=\d)\s+(?:ngày làm việc|[^\W\d]+))?")
"""A number with the word before it and what it counts, or a word with digits, such as "CT01" or "68/2020/QH14"."""
_SHORT_WORDS = 4
_WHOLE = frozenset({Aspect.DOCUMENTS, Aspect.CONDITIONS, Aspect.FEE, Aspect.TIME, Aspect.FORM})
"""Without a value, every sentence of these counts; of the others the first."""


def must_say(fact: SpokenFact) -> list[str]:
    """The parts of a fact's words without which it would be another."""
    parts = [found.group().strip(".,;:()") for found in _FIGURE.finditer(fact.phrase)]
    if isinstance(fact.value, Papers):
        parts += [part for name in fact.value.names if (part := _as_written(name, fact.phrase))]
    sentences = [one.strip() for one in re.split(r"(?<=[.?!])\s+", fact.phrase) if one.strip()]
    if fact.aspect is Aspect.DOCUMENTS:
        parts += [one for one in sentences if not any(part in one for part in parts)]
    if not isinstance(fact.value, Money | Duration | Papers):
        whole = fact.aspect in _WHOLE or len(sentences[0].split()) < _SHORT_WORDS
        parts += sentences if whole else sentences[:1]
    return list(dict.fromkeys((*parts, *_limitation(fact))))


def _limitation(fact: SpokenFact) -> list[str]:
    return [fact.limitation.split(",")[0].rstrip(".")] if fact.limitation else []


def _as_written(name: str, phrase: str) -> str:
    at = phrase.lower().find(name.lower())
    return phrase[at : at + len(name)] if at >= 0 else ""


def asks_of(content: Content, procedure: Procedure, today: date) -> list[AskYaml]:
    """Every aspect with facts: as asked plainly, and for each case that a caller can name."""
    engine = Engine(content, profile=Profile.DEMO)
    asks: list[AskYaml] = []
    for aspect, day in _days(procedure, today):
        facts = [fact for fact in procedure.facts if fact.aspect is aspect and fact.holds_on(day)]
        for ask in _ways(facts, procedure, aspect):
            ask = ask if day == today else ask.model_copy(update={"day": day})
            said = hear(engine, procedure.code, ask, day)
            if said.behaviour is Behaviour.HANDOFF:
                asks.append(ask.model_copy(update={"handoff": True}))
            elif said.behaviour is Behaviour.ANSWER:
                asks.append(_pinned(ask, facts, said.first, said.more))
    return asks


def _days(procedure: Procedure, today: date) -> Iterator[tuple[Aspect, date]]:
    """Each aspect today, and on a day for facts that hold on other days only."""
    for aspect in Aspect:
        yield aspect, today
        others = {
            _day_of(fact, procedure) for fact in procedure.facts if fact.aspect is aspect and not fact.holds_on(today)
        }
        yield from ((aspect, day) for day in sorted(filter(None, others)) if procedure.in_force(day))


def _day_of(fact: SpokenFact, procedure: Procedure) -> date | None:
    """On which it holds."""
    days = (fact.valid_from, procedure.known_since, fact.valid_to)
    return next((day for day in days if day and fact.holds_on(day)), None)


def _ways(facts: Sequence[SpokenFact], procedure: Procedure, aspect: Aspect) -> Iterator[AskYaml]:
    if not facts:
        return
    yield AskYaml(aspect=aspect)
    for question in procedure.questions:
        if aspect in question.aspects:
            yield from (AskYaml(aspect=aspect, key=str(at)) for at in range(1, len(question.answers) + 1))
            break
    for fact in facts:
        if fact.cues:
            yield AskYaml(aspect=aspect, caller=fact.cues[0])


def _pinned(ask: AskYaml, facts: Iterable[SpokenFact], first: str, more: Sequence[str]) -> AskYaml:
    says: list[str] = []
    later: list[list[str]] = [[] for _ in more]
    never: list[str] = []
    for fact in facts:
        if fact.status is FactStatus.HAND_OVER:
            never += must_say(fact)
        elif fact.phrase in first:
            says += must_say(fact)
        else:
            # Of what comes later the plain question tells all; a limitation may be said in another turn there.
            wanted = must_say(fact) if not ask.caller and not ask.key else _limitation(fact)
            for parts, said in zip(later, more, strict=True):
                parts += wanted if fact.phrase in said else []
    return ask.model_copy(
        update={
            "says": _once(part for part in says if part in first),
            "more": tuple(
                _once(part for part in parts if part in said) for parts, said in zip(later, more, strict=True)
            ),
            "says_not": _once(part for part in never if part not in " ".join((first, *more))),
        }
    )


def _once(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parts))


def gold_text(content: Content, procedure: Procedure, today: date) -> str:
    """The file, as YAML."""
    lines = [
        f"# Những điều phải nói về {procedure.short_name}; content check hỏi lại từng câu.",
        f"# Viết ra bằng: tongdai content gold {procedure.code} --write. Đọc và đối chiếu với hồ sơ trước khi lưu.",
        "version: 1",
        f'code: "{procedure.code}"',
        f"today: {today.isoformat()}",
        f"names: {_list(_once((procedure.short_name, *procedure.aliases)))}",
        "asks:",
    ]
    for ask in asks_of(content, procedure, today):
        lines.append(f"- aspect: {ask.aspect.value}")
        if ask.day:
            lines.append(f"  day: {ask.day.isoformat()}")
        if ask.caller:
            lines.append(f"  caller: {_quoted(ask.caller)}")
        if ask.key:
            lines.append(f'  key: "{ask.key}"')
        if ask.handoff:
            lines.append("  handoff: true")
        for name, parts in (("says", ask.says), ("says_not", ask.says_not)):
            if parts:
                lines += [f"  {name}:", *(f"  - {_quoted(part)}" for part in parts)]
        if any(ask.more):
            lines += ["  more:", *(f"  - {_list(parts)}" for parts in ask.more)]
    return "\n".join(lines) + "\n"


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(map(_quoted, names)) + "]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
