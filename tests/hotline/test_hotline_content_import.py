"""`content import`: what changed at the source, and that nobody hears it before somebody has read it again."""

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import Command, Ran

from contracts.meaning import Aspect
from dialogs.content import Content
from hotline.bundles.check import check
from procedures.record import Profile
from procedures.records.record import field_hashes
from procedures.records.sources import FILE, Sources
from procedures.schema import read_procedure
from procedures.yaml_source import read_yaml

SHIPPED = Path(__file__).parents[2] / "config" / "content"
CODE = "1.004194"
SHEET = "procedures/tam_tru.yml"
GOLD = "gold/03_thieu_thu_tuc.yml"
DAY = date(2026, 11, 24)

METHOD = {
    "method": "in_person",
    "processing_time": {"value": 3, "unit": "working_day"},
    "fees": [{"amount_vnd": 15000, "text": "15.000 đồng"}],
}
RECORD: dict[str, Any] = {
    "procedure_code": CODE,
    "name": "Đăng ký tạm trú",
    "levels": ["commune"],
    "executing_agency": ["Công an cấp Xã"],
    "submission_methods": [METHOD],
    "processing_cases": [],
    "documents": [{"name": name, "kind": "document"} for name in ("Tờ khai CT01", "Giấy tờ về chỗ ở", "Căn cước")],
    "steps": ["Nộp hồ sơ", "Nộp lệ phí", "Nhận kết quả"],
    "requirements": "",
    "results": ["Thông báo"],
    "legal_basis": [{"code": "68/2020/QH14"}],
    "decision": {"number": "9354/QĐ-BCA-C06"},
    "source_updated_at": "2026-04-29",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One procedure, written from `RECORD`."""
    target = tmp_path / "content"
    for path in (
        "responses.yml",
        "flows.yml",
        "thresholds.yml",
        "ambiguities.yml",
        "domain.yml",
        "nlu.yml",
        GOLD,
        SHEET,
    ):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SHIPPED / path, target / path)
    for sub in ("catalogue", "places"):
        shutil.copytree(SHIPPED / sub, target / sub)
    text = (target / SHEET).read_text(encoding="utf-8")
    for fact in read_procedure(read_yaml(target / SHEET)).facts:
        was = f'{{field: {fact.source.field}, hash: "{fact.source.hash}"}}'
        text = text.replace(was, was.replace(fact.source.hash, field_hashes(RECORD)[fact.source.field]))
    (target / SHEET).write_text(text, encoding="utf-8")
    return target


@pytest.fixture
def take(tmp_path: Path, folder: Path, tongdai: Command) -> Callable[..., Ran]:
    """`take(records, "--dry-run")`: after `RECORD` was taken."""
    archive = tmp_path / "records"

    def run(records: object, *arguments: str, name: str = "cong.json") -> Ran:
        file = tmp_path / "in" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(records if isinstance(records, str) else json.dumps(records), encoding="utf-8")
        return tongdai("content", "import", file, "--content", folder, "--archive", archive, "--json", *arguments)

    assert run(RECORD, "--read", "2026-07-18").lines[0]["new"] == 1
    return run


def now(**fields: Any) -> dict[str, Any]:
    return {**deepcopy(RECORD), **fields}


def with_fee(amount: int) -> dict[str, Any]:
    fees = [{"amount_vnd": amount, "text": f"{amount} đồng"}]
    return now(submission_methods=[{**METHOD, "fees": fees}], source_updated_at="2026-11-20")


def said(folder: Path, aspect: Aspect) -> list[str]:
    return [fact.phrase for fact in Content.load(folder).catalogue.facts(CODE, aspect, DAY, Profile.DEMO)]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_changed_fee_is_told_and_then_handed_over(take: Callable[..., Ran], folder: Path, tmp_path: Path) -> None:
    dry = take([with_fee(20000)], "--dry-run").lines[0]
    assert dry["changed"] == 1 and dry["written"] == 0 and said(folder, Aspect.FEE)
    taken = take([with_fee(20000)]).lines[0]
    (change,) = taken["changes"]
    assert (change["was_updated"], change["updated"]) == ("2026-04-29", "2026-11-20")
    fields = {one["field"]: one for one in change["fields"]}
    assert set(fields) == {"source_updated_at", "submission_methods"}
    assert fields["submission_methods"]["figures"] == ["in_person: 15000 → 20000"]
    assert {one["aspect"] for one in change["facts"]} >= {"fee", "time", "online"}
    assert change["gold"] == [GOLD.partition("/")[2]] and taken["written"] == 1
    assert said(folder, Aspect.FEE) == [] and said(folder, Aspect.DOCUMENTS)
    assert len(list((tmp_path / "records" / CODE).iterdir())) == 2


def test_the_check_warns_and_does_not_stand_in_the_way(take: Callable[..., Ran], folder: Path) -> None:
    assert check(folder, learn=False).warnings == ()
    take(with_fee(20000))
    checked = check(folder, learn=False)
    assert checked.problems == ()
    told = [str(one) for one in checked.warnings]
    lines = (folder / SHEET).read_text(encoding="utf-8").splitlines()
    for one in told:
        file, line, *_ = one.split(":")
        assert file.startswith("gold/") or "source:" in lines[int(line) - 1]
    assert any("facts.6.source.hash: phần submission_methods của hồ sơ gốc đã đổi" in one for one in told)
    assert any(one.startswith(GOLD) and "chờ đọc lại hồ sơ gốc đã đổi" in one for one in told)


def test_who_reads_it_again_writes_the_new_hash(take: Callable[..., Ran], folder: Path) -> None:
    take(with_fee(20000))
    old, new = (field_hashes(one)["submission_methods"] for one in (RECORD, with_fee(20000)))
    text = (folder / SHEET).read_text(encoding="utf-8").replace(old, new)
    (folder / SHEET).write_text(text.replace("15.000", "20.000").replace("15000", "20000"), encoding="utf-8")
    assert check(folder, learn=False).warnings == () and "20.000 đồng" in said(folder, Aspect.FEE)[0]


@pytest.mark.parametrize(
    ("records", "field", "why"),
    [
        (now(documents=RECORD["documents"][:1]), "documents", "từ 3 mục còn 1"),
        (now(steps=[]), "steps", "nay trống"),
        (with_fee(15), "submission_methods", "phí 15 đồng"),
        (with_fee(160_000), "submission_methods", "phí từ 15000 thành 160000"),
        (
            now(submission_methods=[{**METHOD, "processing_time": {"value": 3, "unit": "unspecified"}}]),
            "submission_methods",
            "mất đơn vị",
        ),
    ],
)
def test_what_looks_like_damage_writes_nothing(
    take: Callable[..., Ran], tmp_path: Path, records: object, field: str, why: str
) -> None:
    before = tree(tmp_path / "content") | tree(tmp_path / "records")
    ran = take(records)
    assert ran.status == 1 and not ran.lines[0]["ok"]
    assert ran.lines[0]["refusals"][0]["field"] == field and why in ran.lines[0]["refusals"][0]["why"]
    assert tree(tmp_path / "content") | tree(tmp_path / "records") == before
    assert take(records, "--accept", f"{CODE}:{field}").lines[0]["written"] == 1


@pytest.mark.parametrize("text", ["", "{", json.dumps(RECORD)[:-9], "[]", '{"procedure_code": "1.4194"}'])
def test_a_broken_file_writes_nothing(take: Callable[..., Ran], tmp_path: Path, text: str) -> None:
    before = tree(tmp_path / "content") | tree(tmp_path / "records")
    ran = take(text)
    assert ran.status == 1 and ran.lines[0]["errors"][0]["error"].startswith("cong.json")
    assert tree(tmp_path / "content") | tree(tmp_path / "records") == before


def test_a_folder_is_taken_file_by_file(
    take: Callable[..., Ran], tmp_path: Path, folder: Path, tongdai: Command
) -> None:
    take("{", name="a.json")
    take(with_fee(20000), "--dry-run", name="b.json")
    take(now(procedure_code="1.999999"), name="c.jsonl")
    ran = tongdai("content", "import", tmp_path / "in", "--content", folder, "--archive", tmp_path / "records")
    assert ran.status == 1 and "TỪ CHỐI a.json" in ran.out and "online" not in ran.err
    assert "4 tệp, 2 hồ sơ có nội dung: 2 đổi" in ran.out
    assert "1 hồ sơ bị từ chối, 1 tệp hỏng. Đã ghi 1 hồ sơ" in ran.out
    assert "TỪ CHỐI cong.json: 1.004194: source_updated_at: cũ hơn bản đã đọc" in ran.out
    assert "- in_person 3 working_day 15000 15.000 đồng" in ran.out and "đọc lại 1.004194" in ran.out


def test_the_same_record_again_changes_nothing_but_the_day(take: Callable[..., Ran], folder: Path) -> None:
    taken = take(now(aliases_vi=["x"], priority=2), "--read", "2026-11-24").lines[0]
    assert (taken["changed"], taken["facts"], taken["written"]) == (0, 0, 1)
    kept = Sources.load(folder / FILE).get(CODE)
    assert kept is not None and kept.read == DAY


def test_a_table_changes_what_it_names(take: Callable[..., Ran], folder: Path) -> None:
    table = f"procedure_code,method,time,time_unit,fee_vnd\n{CODE},in_person,5,working_day,15000\n"
    (change,) = take(table, name="bang.csv").lines[0]["changes"]
    assert [one["field"] for one in change["fields"]] == ["submission_methods"]
    assert change["fields"][0]["figures"] == ["in_person: 3 working_day → 5 working_day"]
    assert said(folder, Aspect.TIME) == [] and said(folder, Aspect.DOCUMENTS)


def test_what_cannot_be_imported_is_said(tongdai: Command, tmp_path: Path) -> None:
    assert tongdai("content", "import", tmp_path / "nope.json").status == 2
    assert tongdai("content", "import", tmp_path).status == 2
