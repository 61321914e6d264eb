"""What a person who takes a call over is told of it. No text in it has a readable personal number."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast
from urllib.parse import quote

from contracts.acts import HandoffReason, Source
from contracts.masking import mask, mask_number

SUMMARY_LIMIT = 900
"""Percent-encoded characters of a summary; see `telephony.asterisk.dialplan.SUMMARY_LIMIT`."""
REASON_WORDS: Mapping[str, str] = {
    "caller_asked": "người gọi muốn gặp cán bộ",
    "not_understood": "máy không nghe ra",
    "low_acceptance": "máy không chắc đã hiểu đúng",
    "no_source": "chưa có nội dung được phép nói",
    "no_input": "người gọi im lặng",
    "emergency": "việc khẩn cấp",
    "complaint": "người gọi phản ánh, khiếu nại hoặc tố cáo",
    "busy": "tổng đài tự động đang quá tải",
    "fault": "tổng đài tự động gặp lỗi",
    "supervisor": "người giám sát chuyển máy",
}
"""By value of `HandoffReason`."""

_MASKED = re.compile(r"\d{0,2}x+\d{0,3}")

T = TypeVar("T")


class PacketError(ValueError):
    """What was read is no handoff packet; the message names the field."""

    code = "handoff.packet"


class DoubtKind(StrEnum):
    LOW_ACCEPTANCE = "low_acceptance"
    """Understood, but not surely."""
    NOT_UNDERSTOOD = "not_understood"
    REJECTED = "rejected"
    """The caller said no to what the hotline asked."""


DOUBT_WORDS: Mapping[DoubtKind, str] = {
    DoubtKind.LOW_ACCEPTANCE: "chưa chắc đã hiểu đúng",
    DoubtKind.NOT_UNDERSTOOD: "không nghe ra",
    DoubtKind.REJECTED: "người gọi nói không phải",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One turn of the caller."""

    text: str
    """As heard."""
    intent: str
    aspects: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    """Names, the likeliest first."""
    acceptance: float
    """See `Meaning.acceptance`."""

    def __post_init__(self) -> None:
        _mask(self, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    text: str
    """What was said."""
    sources: tuple[Source, ...] = ()
    cut: bool = False
    """The caller spoke before it was over."""

    def __post_init__(self) -> None:
        _mask(self, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    kind: DoubtKind
    text: str
    """What was heard, or what the caller said no to."""

    def __post_init__(self) -> None:
        _mask(self, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffPacket:
    call_id: str
    caller: str
    """Masked; empty: withheld."""
    started: datetime
    """UTC."""
    duration_s: float = 0.0
    """Until the packet was made."""
    reason: HandoffReason | None = None
    """None: not handed over, as far as the hotline knew."""
    asked: tuple[Asked, ...] = ()
    answered: tuple[Answered, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def __post_init__(self) -> None:
        if self.started.tzinfo is None:
            raise PacketError("started: must carry a time zone")
        if not _MASKED.fullmatch(self.caller):
            object.__setattr__(self, "caller", mask_number(self.caller))

    def summary(self, limit: int = SUMMARY_LIMIT) -> str:
        """One line in Vietnamese of at most `limit` characters when percent-encoded; what is newest comes first."""
        asked = "; ".join(_asked(one) for one in reversed(self.asked) if one.text) or "chưa rõ"
        answered = "; ".join(_answered(one) for one in reversed(self.answered)) or "chưa"
        doubts = "; ".join(f"{DOUBT_WORDS[one.kind]}: {one.text}" for one in reversed(self.doubts) if one.text)
        reason = f"Lý do chuyển: {REASON_WORDS.get(self.reason, self.reason)}." if self.reason else ""
        room = limit - _encoded(reason + " Hỏi: . Đã trả lời: . Chưa chắc: .") - 2
        # Each has a share of its own, so that a long question leaves room for what was answered.
        asked = _cut(asked, max(room // 2, room - _encoded(answered) - _encoded(doubts)))
        answered = _cut(answered, max(room // 4, room - _encoded(asked) - _encoded(doubts)))
        doubts = _cut(doubts, room - _encoded(asked) - _encoded(answered))
        parts = [reason, f"Hỏi: {asked}.", f"Đã trả lời: {answered}.", f"Chưa chắc: {doubts}." if doubts else ""]
        return _cut(" ".join(" ".join(filter(None, parts)).split()), limit)

    def to_json(self) -> str:
        """One line of JSON."""
        fields = asdict(self) | {"started": self.started.astimezone(UTC).isoformat()}
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "HandoffPacket":
        """Raises `PacketError` naming the field for anything that `to_json` did not write."""
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise PacketError(f"not JSON: {error}") from error
        record = _object(raw, "packet")
        try:
            started = datetime.fromisoformat(_take(record, "started", str))
            reason = None if record.get("reason") is None else HandoffReason(_take(record, "reason", str))
            doubts = tuple(
                Doubt(kind=DoubtKind(_take(one, "kind", str)), text=_take(one, "text", str))
                for one in _objects(record, "doubts")
            )
        except ValueError as error:
            raise error if isinstance(error, PacketError) else PacketError(str(error)) from error
        return cls(
            call_id=_take(record, "call_id", str),
            caller=_take(record, "caller", str),
            started=started,
            duration_s=_number(record, "duration_s"),
            reason=reason,
            asked=tuple(_read_asked(one) for one in _objects(record, "asked")),
            answered=tuple(_read_answered(one) for one in _objects(record, "answered")),
            doubts=doubts,
        )


def _mask(holder: object, name: str) -> None:
    object.__setattr__(holder, name, mask(getattr(holder, name)))


def _asked(asked: Asked) -> str:
    return f"{asked.text} ({asked.procedures[0]})" if asked.procedures else asked.text


def _answered(answered: Answered) -> str:
    sources = ", ".join(source.code for source in answered.sources)
    return f"{answered.text} [{sources}]" if sources else answered.text


def _encoded(text: str) -> int:
    return len(quote(text, safe=""))


def _cut(text: str, limit: int) -> str:
    """At a word, with "…", where it is longer than `limit` percent-encoded characters."""
    if _encoded(text) <= limit:
        return text
    words = text.split(" ")
    while words and _encoded(" ".join(words) + "…") > limit:
        words.pop()
    return " ".join(words) + "…" if words else ""


def _read_asked(record: dict[str, Any]) -> Asked:
    return Asked(
        text=_take(record, "text", str),
        intent=_take(record, "intent", str),
        aspects=_strings(record, "aspects"),
        procedures=_strings(record, "procedures"),
        acceptance=_number(record, "acceptance"),
    )


def _read_answered(record: dict[str, Any]) -> Answered:
    sources = tuple(
        Source(code=_take(one, "code", str), version=_take(one, "version", str), as_of=_take(one, "as_of", str))
        for one in _objects(record, "sources")
    )
    return Answered(text=_take(record, "text", str), sources=sources, cut=_take(record, "cut", bool))


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PacketError(f"{name}: not an object")
    return cast(dict[str, Any], value)


def _objects(record: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [_object(one, name) for one in cast(list[object], _take(record, name, list))]


def _strings(record: dict[str, Any], name: str) -> tuple[str, ...]:
    found = cast(list[object], _take(record, name, list))
    if not all(isinstance(one, str) for one in found):
        raise PacketError(f"{name}: not a list of texts")
    return tuple(cast(list[str], found))


def _number(record: dict[str, Any], name: str) -> float:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PacketError(f"{name}: missing or not a number")
    return float(value)


def _take(record: dict[str, Any], name: str, kind: type[T]) -> T:
    value = record.get(name)
    if not isinstance(value, kind):
        raise PacketError(f"{name}: missing or not {kind.__name__}")
    return value
