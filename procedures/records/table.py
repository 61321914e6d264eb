"""Records as a table (CSV), as officers keep them: one row for a procedure and a way to submit it.

| column | |
|---|---|
| `procedure_code` | needed in each row |
| `name`, `updated` (2026-11-24), `decision` | |
| `method` | `online`, `in_person`, `postal`; then its `time`, `time_unit`, `fee_vnd`, `fee_text` |
| `time_unit` | `working_day`, `day`, `hour` |
| `documents`, `steps`, `results`, `executing_agency` | entries, divided by `|` or a new line |
| `requirements` | text |
| `legal_basis` | numbers of documents, divided likewise |

A column that is missing, or empty in all rows of a procedure, says nothing: what is known stays.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from procedures.records.errors import RecordFileError
from procedures.records.portal import amounts_in
from procedures.records.record import UNSPECIFIED

COLUMNS = (
    "procedure_code",
    "name",
    "updated",
    "decision",
    "method",
    "time",
    "time_unit",
    "fee_vnd",
    "fee_text",
    "documents",
    "steps",
    "results",
    "executing_agency",
    "requirements",
    "legal_basis",
)
METHODS = ("online", "in_person", "postal")
UNITS = ("working_day", "day", "hour")

_Rows = Sequence[Mapping[str, str]]


def read_table(file: str, text: str) -> Iterator[dict[str, Any]]:
    """Raises `RecordFileError` naming line and column."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    by_code: dict[str, list[dict[str, str]]] = {}
    try:
        columns = reader.fieldnames or ()
        unknown = [name for name in columns if name not in COLUMNS]
        if "procedure_code" not in columns or unknown:
            wrong = (
                f"cột không biết: {', '.join(unknown)}" if "procedure_code" in columns else "thiếu cột procedure_code"
            )
            raise RecordFileError(f"{file}:1: {wrong}; các cột: {', '.join(COLUMNS)}")
        for row in reader:
            if None in row or None in row.values():
                raise RecordFileError(f"{file}:{reader.line_num}: số ô khác số cột; tệp có bị cắt không")
            _check(f"{file}:{reader.line_num}", row)
            by_code.setdefault(row["procedure_code"].strip(), []).append(row)
    except csv.Error as error:
        raise RecordFileError(f"{file}:{reader.line_num}: không phải CSV: {error}") from error
    for code, rows in by_code.items():
        yield _record(code, rows)


def _check(where: str, row: Mapping[str, str]) -> None:
    for column in ("time", "fee_vnd"):
        if (given := row.get(column, "").strip()) and not given.isdecimal():
            raise RecordFileError(f"{where}: {column}: {given!r} không phải số nguyên; viết 15000, không viết 15.000")
    for column, allowed in (("method", METHODS), ("time_unit", UNITS)):
        if (given := row.get(column, "").strip()) and given not in allowed:
            raise RecordFileError(f"{where}: {column}: {given!r}; chỉ có {', '.join(allowed)}")


def _record(code: str, rows: _Rows) -> dict[str, Any]:
    record: dict[str, Any] = {"procedure_code": code}
    if name := _first(rows, "name"):
        record["name"] = name
    if updated := _first(rows, "updated"):
        record["source_updated_at"] = updated
    if decision := _first(rows, "decision"):
        record["decision"] = {"number": decision}
    for column in ("steps", "results", "executing_agency"):
        if entries := _entries(rows, column):
            record[column] = entries
    if papers := _entries(rows, "documents"):
        record["documents"] = [{"name": paper, "kind": "document"} for paper in papers]
    if documents := _entries(rows, "legal_basis"):
        record["legal_basis"] = [{"code": document} for document in documents]
    if requirements := _first(rows, "requirements"):
        record["requirements"] = requirements
    if methods := _methods(rows):
        record["submission_methods"] = methods
    return record


def _methods(rows: _Rows) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        name, time = row.get("method", "").strip(), row.get("time", "").strip()
        if not name:
            continue
        method = found.setdefault(name, {"method": name, "processing_time": None, "fees": []})
        if time:
            unit = row.get("time_unit", "").strip() or UNSPECIFIED
            method["processing_time"] = {"value": int(time), "unit": unit}
        fee, text = row.get("fee_vnd", "").strip(), row.get("fee_text", "").strip()
        if fee or text:
            one: dict[str, Any] = {"amount_vnd": int(fee) if fee else None, "text": text}
            method["fees"].append(one | {"amounts_in_text": written} if (written := amounts_in(text)) else one)
    return list(found.values())


def _first(rows: _Rows, column: str) -> str:
    return next((given for row in rows if (given := row.get(column, "").strip())), "")


def _entries(rows: _Rows, column: str) -> list[str]:
    cells = (row.get(column, "").replace("\n", "|") for row in rows)
    return list(dict.fromkeys(entry.strip() for cell in cells for entry in cell.split("|") if entry.strip()))
