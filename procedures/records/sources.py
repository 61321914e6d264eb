"""`sources.jsonl`: of every procedure's published record, the hashes of its fields when it was last read.

A fact that was written from another text than that must be read again before it is said.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from contracts.mistakes import Mistakes
from procedures.errors import ContentFileError
from procedures.record import FactSource
from procedures.records.record import LISTS, Record, fees, field_hashes, mapping, record_hash, size, times
from procedures.strict import Strict

FILE = "sources.jsonl"

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


class SourceRecord(Strict):
    """One line of the file."""

    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    decision: str = ""
    updated: date | None = None
    read: date | None = None
    hash: Hash
    fields: Mapping[str, Hash]
    sizes: Mapping[str, tuple[int, int]] = {}
    """Entries and characters of the longer fields."""
    fees: Mapping[str, Sequence[int]] = {}
    """Amounts in đồng by method."""
    times: Mapping[str, str] = {}
    """ "3 working_day" by method and case."""


class Sources:
    """Immutable."""

    def __init__(self, records: Iterable[SourceRecord] = ()) -> None:
        self._records = {record.code: record for record in records}

    @classmethod
    def load(cls, path: Path) -> "Sources":
        """Empty where there is no such file. Raises `ContentFileError` for each line that is wrong."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            raise ContentFileError(path.name, 1, "", f"không đọc được: {type(error).__name__}") from error
        mistakes = Mistakes()
        records: dict[str, SourceRecord] = {}
        for number, line in enumerate(lines, start=1):
            record = mistakes.attempt(_read, path.name, number, line) if line.strip() else None
            if record is not None and record.code in records:
                mistakes.add(ContentFileError(path.name, number, "code", f"{record.code} đã có ở dòng trên"))
            elif record is not None:
                records[record.code] = record
        mistakes.raise_any()
        return cls(records.values())

    def get(self, code: str) -> SourceRecord | None:
        return self._records.get(code)

    def with_records(self, records: Iterable[SourceRecord]) -> "Sources":
        return Sources((self._records | {record.code: record for record in records}).values())

    def text(self) -> str:
        """The file, by code."""
        lines = [record.model_dump_json(exclude_defaults=True) for _, record in sorted(self._records.items())]
        return "".join(line + "\n" for line in lines)

    def now(self, code: str, source: FactSource) -> str | None:
        """The hash of the field that a fact of this procedure was written from; None: the record is not known.

        Empty: the record has no such field. The field may be one of another record: "1.001445 steps".
        """
        named, _, field = source.field.rpartition(" ")
        record = self._records.get(named or code)
        return None if record is None else record.fields.get(field, "")

    def changed(self, code: str, source: FactSource) -> bool:
        now = self.now(code, source)
        return now is not None and now != source.hash


def _read(file: str, number: int, line: str) -> SourceRecord:
    try:
        return SourceRecord.model_validate(json.loads(line))
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        field = ".".join(map(str, detail["loc"]))
        raise ContentFileError(file, number, field, f"giá trị không hợp lệ ({detail['type']})") from error
    except ValueError as error:
        raise ContentFileError(file, number, "", "không phải JSON") from error


def source_record(record: Record, read: date | None) -> SourceRecord:
    """What is kept of a record. Raises `ValueError` for one without code."""
    updated = record.get("source_updated_at")
    return SourceRecord(
        code=str(record.get("procedure_code")),
        decision=str(mapping(record.get("decision")).get("number") or ""),
        updated=date.fromisoformat(str(updated)[:10]) if updated else None,
        read=read,
        hash=record_hash(record),
        fields=field_hashes(record),
        sizes={field: size(record[field]) for field in LISTS if field in record},
        fees=fees(record),
        times=times(record),
    )
