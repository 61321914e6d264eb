"""Published records: read from what the portal and officers give, compared, refused where they look damaged."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from procedures.records.archive import RecordArchive
from procedures.records.differences import differences, same_words, settled
from procedures.records.errors import RecordFileError
from procedures.records.portal import from_portal
from procedures.records.reading import Given, read_records
from procedures.records.record import record_hash
from procedures.records.refusals import accepted, refusals
from procedures.records.sources import source_record

DAY = date(2026, 11, 24)
CODE = "1.000001"
FEE = {"type": "FEE", "value": 7000, "description": "thu 7.000 đồng/lần đăng ký.", "currencyName": "Việt Nam Đồng"}
PAPER = {"originalQty": 1, "copyQty": 0, "name": "Tờ khai;", "attachments": [{"fileName": "mau.doc"}]}
NOTE: dict[str, Any] = {"originalQty": 0, "copyQty": 0, "name": "Lưu ý: xuất trình căn cước", "attachments": []}
PORTAL: dict[str, Any] = {
    "id": "019d",
    "code": CODE,
    "codeNotation": CODE,
    "name": "Đăng ký thử",
    "type": "STANDARD",
    "isWard": True,
    "isFullProcess": True,
    "state": "UPDATED",
    "executionSteps": [{"name": "", "description": "Bước 1: Nộp hồ sơ\n ở xã.\n Bước 2: Nhận\n- kết quả.\n"}],
    "executionMethods": [
        {"submissionMethod": "ONLINE", "processingTime": 3, "processingTimeUnit": "WORKING_DAY", "fees": [FEE]},
        {"submissionMethod": "DIRECT", "processingTime": None, "processingTimeUnit": None, "fees": []},
    ],
    "executionCases": [{"name": "* Hồ sơ gồm: ", "profileComponents": [PAPER, NOTE]}],
    "cases": [{"code": f"{CODE}.01", "name": "Đăng ký", "processingDay": {"qty": 3, "type": "WORKING_DAY"}}],
    "legalBasisesDetails": [
        {"name": "Luật Cư trú", "code": "68/2020/QH14"},
        {"name": "Nghị định", "code": "1/2026/NĐ-CP"},
    ],
    "resultsDetails": [{"name": "Thông báo"}],
    "departmentsExecuting": [{"name": "Công an cấp Xã"}],
    "requirementsAndConditions": "",
    "dossierReceivingAddresses": "Công an cấp xã\n",
    "procedureProposal": {
        "proposalNumber": "9354/QĐ-BCA",
        "decisionDate": 1763571600000,
        "publicationDate": 1777426272655,
        "issuingAgency": {"name": "Bộ Công an"},
    },
    "updatedAt": 1777434895364,
}
RECORD = from_portal(PORTAL)


def changed(**fields: Any) -> dict[str, Any]:
    return {**deepcopy(RECORD), **fields}


def method(value: int | None = 3, unit: str = "working_day", *amounts: int, name: str = "online") -> dict[str, Any]:
    fees = [{"amount_vnd": amount, "text": ""} for amount in amounts]
    return {"method": name, "processing_time": {"value": value, "unit": unit}, "fees": fees}


def write(folder: Path, data: object, name: str = "file.json") -> Path:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_record_of_the_portal_in_our_shape() -> None:
    assert RECORD["procedure_code"] == CODE and RECORD["levels"] == ["commune"] and RECORD["scope"] == "national"
    assert RECORD["steps"] == ["Bước 1: Nộp hồ sơ\n ở xã.", "Bước 2: Nhận", "- kết quả."]
    assert RECORD["submission_methods"][0] == {
        "method": "online",
        "processing_time": {"value": 3, "unit": "working_day", "text": "3 ngày làm việc"},
        "fees": [
            {
                "type": "fee_le_phi",
                "amount_vnd": 7000,
                "currency": "Việt Nam Đồng",
                "amount": 7000,
                "text": "thu 7.000 đồng/lần đăng ký.",
                "amounts_in_text": [7000],
            }
        ],
        "note": "",
    }
    assert RECORD["submission_methods"][1]["processing_time"] == {"value": None, "unit": "unspecified", "text": ""}
    assert RECORD["documents"][0] == {
        "case": "* Hồ sơ gồm:",
        "name": "Tờ khai;",
        "original_qty": 1,
        "copy_qty": 0,
        "form_file": "mau.doc",
        "kind": "document",
    }
    assert [paper["kind"] for paper in RECORD["documents"]] == ["document", "note"]
    assert RECORD["processing_cases"][0]["unit"] == "working_day" and RECORD["receiving_address"] == "Công an cấp xã"
    assert [one["doc_type"] for one in RECORD["legal_basis"]] == ["law_or_resolution_of_national_assembly", "decree"]
    decision = {"number": "9354/QĐ-BCA", "date": "2025-11-20", "published": "2026-04-29", "agency": "Bộ Công an"}
    assert RECORD["decision"] == decision and RECORD["source_updated_at"] == "2026-04-29"


@pytest.mark.parametrize(
    "data",
    [
        PORTAL,
        {"code": "OK", "data": PORTAL},
        [PORTAL],
        {"data": [PORTAL]},
        RECORD,
        json.dumps(PORTAL) + "\n\n" + json.dumps({**PORTAL, "code": "1.000002", "codeNotation": "1.000002"}) + "\n",
    ],
)
def test_every_form_of_json_gives_the_same_record(tmp_path: Path, data: object) -> None:
    given = read_records(write(tmp_path, data))
    assert given[0].code == CODE and record_hash(given[0].record) == record_hash(RECORD) and not given[0].partial


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ("", "tệp trống"),
        ("[]", "không có hồ sơ nào"),
        (json.dumps(PORTAL)[:-40], "không phải JSON, hay tệp bị cắt"),
        (json.dumps(PORTAL) + "\n" + json.dumps(PORTAL)[:99], "file.json:2: không phải JSON, hay tệp bị cắt"),
        ("[" * 5000, "bị cắt|quá sâu"),
        ("<html>Lỗi</html>", "không phải JSON"),
        ("[1]", "hồ sơ thứ 1: hồ sơ phải là một đối tượng"),
        ({"code": "ERROR", "message": "x"}, "procedure_code: None không phải mã thủ tục"),
        ({**PORTAL, "codeNotation": "1.00001"}, "procedure_code: '1.00001' không phải mã"),
        ({**PORTAL, "codeNotation": "1.000001.01"}, "không phải mã"),
        ({**PORTAL, "name": " "}, "name: thiếu tên"),
        ({**RECORD, "documents": None}, "documents: phải là danh sách"),
        ({**RECORD, "documents": ["Tờ khai"]}, "documents: có mục không đúng dạng"),
        ({**RECORD, "source_updated_at": "29/4/2026"}, "source_updated_at: '29/4/2026' không phải ngày"),
        ([PORTAL, PORTAL], "1.000001 có hai lần"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, data: object, complaint: str) -> None:
    with pytest.raises(RecordFileError, match=complaint):
        read_records(write(tmp_path, data))


TABLE = """procedure_code,name,updated,decision,method,time,time_unit,fee_vnd,documents,steps
1.000001,Đăng ký thử,2026-11-01,1/QĐ,online,3,working_day,8000,Tờ khai;|Giấy hẹn,Nộp|Nhận
1.000001,,,,in_person,,,,,
"""


def test_a_table_says_only_what_it_has(tmp_path: Path) -> None:
    (given,) = read_records(write(tmp_path, TABLE, "bang.csv"))
    assert given.partial and set(given.record) == {
        "procedure_code",
        "name",
        "source_updated_at",
        "decision",
        "documents",
        "steps",
        "submission_methods",
    }
    now = settled(given, RECORD)
    assert now["legal_basis"] == RECORD["legal_basis"] and now["steps"] == ["Nộp", "Nhận"]
    assert [one["method"] for one in now["submission_methods"]] == ["online", "in_person"]
    assert now["submission_methods"][1] == RECORD["submission_methods"][1]
    assert now["submission_methods"][0]["fees"] == [{"amount_vnd": 8000, "text": ""}]


def test_a_table_that_says_what_is_known_changes_nothing(tmp_path: Path) -> None:
    table = "procedure_code,documents,method,time,time_unit,fee_vnd,legal_basis\n"
    table += f"{CODE},Tờ  khai;,online,3,working_day,7000,1/2026/NĐ-CP|68/2020/QH14\n"
    (given,) = read_records(write(tmp_path, table, "bang.csv"))
    assert record_hash(settled(given, RECORD)) == record_hash(RECORD)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("procedure_code,", "code,", "bang.csv:1: thiếu cột procedure_code"),
        ("decision", "quyết định", "bang.csv:1: cột không biết: quyết định"),
        ("8000", "8.000", "bang.csv:2: fee_vnd: '8.000' không phải số nguyên"),
        ("working_day", "ngày", "bang.csv:2: time_unit: 'ngày'"),
        ("in_person", "quầy", "bang.csv:3: method: 'quầy'"),
        (",in_person,,,,,", ",in_person", "bang.csv:3: số ô khác số cột"),
        ("1.000001,,", "1.0001,,", "procedure_code: '1.0001' không phải mã"),
    ],
)
def test_a_table_that_is_wrong_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in TABLE
    with pytest.raises(RecordFileError, match=complaint):
        read_records(write(tmp_path, TABLE.replace(old, new, 1), "bang.csv"))


@pytest.mark.parametrize(
    ("field", "value", "same"),
    [
        ("documents", list(reversed(RECORD["documents"])), True),
        ("legal_basis", list(reversed(RECORD["legal_basis"])), True),
        ("steps", ["Bước 1: Nộp hồ sơ ở xã.", "Bước 2:", "Nhận - kết quả."], True),
        ("steps", list(reversed(RECORD["steps"])), False),
        ("documents", RECORD["documents"][:1], False),
        ("requirements", None, True),
    ],
)
def test_what_only_looks_different_is_no_change(field: str, value: Any, *, same: bool) -> None:
    assert same_words(field, RECORD[field], value) is same
    given = Given(record=changed(**{field: value}), partial=False, raw=None)
    now = settled(given, RECORD)
    old, new = source_record(RECORD, DAY), source_record(now, DAY)
    assert [one.field for one in differences(old, RECORD, new, now)] == ([] if same else [field])


def test_a_change_names_entries_and_figures() -> None:
    now = changed(submission_methods=[method(5, "working_day", 8000), *RECORD["submission_methods"][1:]])
    (change,) = differences(source_record(RECORD, DAY), RECORD, source_record(now, DAY), now)
    assert change.figures == ("online: 7000 → 8000", "online: 3 working_day → 5 working_day")
    assert change.removed and change.added
    (blind,) = differences(source_record(RECORD, DAY), None, source_record(now, DAY), now)
    assert blind.figures == change.figures and not blind.removed


LONG = changed(
    steps=["một", "hai", "ba", "bốn"],
    requirements="Đủ mười tám tuổi và có năng lực hành vi dân sự.",
    submission_methods=[method(3, "working_day", 135000)],
)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("steps", ["một", "hai"], ""),
        ("steps", ["một"], "từ 4 mục còn 1"),
        ("steps", [], "trước có 4 mục, nay trống"),
        ("requirements", "", "trước có 1 mục, nay trống"),
        ("requirements", "Đủ tuổi.", "từ 47 chữ còn 8"),
        (
            "submission_methods",
            [method(3, "unspecified", 135000)],
            "thời hạn mất đơn vị: 3 working_day → 3 unspecified",
        ),
        ("processing_cases", [{**RECORD["processing_cases"][0], "unit": "unspecified"}], "mất đơn vị"),
        ("submission_methods", [method(3, "working_day", 135)], "phí 135 đồng, có lẽ là 135000"),
        ("submission_methods", [method(3, "working_day", 1_400_000)], "phí từ 135000 thành 1400000"),
        ("submission_methods", [method(3, "working_day", 13_000)], "phí từ 135000 thành 13000"),
        ("submission_methods", [method(3, "working_day", 0)], "phí 135000 nay là 0"),
        ("submission_methods", [method(3, "working_day", 150_000)], ""),
        ("submission_methods", [method(5, "day", 135_000)], ""),
    ],
)
def test_what_looks_like_damage_is_refused(field: str, value: Any, why: str) -> None:
    now = {**LONG, field: value}
    found = list(refusals(source_record(LONG, DAY), source_record(now, DAY), now))
    assert bool(found) is bool(why)
    if why:
        assert why in str(found[0]) and found[0].field == field
        assert accepted(found[0], [field]) and accepted(found[0], [f"{CODE}:{field}"])
        assert not accepted(found[0], ["name", f"1.000009:{field}"])


def test_a_fee_that_its_own_text_contradicts_is_refused_even_in_a_new_record() -> None:
    fee = {"amount_vnd": 5, "text": "thu 5.000 đồng", "amounts_in_text": [5000]}
    now = changed(submission_methods=[{**method(), "fees": [fee]}])
    assert [one.field for one in refusals(None, source_record(now, DAY), now)] == ["submission_methods"]
    same = source_record(now, DAY)
    assert list(refusals(same, same, now)) == []


def test_the_archive_keeps_every_version(tmp_path: Path) -> None:
    archive = RecordArchive(tmp_path / "records")
    first = archive.keep(RECORD, raw=PORTAL, file="a.json", read=DAY)
    before = first.read_bytes()
    second = archive.keep(changed(name="Đăng ký khác"), raw=None, file="b.json", read=DAY)
    assert archive.keep(RECORD, raw=None, file="c.json", read=date(2027, 1, 1)) == first != second
    assert first.read_bytes() == before
    assert archive.get(CODE, record_hash(RECORD)) == RECORD and archive.get(CODE, "0" * 12) is None
    first.write_text(before.decode().replace("Đăng ký thử", "Đăng ký x"), encoding="utf-8")
    assert archive.get(CODE, record_hash(RECORD)) is None
