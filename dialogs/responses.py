"""The sentences the hotline says, by name, with {placeholders}."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import Field

from contracts.acts import HandoffReason
from contracts.meaning import Aspect
from contracts.mistakes import Mistakes
from dialogs.errors import MissingResponse
from procedures.strict import Strict
from procedures.yaml_source import YamlSource, entries

PLACEHOLDERS = frozenset({
    "procedure", "aspect", "question", "choices", "cases", "updated", "missing", "known_since",
    "case_question", "case_keys", "old_ward", "wards", "ward_keys",
})  # fmt: skip
"""What every sentence of flows can be filled with."""
OF_ITS_OWN: Mapping[str, frozenset[str]] = {
    "choice_item": frozenset({"number", "procedure"}),
    "case_key": frozenset({"number", "answer"}),
    "answer_lead": frozenset({"question"}),
    "source_note": PLACEHOLDERS,
    "source_note_undated": PLACEHOLDERS,
    "question_whole": frozenset({"aspect", "procedure"}),
    "question_procedure": frozenset({"procedure"}),
    "summary": frozenset({"question", "answered", "reason"}),
    "ward_office": frozenset({"ward", "office"}),
    "ward_point": frozenset({"ward", "point"}),
    "ward_of_district": frozenset({"district"}),
    "old_ward_now": frozenset({"old_ward", "wards"}),
    "ward_made_of": frozenset({"ward", "olds"}),
    "places_source": frozenset({"as_of"}),
    "topic_where_now": frozenset({"place"}),
}
"""What the program fills its own sentences with; those that are not named here with nothing."""
BUILT_IN = frozenset({
    "choice_item", "case_key", "case_not_known",
    "answer_lead", "source_note", "source_note_undated", "question_whole", "question_procedure",
    "cut_in", "summary", "summary_nothing_asked", "summary_nothing_answered", "list_and", "list_or", "other_cases",
})  # fmt: skip
"""Sentences that the program itself asks for; flows name the others."""

SAID_BY: Mapping[str, tuple[str, ...]] = {
    "ward_office": (
        "ward_office", "ward_other", "ward_point", "ward_unclear", "ward_of_district", "old_ward_now",
    ),
    "where_now": ("old_ward_now", "old_ward_several", "ward_made_of", "and_others", "places_source", "topic_where_now"),
}  # fmt: skip
"""Sentences of actions: needed where a flow has the action."""

Text = Annotated[str, Field(min_length=1, max_length=500)]


class _ResponsesYaml(Strict):
    version: Literal["1"]
    responses: dict[str, Text]
    aspects: dict[Aspect, Text]
    reasons: dict[HandoffReason, Text]
    chat: dict[str, Text] = Field(default_factory=dict[str, Text])


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    texts: Mapping[str, str]
    aspects: Mapping[Aspect, str]
    """What an aspect is called: "giấy tờ"."""
    reasons: Mapping[HandoffReason, str]
    chat: Mapping[str, str] = field(default_factory=dict[str, str])
    """Sentences that are worded otherwise where they are read, on a page without a telephone."""

    def written(self) -> "Responses":
        return replace(self, texts={**self.texts, **self.chat})

    def text(self, name: str, **values: str) -> str:
        """Raises `MissingResponse` naming the sentence, or the placeholder that got no value."""
        template = self.texts.get(name)
        if template is None:
            raise MissingResponse(f"responses: no sentence named {name}")
        try:
            return " ".join(template.format(**values).split())
        except KeyError as error:
            raise MissingResponse(f"responses.{name}: no value for {{{error.args[0]}}}") from error

    def joined(self, name: str, items: tuple[str, ...]) -> str:
        """Items with commas, and the word `name` (`list_and`, `list_or`) before the last."""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self.text(name)} {items[-1]}"

    def keys(self, options: Sequence[str]) -> str:
        """Which key stands for which option, and the one after the last for those who do not know."""
        items = (*options, self.text("case_not_known"))
        keys = [self.text("case_key", number=str(number), answer=item) for number, item in enumerate(items, start=1)]
        return capital(", ".join(keys))

    def aspect_names(self, aspects: tuple[Aspect, ...]) -> str:
        return self.joined("list_and", tuple(self.aspects[aspect] for aspect in aspects))


def capital(text: str) -> str:
    """At the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def read_responses(source: YamlSource) -> Responses:
    """Raises `ContentFileError`, one for each mistake."""
    mistakes = Mistakes()
    read = mistakes.attempt(source.read_as, _ResponsesYaml)
    spoken = entries(source, "responses")
    for section in ("responses", "chat"):
        for name, text in entries(source, section).items():
            if isinstance(text, str) and (problem := _bad_placeholder(name, text)):
                mistakes.add(source.fail((section, name), problem))
            elif name not in spoken:
                mistakes.add(source.fail((section, name), "không có câu tên này trong responses"))
    if missing := sorted(BUILT_IN - set(spoken)):
        mistakes.add(source.fail(("responses",), f"thiếu câu: {', '.join(missing)}"))
    for kind, wanted in (("aspects", Aspect), ("reasons", HandoffReason)):
        if absent := [one.value for one in wanted if one.value not in entries(source, kind)]:
            mistakes.add(source.fail((kind,), f"thiếu: {', '.join(absent)}"))
    mistakes.raise_any()
    assert read is not None
    return Responses(texts=read.responses, aspects=read.aspects, reasons=read.reasons, chat=read.chat)


def _bad_placeholder(name: str, text: str) -> str:
    own = name in BUILT_IN or any(name in names for names in SAID_BY.values())
    allowed = OF_ITS_OWN.get(name, frozenset()) if own else PLACEHOLDERS
    try:
        fields = [part[1:] for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return "dấu ngoặc nhọn không khớp"
    for place, form, conversion in fields:
        if place not in allowed:
            return f"câu này không có chỗ điền tên {{{place}}}"
        if form or conversion:
            return f"chỗ điền chỉ viết là {{{place}}}"
    return ""
