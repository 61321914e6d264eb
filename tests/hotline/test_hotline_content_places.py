"""`content places`: a table of reception points becomes content, or every mistake in it is told and nothing written."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from command_line import Command

from procedures.places_yaml import load_places

SHIPPED = Path(__file__).parents[2] / "config" / "content"
HEAD = "name,kind,address,ward,hours,phone,verified_by,verified_on,review_by"
ROW = 'Điểm "Một",reception,"số 1, phố Thử",phường Láng,sáng thứ hai,024 1234,Cán bộ A,24/11/2026,2099-01-01'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "content" / "places").mkdir(parents=True)
    shutil.copy(SHIPPED / "places" / "wards.yml", tmp_path / "content" / "places")
    return tmp_path / "content"


def table(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "diem.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_a_table_is_written_into_the_content(folder: Path, tmp_path: Path, tongdai: Command) -> None:
    ran = tongdai("content", "places", table(tmp_path, HEAD, ROW), "--content", folder, "--json")
    assert (ran.status, ran.lines) == (0, [{"ok": True, "points": 1, "silent_today": 0, "dry_run": False}])
    (point,) = load_places(folder).points_in("00199", date(2026, 11, 24))
    assert (point.name, point.address, point.phone) == ('Điểm "Một"', "số 1, phố Thử", "024 1234")
    assert (point.verified_on, point.review_by) == (date(2026, 11, 24), date(2099, 1, 1))


def test_semicolons_a_mark_of_the_spreadsheet_and_codes_are_read(
    folder: Path, tmp_path: Path, tongdai: Command
) -> None:
    row = "Điểm Một;agent;1 phố Thử;00199;;;Cán bộ A;2026-11-24;2099-01-01"
    assert (
        tongdai(
            "content", "places", table(tmp_path, "\ufeff" + HEAD.replace(",", ";"), row), "--content", folder
        ).status
        == 0
    )
    assert [point.hours for point in load_places(folder).points] == [""]


def test_each_table_takes_the_place_of_the_one_before(folder: Path, tmp_path: Path, tongdai: Command) -> None:
    tongdai("content", "places", table(tmp_path, HEAD, ROW), "--content", folder)
    assert tongdai("content", "places", table(tmp_path, HEAD), "--content", folder).status == 0
    assert load_places(folder).points == ()


def test_a_dry_run_writes_nothing(folder: Path, tmp_path: Path, tongdai: Command) -> None:
    assert tongdai("content", "places", table(tmp_path, HEAD, ROW), "--content", folder, "--dry-run").status == 0
    assert load_places(folder).points == ()


def test_every_mistake_is_told_and_nothing_is_written(folder: Path, tmp_path: Path, tongdai: Command) -> None:
    wrong = [
        ROW.replace("phường Láng", "phường Láng Hạ"),
        ROW.replace("reception", "kho"),
        ROW.replace("Cán bộ A", ""),
        ROW.replace("24/11/2026", "31/2/2026"),
        ROW.replace("2099-01-01", "2026-01-01"),
        ROW.replace("024 1234", "gọi chị Lan"),
        ROW + ",thừa",
    ]
    ran = tongdai("content", "places", table(tmp_path, HEAD, ROW, *wrong), "--content", folder)
    assert ran.status == 1
    told = [line.split(": ")[:2] for line in ran.err.splitlines()]
    assert told[:4] == [
        ["diem.csv:3", "ward"], ["diem.csv:4", "kind"], ["diem.csv:5", "verified_by"], ["diem.csv:6", "verified_on"],
    ]  # fmt: skip
    assert [one[0] for one in told[4:]] == ["diem.csv:7", "diem.csv:8", "diem.csv:9"]
    assert "review_by trước verified_on" in ran.err
    assert not (folder / "places" / "points.yml").exists()


@pytest.mark.parametrize("head", ["", HEAD.replace("ward", "phuong"), f"{HEAD},ward"])
def test_a_table_without_the_right_columns_is_refused(
    folder: Path, tmp_path: Path, tongdai: Command, head: str
) -> None:
    ran = tongdai("content", "places", table(tmp_path, head, ROW), "--content", folder)
    assert (ran.status, ran.err.split(":")[:2]) == (1, ["diem.csv", "1"])


def test_a_folder_without_wards_is_refused(tmp_path: Path, tongdai: Command) -> None:
    assert tongdai("content", "places", table(tmp_path, HEAD, ROW), "--content", tmp_path).status == 2
