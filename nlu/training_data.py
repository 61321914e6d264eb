"""Trainers' data: a subset of Rasa 3.1 YAML (`nlu.yml`, `domain.yml`). What is not supported is refused, by line."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from contracts.meaning import Aspect, Intent
from contracts.mistakes import Mistakes
from contracts.syllables import nfc
from nlu.errors import TrainingDataError
from nlu.yaml_nodes import Node, load_nodes

PROCEDURE = "procedure"
"""The entity that marks where a procedure is mentioned."""
ASK = "ask_"
LABELS: tuple[str, ...] = (
    *(ASK + aspect.value for aspect in Aspect),
    *(intent.value for intent in Intent if intent not in (Intent.ASK, Intent.NOTHING, Intent.WHERE_NOW)),
)
"""The intents that training data may use; what is asked about a place's new name is known by rule (`nlu.places`)."""
MAX_EXAMPLE_CHARS = 300

_ENTITY = re.compile(r"\[(?P<text>[^\[\]]+)\](?:\((?P<name>\w+)\)|(?P<json>\{[^{}]*\}))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An annotated span of an example."""

    start: int
    """Characters into the plain text."""
    end: int
    entity: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    intent: str
    """One of `LABELS`."""
    text: str
    """Plain, NFC."""
    mentions: tuple[Mention, ...]
    line: int

    def with_procedure(self, name: str) -> str:
        """The text with every procedure mention replaced by `name`."""
        parts, at = list[str](), 0
        for mention in self.mentions:
            if mention.entity == PROCEDURE:
                parts += [self.text[at : mention.start], name]
                at = mention.end
        return "".join([*parts, self.text[at:]])

    @property
    def names_procedure(self) -> bool:
        return any(mention.entity == PROCEDURE for mention in self.mentions)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    examples: tuple[Example, ...]
    synonyms: Mapping[str, tuple[str, ...]]
    lookups: Mapping[str, tuple[str, ...]]
    regexes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    intents: tuple[str, ...]
    entities: tuple[str, ...]


def intent_and_aspect(label: str) -> tuple[Intent, Aspect | None]:
    """ "ask_fee" → (ASK, FEE); "repeat" → (REPEAT, None)."""
    if label.startswith(ASK):
        return Intent.ASK, Aspect(label.removeprefix(ASK))
    return Intent(label), None


def load_domain(path: Path) -> Domain:
    """Raises `TrainingDataError`, one for each mistake."""
    found: dict[str, tuple[str, ...]] = {"intents": (), "entities": ()}
    mistakes = Mistakes()

    def read() -> None:
        for key, node in load_nodes(path).items():
            mistakes.attempt(_read_domain, key, node, found, mistakes)

    mistakes.attempt(read)
    if not found["intents"] and not mistakes.found:
        mistakes.add(TrainingDataError(path.name, 1, "thiếu khóa: intents"))
    mistakes.raise_any()
    return Domain(intents=found["intents"], entities=found["entities"])


def _read_domain(key: str, node: Node, found: dict[str, tuple[str, ...]], mistakes: Mistakes) -> None:
    if key == "version":
        _check_version(node)
        return
    if key not in found:
        raise node.fail(f"khóa không hỗ trợ: {key}")
    names: list[str] = []
    for item in node.elements():
        name = mistakes.attempt(item.text)
        if key == "intents" and name is not None and name not in LABELS:
            mistakes.add(item.fail(f"ý định không biết: {name}"))
        elif name is not None:
            names.append(name)
    found[key] = tuple(names)


def load_training_data(path: Path, domain: Domain) -> TrainingData:
    """Raises `TrainingDataError` for each unknown key, intent, entity, broken annotation and repeated example."""
    examples: list[Example] = []
    lists: dict[str, dict[str, tuple[str, ...]]] = {"synonym": {}, "lookup": {}, "regex": {}}
    mistakes = Mistakes()

    def read() -> None:
        for key, node in load_nodes(path).items():
            if key == "version":
                mistakes.attempt(_check_version, node)
            elif key == "nlu":
                for item in node.elements():
                    mistakes.attempt(_read_item, item, domain, examples, lists, mistakes)
            else:
                mistakes.add(node.fail(f"khóa không hỗ trợ: {key}"))

    mistakes.attempt(read)
    _check_repeats(path.name, examples, mistakes)
    missing = set(domain.intents) - {example.intent for example in examples}
    if missing and not mistakes.found:
        mistakes.add(TrainingDataError(path.name, 1, f"ý định chưa có câu mẫu: {', '.join(sorted(missing))}"))
    mistakes.raise_any()
    return TrainingData(
        examples=tuple(examples), synonyms=lists["synonym"], lookups=lists["lookup"], regexes=lists["regex"]
    )


def _check_version(node: Node) -> None:
    if node.text() not in ("3.0", "3.1"):
        raise node.fail(f"phiên bản không hỗ trợ: {node.text()}")


def _read_item(
    item: Node,
    domain: Domain,
    examples: list[Example],
    lists: dict[str, dict[str, tuple[str, ...]]],
    mistakes: Mistakes,
) -> None:
    fields = dict(item.items())
    kinds = [key for key in fields if key in ("intent", *lists)]
    unknown = [key for key in fields if key not in ("intent", "examples", *lists)]
    if unknown:
        raise fields[unknown[0]].fail(f"khóa không hỗ trợ: {unknown[0]}")
    if len(kinds) != 1 or "examples" not in fields:
        raise item.fail("mỗi mục cần đúng một trong intent, synonym, lookup, regex, và có examples")
    kind, block = kinds[0], fields["examples"]
    name = fields[kind].text()
    if kind != "intent":
        if name in lists[kind]:
            raise fields[kind].fail(f"{kind} lặp lại: {name}")
        values = [mistakes.attempt(_read_value, block, kind, line, text) for line, text in block.block_lines()]
        lists[kind][name] = tuple(value for value in values if value is not None)
        return
    if name not in domain.intents:
        raise fields[kind].fail(f"ý định không có trong domain.yml: {name}")
    for line, text in block.block_lines():
        example = mistakes.attempt(_read_example, block.file, line, name, text, domain)
        if example is not None:
            examples.append(example)


def _read_value(block: Node, kind: str, line: int, text: str) -> str:
    if not text:
        raise TrainingDataError(block.file, line, "mục trống")
    if kind == "regex":
        try:
            re.compile(text)
        except re.error as error:
            raise TrainingDataError(block.file, line, f"biểu thức chính quy sai: {error}") from error
    return nfc(text)


def _read_example(file: str, line: int, intent: str, marked: str, domain: Domain) -> Example:
    marked = nfc(marked)
    parts, mentions, at, length = list[str](), list[Mention](), 0, 0
    for match in _ENTITY.finditer(marked):
        parts.append(marked[at : match.start()])
        length += len(parts[-1])
        text = match["text"]
        entity, value = _read_annotation(file, line, match)
        if entity not in domain.entities:
            raise TrainingDataError(file, line, f"thực thể không có trong domain.yml: {entity}")
        mentions.append(Mention(start=length, end=length + len(text), entity=entity, value=value or text))
        parts.append(text)
        length += len(text)
        at = match.end()
    plain = "".join([*parts, marked[at:]])
    if any(char in plain for char in "[]{}"):
        raise TrainingDataError(file, line, "đánh dấu thực thể sai, cần [chữ](thực_thể)")
    if not plain.strip() or len(plain) > MAX_EXAMPLE_CHARS:
        raise TrainingDataError(file, line, f"câu mẫu trống hoặc dài quá {MAX_EXAMPLE_CHARS} chữ cái")
    return Example(intent=intent, text=plain, mentions=tuple(mentions), line=line)


def _read_annotation(file: str, line: int, match: re.Match[str]) -> tuple[str, str]:
    if match["name"]:
        return match["name"], ""
    try:
        fields = cast(dict[str, Any], json.loads(match["json"]))
    except ValueError as error:
        raise TrainingDataError(file, line, "chú thích thực thể không phải JSON") from error
    if unknown := set(fields) - {"entity", "value"}:
        raise TrainingDataError(file, line, f"khóa không hỗ trợ trong chú thích: {', '.join(sorted(unknown))}")
    return str(fields.get("entity", "")), str(fields.get("value", ""))


def _check_repeats(file: str, examples: list[Example], mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for example in examples:
        line = first.setdefault(example.text, example.line)
        if line != example.line:
            mistakes.add(TrainingDataError(file, example.line, f"câu mẫu lặp lại (dòng {line}): {example.text}"))
