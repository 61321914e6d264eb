"""From a file of published records to the sources of the content: what changed, what that touches, what is refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dialogs.gold import Gold, load_gold
from procedures.record import Procedure, SpokenFact
from procedures.records.archive import RecordArchive
from procedures.records.differences import Change, differences, settled, touched, updated_partly
from procedures.records.errors import RecordFileError
from procedures.records.reading import Given, read_records
from procedures.records.record import Record
from procedures.records.refusals import Refusal, accepted, refusals
from procedures.records.sources import FILE, SourceRecord, Sources, source_record
from procedures.sheets import read_sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A procedure whose facts stand on what changed."""

    procedure: Procedure
    facts: tuple[SpokenFact, ...]
    gold: tuple[str, ...]
    """Files of conversations that speak of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One record of a file against what is live."""

    file: str
    code: str
    name: str
    old: SourceRecord | None
    new: SourceRecord
    changes: tuple[Change, ...]
    touched: tuple[Touched, ...]
    refused: tuple[Refusal, ...]
    record: Record
    given: Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One file."""

    file: str
    drafts: tuple[Draft, ...]
    """Of procedures with content."""
    others: int
    """Records of procedures without content, which are left aside."""

    @property
    def refused(self) -> tuple[Refusal, ...]:
        return tuple(refusal for draft in self.drafts for refusal in draft.refused)


class Importer:
    """Holds the content folder as it is while files are drafted and written one after the other."""

    def __init__(self, content: Path, archive: Path, read: date) -> None:
        """`read`: when the records were read on the portal, unless they say so. Raises `ProcedureError`."""
        self._content = content
        self._archive = RecordArchive(archive)
        self._read = read
        self._procedures = [sheet.procedure for sheet in read_sheets(content / "procedures")]
        self._gold = load_gold(content / "gold") if (content / "gold").is_dir() else ()
        self._sources = Sources.load(content / FILE)
        self._wanted = {code for procedure in self._procedures for code in _codes(procedure)}

    def draft(self, file: Path, accept: Collection[str] = ()) -> Drafted:
        """Raises `RecordFileError` where the file is not whole."""
        given = read_records(file)
        mine = [one for one in given if one.code in self._wanted]
        drafts = tuple(self._draft(file.name, one, tuple(accept)) for one in mine)
        return Drafted(file=file.name, drafts=drafts, others=len(given) - len(mine))

    def _draft(self, file: str, given: Given, accept: Sequence[str]) -> Draft:
        old = self._sources.get(given.code)
        if given.partial and old is None:
            raise RecordFileError(f"{file}: {given.code}: chưa có hồ sơ đầy đủ; nhập hồ sơ JSON của Cổng trước")
        before = self._archive.get(given.code, old.hash) if old else None
        record = settled(given, before)
        new = source_record(record, given.read or self._read)
        if given.partial and old is not None and before is None:
            new = updated_partly(old, given.record, new)
        changes = differences(old, before, new, record)
        refused = tuple(one for one in refusals(old, new, record) if not accepted(one, accept))
        return Draft(
            file=file,
            code=given.code,
            name=str(record.get("name") or ""),
            old=old,
            new=new,
            changes=tuple(changes),
            touched=tuple(self._touched(new, changes)),
            refused=refused,
            record=record,
            given=given,
        )

    def _touched(self, new: SourceRecord, changes: list[Change]) -> list[Touched]:
        found = [(one, touched(one, new, changes)) for one in self._procedures if one.valid_to is None]
        return [
            Touched(procedure=procedure, facts=facts, gold=conversations_about(procedure.code, self._gold))
            for procedure, facts in found
            if facts
        ]

    def write(self, drafts: Sequence[Draft]) -> None:
        """The records into the archive, then their hashes into the content. Raises `OSError`."""
        for draft in drafts:
            self._archive.keep(draft.record, raw=draft.given.raw, file=draft.file, read=draft.new.read or self._read)
        self._sources = self._sources.with_records(draft.new for draft in drafts)
        aside = self._content / f".{FILE}"
        aside.write_text(self._sources.text(), encoding="utf-8")
        aside.replace(self._content / FILE)


def _codes(procedure: Procedure) -> set[str]:
    """Of the records that its facts stand on."""
    named = {fact.source.field.rpartition(" ")[0] for fact in procedure.facts}
    return {procedure.code, *filter(None, named)}


def conversations_about(code: str, gold: Sequence[Gold]) -> tuple[str, ...]:
    return tuple(one.file for one in gold if code in codes_in(one))


def codes_in(gold: Gold) -> frozenset[str]:
    """Of the procedures that a conversation speaks of."""
    heard = [turn.hear for turn in gold.script.turns if turn.hear is not None]
    wanted = [code for turn in gold.script.turns for code in turn.expect.procedures or ()]
    return frozenset((*wanted, *(code for one in heard for code in (*one.procedures, *one.ambiguous))))
