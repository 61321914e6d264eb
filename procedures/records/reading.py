"""A file of records, whatever it is: the portal's JSON, our own records, JSON lines or a table."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from procedures.records.errors import RecordFileError
from procedures.records.portal import from_portal, is_portal
from procedures.records.record import mapping
from procedures.records.table import read_table

SUFFIXES = (".json", ".jsonl", ".csv")
LARGEST_BYTES = 64_000_000
_CODE = re.compile(r"\d\.\d{6}")
_LISTS = (
    "submission_methods",
    "processing_cases",
    "documents",
    "steps",
    "results",
    "legal_basis",
    "executing_agency",
    "competent_agency",
    "levels",
)
_OF_DICTS = frozenset({"submission_methods", "processing_cases", "documents", "legal_basis"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A record as a file gives it."""

    record: dict[str, Any]
    partial: bool
    """Says nothing about the fields that it lacks."""
    raw: object
    """As it stood in the file."""

    @property
    def code(self) -> str:
        return str(self.record["procedure_code"])

    @property
    def read(self) -> date | None:
        """When it was read on the portal, if the record says so."""
        told = mapping(self.record.get("provenance")).get("crawled_at")
        try:
            return date.fromisoformat(str(told)[:10])
        except ValueError:
            return None


def read_records(path: Path) -> tuple[Given, ...]:
    """Raises `RecordFileError`, naming line or record and field, if anything in the file is not whole."""
    name = path.name
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise RecordFileError(f"{name}: lớn quá {LARGEST_BYTES // 1_000_000} MB")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RecordFileError(f"{name}: không phải chữ UTF-8") from error
    except OSError as error:
        raise RecordFileError(f"{name}: không đọc được: {error.strerror}") from error
    if not text.strip():
        raise RecordFileError(f"{name}: tệp trống")
    found = tuple(_table(name, text) if path.suffix.lower() == ".csv" else _json(name, text))
    if not found:
        raise RecordFileError(f"{name}: không có hồ sơ nào")
    seen: set[str] = set()
    for given in found:
        if given.code in seen:
            raise RecordFileError(f"{name}: {given.code} có hai lần")
        seen.add(given.code)
    return found


def _table(name: str, text: str) -> Iterator[Given]:
    for record in read_table(name, text):
        _check(f"{name}: {record['procedure_code'] or '(không mã)'}", record, partial=True)
        yield Given(record=record, partial=True, raw=record)


def _json(name: str, text: str) -> Iterator[Given]:
    for where, data in _documents(name, text):
        whole = data
        if isinstance(data.get("data"), dict):
            # The portal's envelope: {"code": "OK", "data": {…}}.
            data = cast(dict[str, Any], data["data"])
        record = from_portal(data) if is_portal(data) else dict(data)
        _check(where, record, partial=False)
        yield Given(record=record, partial=False, raw=whole)


def _documents(name: str, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each record with where it stands: one object, a list of them, or one in each line."""
    try:
        whole: object = json.loads(text)
    except RecursionError:
        raise RecordFileError(f"{name}: các mục lồng nhau quá sâu") from None
    except json.JSONDecodeError as error:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if len(lines) < 2 or not lines[0][1].rstrip().endswith("}"):
            raise RecordFileError(f"{name}:{error.lineno}: không phải JSON, hay tệp bị cắt: {error.msg}") from error
        for number, line in lines:
            try:
                one: object = json.loads(line)
            except ValueError as broken:
                raise RecordFileError(f"{name}:{number}: không phải JSON, hay tệp bị cắt") from broken
            yield _object(f"{name}:{number}", one)
        return
    if isinstance(listed := mapping(whole).get("data"), list):
        whole = cast(object, listed)
    if isinstance(whole, list):
        for number, one in enumerate(cast(list[object], whole), start=1):
            yield _object(f"{name}: hồ sơ thứ {number}", one)
        return
    yield _object(name, whole)


def _object(where: str, one: object) -> tuple[str, dict[str, Any]]:
    if not isinstance(one, dict):
        raise RecordFileError(f"{where}: hồ sơ phải là một đối tượng JSON")
    return where, cast(dict[str, Any], one)


def _check(where: str, record: Mapping[str, Any], *, partial: bool) -> None:
    """Raises `RecordFileError` for what is no record of a procedure."""
    code = record.get("procedure_code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise RecordFileError(f"{where}: procedure_code: {code!r} không phải mã thủ tục dạng 1.001193")
    if not partial and not str(record.get("name") or "").strip():
        raise RecordFileError(f"{where}: name: thiếu tên thủ tục")
    for field in _LISTS:
        if field not in record and (partial or field == "competent_agency"):
            continue
        value = record.get(field)
        if not isinstance(value, list):
            raise RecordFileError(f"{where}: {field}: phải là danh sách")
        wanted = dict if field in _OF_DICTS else str
        if any(not isinstance(one, wanted) for one in cast(list[object], value)):
            raise RecordFileError(f"{where}: {field}: có mục không đúng dạng")
    if (updated := record.get("source_updated_at")) is not None:
        try:
            date.fromisoformat(str(updated)[:10])
        except ValueError:
            raise RecordFileError(f"{where}: source_updated_at: {updated!r} không phải ngày") from None
