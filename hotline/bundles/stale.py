"""Facts that are no longer said, though nothing is wrong in their file: somebody has to read them again."""

from collections.abc import Iterator, Sequence
from datetime import date

from hotline.bundles.problems import Problem, problems_of
from procedures.errors import ContentFileError
from procedures.record import FactStatus
from procedures.records.sources import FILE, Sources
from procedures.sheets import Sheet, compared

_REVIEWED = frozenset({FactStatus.SAYABLE, FactStatus.QUALIFIED})


def stale_facts(sheets: Sequence[Sheet], sources: Sources, today: date) -> list[Problem]:
    """Of the records that hold on this day or later."""
    current = [sheet for sheet in sheets if (sheet.procedure.valid_to or date.max) >= today]
    found = [one for sheet in current for one in (*_changed(sheet, sources), *_run_out(sheet, today))]
    return sorted(problems_of(found, "procedures/"))


def _changed(sheet: Sheet, sources: Sources) -> Iterator[ContentFileError]:
    procedure = sheet.procedure
    if sources.get(procedure.code) is None:
        yield sheet.source.fail(("code",), f"{FILE} chưa có hồ sơ gốc của {procedure.code}; nhập bằng content import")
    for at, fact in enumerate(compared(procedure, sources).facts):
        if not fact.source_changed:
            continue
        now = sources.now(procedure.code, fact.source)
        then = f"đọc lại, sửa câu nếu cần rồi ghi hash {now}" if now else "hồ sơ gốc không còn phần này"
        yield sheet.source.fail(
            ("facts", at, "source", "hash"),
            f"phần {fact.source.field} của hồ sơ gốc đã đổi, câu này thôi được nói; {then}",
        )


def _run_out(sheet: Sheet, today: date) -> Iterator[ContentFileError]:
    for at, fact in enumerate(sheet.procedure.facts):
        if fact.status in _REVIEWED and fact.review_by is not None and fact.review_by < today:
            text = f"hết hạn duyệt từ {fact.review_by:%d/%m/%Y}, bản production thôi nói câu này"
            yield sheet.source.fail(("facts", at, "review_by"), text)
