"""`content import`: published records as they are now, against those that the content was written from."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hotline.bundles.importing import Draft, Drafted, Importer
from hotline.bundles.publishing import open_store
from hotline.errors import UsageError
from hotline.knowledge import today
from hotline.settings import Settings
from procedures.records.differences import Change
from procedures.records.errors import RecordFileError
from procedures.records.reading import SUFFIXES

_ENTRIES_SHOWN = 6


def add_actions(actions: Any, common: argparse.ArgumentParser) -> None:
    """`actions`: of `argparse`, whose own type is private."""
    importing = actions.add_parser(
        "import", parents=[common], help="nhập hồ sơ đã công bố: điều gì đổi, câu nào phải đọc lại"
    )
    importing.add_argument("path", type=Path, metavar="FILE", help="tệp JSON của Cổng, JSON, JSON lines, CSV; thư mục")
    importing.add_argument("--dry-run", action="store_true", help="chỉ cho xem, không ghi gì")
    importing.add_argument(
        "--accept",
        nargs="+",
        action="extend",
        default=[],
        metavar="FIELD",
        help="nhận thay đổi bị từ chối: FIELD, CODE:FIELD",
    )
    importing.add_argument("--skip-refused", action="store_true", help="để lại hồ sơ bị từ chối, ghi các hồ sơ khác")
    importing.add_argument("--read", type=_day, metavar="DATE", help="ngày đọc trên Cổng (hôm nay)")
    importing.add_argument("--content", type=Path, metavar="FOLDER", help="thư mục nội dung (theo cài đặt)")
    importing.add_argument(
        "--archive", type=Path, metavar="FOLDER", help="nơi giữ mọi phiên bản hồ sơ (content.store/records)"
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} không phải ngày dạng 2026-11-24") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What became of one file."""

    file: str
    error: str = ""
    drafted: Drafted | None = None
    written: tuple[Draft, ...] = ()

    @property
    def refused(self) -> bool:
        return bool(self.error) or (self.drafted is not None and bool(self.drafted.refused))


def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    """Raises `ProcedureError`, `OSError`."""
    content: Path = arguments.content or settings.content.folder
    archive: Path = arguments.archive or open_store(settings).folder / "records"
    importer = Importer(content, archive, arguments.read or today())
    done = [_one(importer, file, arguments) for file in _files(arguments.path)]
    if arguments.json:
        print(json.dumps(_document(done, dry_run=arguments.dry_run), ensure_ascii=False, default=str))
    else:
        _show(done, dry_run=arguments.dry_run)
    return 1 if any(one.refused for one in done) else 0


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.is_file():
            raise UsageError(f"{path}: không có tệp hay thư mục này")
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if not found:
        raise UsageError(f"{path}: không có tệp {', '.join(SUFFIXES)} nào")
    return found


def _one(importer: Importer, file: Path, arguments: argparse.Namespace) -> _Done:
    try:
        drafted = importer.draft(file, arguments.accept)
    except RecordFileError as error:
        return _Done(file=file.name, error=str(error))
    good = tuple(draft for draft in drafted.drafts if not draft.refused)
    if arguments.dry_run or not good or (drafted.refused and not arguments.skip_refused):
        good = ()
    else:
        importer.write(good)
    return _Done(file=file.name, drafted=drafted, written=good)


def _show(done: Sequence[_Done], *, dry_run: bool) -> None:
    for one in done:
        for draft in one.drafted.drafts if one.drafted else ():
            if draft.changes and draft.old is not None:
                _show_draft(draft)
        if one.error:
            print(f"TỪ CHỐI {one.error}")
        for refusal in one.drafted.refused if one.drafted else ():
            print(f"TỪ CHỐI {one.file}: {refusal}; nếu đúng là vậy: --accept {refusal.code}:{refusal.field}")
    print(_summary(done, dry_run=dry_run))


def _show_draft(draft: Draft) -> None:
    assert draft.old is not None
    print(f"{draft.code} {draft.name}: cập nhật {draft.old.updated or '?'} → {draft.new.updated or '?'}", end="")
    print(f", quyết định {draft.new.decision}" if draft.new.decision != draft.old.decision else "")
    for change in draft.changes:
        print(f"  {change.field}: {change.old_hash or '(không có)'} → {change.new_hash or '(không còn)'}")
        for sign, entries in (("-", change.removed), ("+", change.added), ("=", change.figures)):
            for entry in entries[:_ENTRIES_SHOWN]:
                print(f"    {sign} {entry}")
            if len(entries) > _ENTRIES_SHOWN:
                print(f"    {sign} … và {len(entries) - _ENTRIES_SHOWN} mục nữa")
    for one in draft.touched:
        for fact in one.facts:
            print(f"  đọc lại {one.procedure.code} {fact.id} {fact.aspect.value}: {fact.phrase}")
        if one.gold:
            print(f"  cuộc gọi mẫu: {', '.join(one.gold)}")


def _summary(done: Sequence[_Done], *, dry_run: bool) -> str:
    counts = _counts(done)
    words = (
        f"{counts['files']} tệp, {counts['records']} hồ sơ có nội dung: {counts['changed']} đổi, {counts['new']} mới, "
        f"{counts['facts']} câu phải đọc lại; {counts['refused']} hồ sơ bị từ chối, {counts['broken']} tệp hỏng"
    )
    if dry_run:
        return f"{words}. Chưa ghi gì (--dry-run)."
    return f"{words}. Đã ghi {counts['written']} hồ sơ; dùng cho cuộc gọi tới: content publish."


def _counts(done: Sequence[_Done]) -> dict[str, int]:
    drafts = [draft for one in done if one.drafted for draft in one.drafted.drafts]
    return {
        "files": len(done),
        "broken": sum(bool(one.error) for one in done),
        "records": len(drafts),
        "others": sum(one.drafted.others for one in done if one.drafted),
        "new": sum(draft.old is None for draft in drafts),
        "changed": sum(draft.old is not None and bool(draft.changes) for draft in drafts),
        "facts": sum(len(one.facts) for draft in drafts for one in draft.touched),
        "refused": sum(bool(draft.refused) for draft in drafts),
        "written": sum(len(one.written) for one in done),
    }


def _document(done: Sequence[_Done], *, dry_run: bool) -> dict[str, Any]:
    return {
        "ok": not any(one.refused for one in done),
        "dry_run": dry_run,
        **_counts(done),
        "errors": [{"file": one.file, "error": one.error} for one in done if one.error],
        "refusals": [asdict(one) for each in done if each.drafted for one in each.drafted.refused],
        "changes": [
            _draft(draft)
            for one in done
            if one.drafted
            for draft in one.drafted.drafts
            if draft.changes and draft.old is not None
        ],
    }


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "code": draft.code,
        "name": draft.name,
        "file": draft.file,
        "was_updated": draft.old.updated if draft.old else None,
        "updated": draft.new.updated,
        "decision": draft.new.decision,
        "fields": [_change(change) for change in draft.changes],
        "facts": [
            {"code": one.procedure.code, "fact": fact.id, "aspect": fact.aspect.value, "phrase": fact.phrase}
            for one in draft.touched
            for fact in one.facts
        ],
        "gold": sorted({file for one in draft.touched for file in one.gold}),
    }


def _change(change: Change) -> dict[str, Any]:
    return asdict(change)
