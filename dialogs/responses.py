"""The sentences the hotline says, by name, with {placeholders}."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.acts import HandoffReason
from contracts.meaning import Aspect
from dialogs.errors import MissingResponse
from procedures.yaml_source import YamlSource

PLACEHOLDERS = frozenset({
    "procedure", "aspect", "question", "choices", "number", "cases", "case", "updated", "missing", "answered", "reason",
    "known_since",
})  # fmt: skip
BUILT_IN = frozenset({
    "choice_item", "answer_lead", "source_note", "source_note_undated", "question_whole", "question_procedure",
    "summary", "summary_nothing_asked", "summary_nothing_answered", "list_and", "list_or", "other_cases",
})  # fmt: skip
"""Sentences that the program itself asks for; flows name the others."""

Text = Annotated[str, Field(min_length=1, max_length=500)]


class _ResponsesYaml(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    version: Literal["1"]
    responses: dict[str, Text]
    aspects: dict[Aspect, Text]
    reasons: dict[HandoffReason, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    texts: Mapping[str, str]
    aspects: Mapping[Aspect, str]
    """What an aspect is called: "giấy tờ"."""
    reasons: Mapping[HandoffReason, str]

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

    def aspect_names(self, aspects: tuple[Aspect, ...]) -> str:
        return self.joined("list_and", tuple(self.aspects[aspect] for aspect in aspects))


def read_responses(source: YamlSource) -> Responses:
    """Raises `ContentFileError`."""
    read = source.read_as(_ResponsesYaml)
    for name, text in read.responses.items():
        if problem := _bad_placeholder(text):
            raise source.fail(("responses", name), problem)
    if missing := sorted(BUILT_IN - set(read.responses)):
        raise source.fail(("responses",), f"thiếu câu: {', '.join(missing)}")
    for kind, given, wanted in (("aspects", read.aspects, Aspect), ("reasons", read.reasons, HandoffReason)):
        if absent := [one.value for one in wanted if one not in given]:
            raise source.fail((kind,), f"thiếu: {', '.join(absent)}")
    return Responses(texts=read.responses, aspects=read.aspects, reasons=read.reasons)


def _bad_placeholder(text: str) -> str:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return "dấu ngoặc nhọn không khớp"
    unknown = [name for name in names if name not in PLACEHOLDERS]
    return f"không có chỗ điền tên {{{unknown[0]}}}" if unknown else ""
