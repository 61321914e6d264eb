"""`content places`: an operator's table of reception points into the content."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from contracts.mistakes import Mistake
from hotline.bundles.problems import problems_of
from hotline.errors import UsageError
from hotline.files import read_text
from hotline.knowledge import today
from hotline.settings import Settings
from procedures.places import Point
from procedures.places_yaml import POINTS_FILE, WARDS_FILE, load_places
from procedures.points_table import points_file, read_points


def add_actions(actions: Any, common: argparse.ArgumentParser) -> None:
    """`actions`: of `argparse`, whose own type is private."""
    placing = actions.add_parser(
        "places", parents=[common], help="nhập bảng nơi nhận hồ sơ đã xác minh (CSV), thay cả danh sách cũ"
    )
    placing.add_argument("file", type=Path, metavar="FILE", help="CSV: name, kind, address, ward, hours, phone, …")
    placing.add_argument("--dry-run", action="store_true", help="chỉ kiểm tra, không ghi gì")
    placing.add_argument("--content", type=Path, metavar="FOLDER", help="thư mục nội dung (theo cài đặt)")


def run_places(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes nothing unless every row is right. Raises `OSError`."""
    folder: Path = arguments.content or settings.content.folder
    if not (folder / WARDS_FILE).is_file():
        raise UsageError(f"{folder / WARDS_FILE}: không có tệp này")
    try:
        points = read_points(arguments.file.name, read_text(arguments.file), load_places(folder))
    except Mistake as mistake:
        return _refused(mistake, as_json=arguments.json)
    if not arguments.dry_run:
        target = folder / POINTS_FILE
        aside = target.with_name(f".{target.name}")
        aside.write_text(points_file(points), encoding="utf-8")
        aside.replace(target)
    _tell(points, today(), arguments)
    return 0


def _refused(mistake: Mistake, *, as_json: bool) -> int:
    problems = problems_of((mistake, *mistake.others))
    if as_json:
        print(json.dumps({"ok": False, "problems": [one.to_json() for one in problems]}, ensure_ascii=False))
    else:
        print("\n".join(map(str, problems)), file=sys.stderr)
    return 1


def _tell(points: Sequence[Point], day: date, arguments: argparse.Namespace) -> None:
    silent = sum(not point.sayable(day) for point in points)
    if arguments.json:
        counts = {"points": len(points), "silent_today": silent, "dry_run": arguments.dry_run}
        print(json.dumps({"ok": True, **counts}, ensure_ascii=False))
        return
    done = "Chưa ghi gì (--dry-run)." if arguments.dry_run else "Đã ghi; dùng cho cuộc gọi tới: content publish."
    print(f"{len(points)} nơi nhận hồ sơ, hôm nay {silent} nơi chưa đến ngày hoặc đã quá hạn xác minh. {done}")
