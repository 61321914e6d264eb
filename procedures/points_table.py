"""An operator's table of reception points (CSV), and the file of the content that it becomes."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import ValidationError

from contracts.mistakes import Mistakes
from procedures.errors import ContentFileError
from procedures.places import Places, Point, PointKind, name_key
from procedures.places_yaml import PointYaml

COLUMNS = ("name", "kind", "address", "ward", "hours", "phone", "verified_by", "verified_on", "review_by")
MAY_BE_EMPTY = frozenset({"hours", "phone"})
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_HEAD = """# Nơi nhận hồ sơ đã được xác minh. Tổng đài chỉ nói từ ngày verified_on đến hết ngày review_by.
# Ghi từ bảng của đơn vị: ./tongdai content places FILE (CSV); mỗi lần nhập thay cả danh sách.
# kind: branch chi nhánh, reception điểm tiếp nhận, agent đại lý dịch vụ công; ward: mã ở wards.yml.
version: "1"
points:
"""


def read_points(file: str, text: str, places: Places) -> tuple[Point, ...]:
    """`file`: its name, for mistakes; columns are those of `COLUMNS` in any order, with commas or semicolons between.

    `ward`: a code of wards.yml, or a name of today; days as 2026-11-24 or 24/11/2026. Raises `ContentFileError`, one
    for each mistake.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    heading = lines[0] if lines else ""
    rows = csv.DictReader(lines, delimiter=";" if heading.count(";") > heading.count(",") else ",")
    columns = [name.strip() for name in rows.fieldnames or ()]
    rows.fieldnames = columns
    mistakes = Mistakes()
    for name in COLUMNS:
        if name not in columns:
            mistakes.add(ContentFileError(file, 1, name, "thiếu cột này"))
    for name in columns:
        if name not in COLUMNS or columns.count(name) > 1:
            mistakes.add(ContentFileError(file, 1, name, "không có cột nào tên như vậy, hoặc cột lặp lại"))
    mistakes.raise_any()
    points: list[Point] = []
    for row in rows:
        point = mistakes.attempt(_point, file, rows.line_num, row, places)
        if point is not None:
            points.append(point)
    mistakes.raise_any()
    return tuple(points)


def points_file(points: Sequence[Point]) -> str:
    """The text of points.yml."""
    if not points:
        return f"{_HEAD.rstrip()} []\n"
    entries = [
        "\n".join(
            f"{'- ' if at == 0 else '  '}{name}: {_written(getattr(point, name))}" for at, name in enumerate(COLUMNS)
        )
        for point in points
    ]
    return _HEAD + "\n".join(entries) + "\n"


def _written(value: str | date) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(str(value), ensure_ascii=False)


def _point(file: str, line: int, row: Mapping[str, str | None], places: Places) -> Point:
    mistakes = Mistakes()
    given = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if None in row:
        raise ContentFileError(file, line, "", "nhiều ô hơn số cột")
    for name, value in given.items():
        if not value and name not in MAY_BE_EMPTY:
            mistakes.add(ContentFileError(file, line, name, "không được để trống"))
    mistakes.raise_any()
    given["ward"] = _ward(file, line, given["ward"], places)
    for name in ("verified_on", "review_by"):
        if match := _DAY_FIRST.fullmatch(given[name]):
            day, month, year = match.groups()
            given[name] = f"{year}-{month:0>2}-{day:0>2}"
    try:
        return PointYaml.model_validate(given).point()
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            field = str(detail["loc"][0]) if detail["loc"] else ""
            mistakes.add(ContentFileError(file, line, field, _PROBLEMS.get(field, detail["msg"].partition(", ")[2])))
        mistakes.raise_any()
        raise


_PROBLEMS = {
    "kind": f"phải là một trong: {', '.join(kind.value for kind in PointKind)}",
    "phone": "chỉ gồm chữ số, dấu chấm và dấu cách",
    "verified_on": "phải là ngày như 2026-11-24 hoặc 24/11/2026",
    "review_by": "phải là ngày như 2026-11-24 hoặc 24/11/2026",
}


def _ward(file: str, line: int, said: str, places: Places) -> str:
    if said in places.wards:
        return said
    key = name_key(said)
    units = {ward.code: ward.unit for ward in places.wards.values()}
    codes = [code for code, unit in units.items() if key in (name_key(unit.full_name), name_key(unit.name))]
    if len(codes) != 1:
        raise ContentFileError(file, line, "ward", f"không có phường, xã nào hiện nay tên hay mã là {said!r}")
    return codes[0]
