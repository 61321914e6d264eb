"""Reads a spool file from where it was left, as far as it is sound."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from calls.journal.folders import belongs
from calls.journal.lines import LINE_LIMIT, START, BadLine, End, decode
from contracts.call_event import CallEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What of a file is known, after so many bytes."""

    offset: int = 0
    checksum: bytes = START
    lines: int = 0
    call_id: str | None = None
    """None before the first event."""
    last_utc: datetime | None = None
    outcome: str = "hung_up"
    """How the call ended, as far as its events tell: `hung_up`, `handed_over`, `fault`, or what `call.ended` says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    code: str
    """`cut`, `checksum`, `envelope`, `schema_version`, `call_id`, `conflict` or `refused`."""
    message: str
    line: int
    """From 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The next events of a file, in order."""

    file: Path
    stop: Position
    """After them."""
    events: tuple[CallEvent, ...] = ()
    end: End | None = None
    damage: Damage | None = None
    abandoned: bool = False
    """Its process is gone and wrote no end; every line is whole."""
    more: bool = False
    """There are further lines."""

    @property
    def over(self) -> bool:
        """Nothing that can be read follows."""
        return self.abandoned or self.end is not None or self.damage is not None


def read_chunk(file: Path, start: Position, *, limit: int, owner_gone: bool) -> Chunk:
    """At most `limit` events. Raises `OSError`."""
    chunk, events = Chunk(file=file, stop=start), list[CallEvent]()
    with file.open("rb") as lines:
        lines.seek(start.offset)
        while len(events) < limit:
            line = lines.readline(LINE_LIMIT)
            if not line.endswith(b"\n"):
                return replace(_at_end(chunk, line, owner_gone), events=tuple(events))
            try:
                record, stop = _read(file, line, chunk.stop)
            except BadLine as error:
                return replace(_damaged(chunk, error.code, str(error)), events=tuple(events))
            chunk = replace(chunk, stop=stop)
            if isinstance(record, End):
                chunk = replace(chunk, events=tuple(events), end=record)
                return _damaged(chunk, "envelope", "lines after the end") if lines.read(1) else chunk
            events.append(record)
    return replace(chunk, events=tuple(events), more=True)


def _at_end(chunk: Chunk, rest: bytes, owner_gone: bool) -> Chunk:
    if len(rest) >= LINE_LIMIT:
        return _damaged(chunk, "checksum", "a line without an end")
    if rest and owner_gone:
        return _damaged(chunk, "cut", "the last line is cut")
    return replace(chunk, abandoned=owner_gone)


def _read(file: Path, line: bytes, at: Position) -> tuple[CallEvent | End, Position]:
    record, checksum = decode(line, at.checksum)
    following = replace(at, offset=at.offset + len(line), checksum=checksum, lines=at.lines + 1)
    if isinstance(record, End):
        return record, following
    if not belongs(file, record.call_id):
        raise BadLine("call_id", "an event of another call")
    return record, replace(following, call_id=record.call_id, last_utc=record.utc, outcome=_outcome(at.outcome, record))


def _outcome(before: str, event: CallEvent) -> str:
    match event.kind:
        case "fault":
            return "fault"
        case "handoff.done" if before != "fault":
            return "handed_over"
        case "call.ended":
            reason = event.fields.get("reason")
            return reason if isinstance(reason, str) else before
        case _:
            return before


def _damaged(chunk: Chunk, code: str, message: str) -> Chunk:
    damage = Damage(code=code, message=message, line=chunk.stop.lines + 1)
    return replace(chunk, damage=damage)
