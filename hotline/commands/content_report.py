"""`content report`: which aspects of which procedures are said, and which go to a person."""

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hotline.bundles.report import Row, Standing, report, standing, totals
from hotline.errors import UsageError
from hotline.knowledge import today
from hotline.settings import Settings

_MARKS = {
    Standing.SAYABLE: "✓",
    Standing.QUALIFIED: "~",
    Standing.UNREVIEWED: "?",
    Standing.HAND_OVER: "→",
    Standing.SOURCE_CHANGED: "!",
    Standing.REVIEW_OVER: "×",
}
_WORDS = {
    Standing.SAYABLE: "được nói",
    Standing.QUALIFIED: "nói kèm giới hạn",
    Standing.UNREVIEWED: "chưa duyệt",
    Standing.HAND_OVER: "chuyển cán bộ",
    Standing.SOURCE_CHANGED: "hồ sơ gốc đã đổi",
    Standing.REVIEW_OVER: "hết hạn duyệt",
}


def add_actions(actions: Any, common: argparse.ArgumentParser) -> None:
    """`actions`: of `argparse`, whose own type is private."""
    reporting = actions.add_parser("report", parents=[common], help="điều gì của thủ tục nào được nói, điều gì không")
    reporting.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    reporting.add_argument("--as-of", type=_day, metavar="DATE", help="vào ngày nào (hôm nay)")
    reporting.add_argument("--facts", default="", metavar="CODE", help="từng câu của một thủ tục, với mã câu")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} không phải ngày dạng 2026-11-24") from None


def run_report(arguments: argparse.Namespace, settings: Settings) -> int:
    """Raises `ProcedureError`."""
    folder: Path = arguments.folder or settings.content.folder
    day: date = arguments.as_of or today()
    rows = report(folder, day)
    if arguments.facts:
        rows = tuple(row for row in rows if row.procedure.code == arguments.facts)
        if not rows:
            raise UsageError(f"--facts: ngày {day} không có thủ tục {arguments.facts}")
    if arguments.json:
        print(json.dumps(_document(rows, day, facts=bool(arguments.facts)), ensure_ascii=False))
    elif arguments.facts:
        _show_facts(rows[0], day)
    else:
        _show(rows)
    return 0


def _show(rows: Sequence[Row]) -> None:
    for row in rows:
        cells = "  ".join(
            cell.aspect.value + "".join(f" {_MARKS[one]}{count}" for one, count in sorted(cell.standings.items()))
            for cell in row.cells
        )
        print(f"{row.procedure.code}  {row.procedure.short_name}: {cells}")
    counted = totals(rows)
    print("  ".join(f"{_MARKS[one]} {_WORDS[one]}: {counted[one]}" for one in Standing))
    demo, production = _spoken(rows)
    print(f"{len(rows)} thủ tục; số điều (thủ tục × khía cạnh) được nói: demo {demo}, production {production}")


def _spoken(rows: Sequence[Row]) -> tuple[int, int]:
    cells = [cell for row in rows for cell in row.cells]
    return sum(cell.demo for cell in cells), sum(cell.production for cell in cells)


def _show_facts(row: Row, day: date) -> None:
    print(f"{row.procedure.code}  {row.procedure.name}")
    for fact in row.procedure.facts:
        if fact.holds_on(day):
            case = f" ({fact.case})" if fact.case else ""
            print(f"{fact.id}  {_MARKS[standing(fact, day)]}  {fact.aspect.value}{case}: {fact.phrase}")


def _document(rows: Sequence[Row], day: date, *, facts: bool) -> dict[str, Any]:
    demo, production = _spoken(rows)
    counted = totals(rows)
    return {
        "as_of": day.isoformat(),
        "procedures": [_row(row, day, facts=facts) for row in rows],
        "totals": {one.value: counted[one] for one in Standing},
        "spoken": {"demo": demo, "production": production},
    }


def _row(row: Row, day: date, *, facts: bool) -> dict[str, Any]:
    aspects = {
        cell.aspect.value: {
            **{one.value: count for one, count in cell.standings.items()},
            "demo": cell.demo,
            "production": cell.production,
        }
        for cell in row.cells
    }
    told: dict[str, Any] = {"code": row.procedure.code, "short_name": row.procedure.short_name, "aspects": aspects}
    if facts:
        told["facts"] = [
            {
                "fact": fact.id,
                "aspect": fact.aspect.value,
                "case": fact.case,
                "status": standing(fact, day).value,
                "phrase": fact.phrase,
            }
            for fact in row.procedure.facts
            if fact.holds_on(day)
        ]
    return told
