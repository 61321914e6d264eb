"""A fact is not said any more when its source has another text than that from which it was written."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_procedures_yaml import GOOD, write

from contracts.meaning import Aspect
from procedures.catalogue import Catalogue
from procedures.errors import ContentFileError
from procedures.record import FactSource, Profile
from procedures.records.record import record_hash, size, times
from procedures.records.sources import FILE, SourceRecord, Sources, source_record

DAY = date(2026, 11, 24)
CODE = "1.000001"
SAME, OTHER = "0123456789ab", "ba9876543210"
CASE = """- aspect: fee
  case: làm gấp
  phrase: Làm gấp thì phí là 20.000 đồng.
  source: {field: steps, hash: "0123456789ab"}
  status: unreviewed
"""


def known(**fields: str) -> Sources:
    return Sources([SourceRecord(code=CODE, hash=SAME, fields=fields)])


def said(folder: Path, sources: Sources, profile: Profile = Profile.DEMO) -> list[str]:
    catalogue = Catalogue.load(folder, sources)
    return [fact.phrase for fact in catalogue.facts(CODE, Aspect.FEE, DAY, profile)]


@pytest.mark.parametrize(
    ("sources", "spoken"),
    [
        (Sources(), True),
        (known(submission_methods=SAME), True),
        (known(submission_methods=OTHER), False),
        (known(steps=SAME), False),
    ],
)
def test_a_fact_is_said_only_while_its_source_is_the_same(tmp_path: Path, sources: Sources, *, spoken: bool) -> None:
    write(tmp_path, GOOD)
    assert bool(said(tmp_path, sources)) is spoken
    reviewed = GOOD.replace("status: unreviewed", "status: sayable\n  reviewer: cán bộ A")
    write(tmp_path, reviewed)
    for profile in Profile:
        assert bool(said(tmp_path, sources, profile)) is spoken


def test_other_cases_are_not_said_without_the_normal_one(tmp_path: Path) -> None:
    write(tmp_path, GOOD + CASE)
    assert len(said(tmp_path, known(submission_methods=SAME, steps=SAME))) == 2
    assert said(tmp_path, known(submission_methods=SAME, steps=OTHER)) == ["Phí là 8.000 đồng."]
    assert said(tmp_path, known(submission_methods=OTHER, steps=SAME)) == []


def test_what_ends_on_a_day_was_read_by_whoever_ended_it(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("short_name", "valid_to: 2026-12-31\nshort_name"))
    assert said(tmp_path, known(submission_methods=OTHER))


def test_a_field_of_another_record() -> None:
    source = FactSource(field="1.000002 steps", hash=SAME)
    assert not known(steps=OTHER).changed("1.000003", source)
    there = Sources([SourceRecord(code="1.000002", hash=SAME, fields={"steps": OTHER})])
    assert there.changed("1.000003", source) and there.now("1.000003", source) == OTHER


RECORD: dict[str, Any] = {
    "procedure_code": CODE,
    "name": "Thủ tục thử",
    "aliases_vi": ["thử"],
    "decision": {"number": "12/QĐ-BTP"},
    "source_updated_at": "2026-04-29",
    "steps": ["Nộp  hồ sơ", "Nhận\nkết quả"],
    "submission_methods": [
        {"method": "online", "processing_time": {"value": 3, "unit": "working_day"}, "fees": [{"amount_vnd": 7000}]},
        {"method": "postal", "processing_time": None, "fees": []},
    ],
}


def test_what_is_kept_of_a_record_is_read_again(tmp_path: Path) -> None:
    kept = source_record(RECORD, DAY)
    assert (kept.decision, kept.updated, kept.read) == ("12/QĐ-BTP", date(2026, 4, 29), DAY)
    assert kept.fees == {"online": [7000], "postal": []} and kept.times == {"online": "3 working_day"} == times(RECORD)
    assert kept.sizes["steps"] == (2, 21) == size(RECORD["steps"])
    assert "aliases_vi" not in kept.fields and kept.hash == record_hash({**RECORD, "priority": 1})
    (tmp_path / FILE).write_text(Sources([kept]).text(), encoding="utf-8")
    assert Sources.load(tmp_path / FILE).get(CODE) == kept


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "sources.jsonl:2: không phải JSON"),
        ("[]", "sources.jsonl:2: giá trị không hợp lệ"),
        (json.dumps({"code": CODE, "hash": SAME, "fields": {"steps": "x"}}), "sources.jsonl:2: fields.steps: giá trị"),
        (json.dumps({"code": CODE, "hash": SAME, "fields": {}}), "sources.jsonl:2: code: 1.000001 đã có ở dòng trên"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / FILE).write_text(known(steps=SAME).text() + line + "\n", encoding="utf-8")
    with pytest.raises(ContentFileError) as caught:
        Sources.load(tmp_path / FILE)
    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize(
    ("begins", "complaint"),
    [
        ("2026-07-01", ""),
        ("2026-06-30", r"thu2\.yml:2: code: đã có trong thu\.yml"),
        ("2026-07-03", r"thu2\.yml:3: valid_from: từ 2026-07-01 đến 2026-07-02 không tệp nào có hiệu lực; thu\.yml"),
    ],
)
def test_records_that_follow_each_other_leave_no_day_out(tmp_path: Path, begins: str, complaint: str) -> None:
    write(tmp_path, GOOD.replace("short_name", "valid_to: 2026-06-30\nshort_name"))
    later = GOOD.replace("name: Thủ", f"valid_from: {begins}\nname: Thủ").replace("8000", "9000")
    write(tmp_path, later.replace("8.000", "9.000"), "thu2.yml")
    if complaint:
        with pytest.raises(ContentFileError, match=complaint):
            Catalogue.load(tmp_path)
        return
    catalogue = Catalogue.load(tmp_path)
    for day, phrase in ((date(2026, 6, 30), "Phí là 8.000 đồng."), (date(2026, 7, 1), "Phí là 9.000 đồng.")):
        assert [fact.phrase for fact in catalogue.facts(CODE, Aspect.FEE, day, Profile.DEMO)] == [phrase]
