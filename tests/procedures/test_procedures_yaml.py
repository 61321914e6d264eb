"""A trainer's mistake is named by file, line and field."""

from pathlib import Path

import pytest

from procedures.catalogue import Catalogue
from procedures.errors import ContentFileError

GOOD = """version: 1
code: "1.000001"
name: Thủ tục thử
short_name: thử
aliases:
- làm thử
source: {hash: "0123456789ab"}
facts:
- aspect: fee
  phrase: Phí là 8.000 đồng.
  value: {money: 8000, per: bản}
  source: {field: submission_methods, hash: "0123456789ab"}
  status: unreviewed
"""


def write(folder: Path, text: str, name: str = "thu.yml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_a_good_file_is_read(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    procedure = Catalogue.load(tmp_path).procedures()[0]
    assert (procedure.code, procedure.short_name, procedure.aliases) == ("1.000001", "thử", ("làm thử",))
    assert len(procedure.version) == 12


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("short_name: thử\n", "", "thu.yml:1: short_name: thiếu trường này"),
        ("short_name", "shortname", "thu.yml:1: short_name: thiếu trường này"),
        ("aspect: fee", "aspect: phi", "thu.yml:9: facts.0.aspect: giá trị không nằm trong danh sách"),
        ("Phí là 8.000 đồng.", "Phí là 9.000 đồng.", "thu.yml:9: facts.0: câu nói không có giá trị đã ghi: 8000"),
        ("money: 8000, per: bản", "money: 8000, time: 3", "thu.yml:11: facts.0.value: cần đúng một trong"),
        ("money: 8000, per: bản", "money: nhiều", r"thu.yml:11: facts.0.value.money: giá trị không hợp lệ"),
        ("status: unreviewed", "status: sayable", "thu.yml:9: facts.0: đã duyệt thì phải ghi reviewer"),
        (
            "status: unreviewed",
            "status: unreviewed\n  ward_office: công an",
            "thu.yml:14: facts.0.ward_office: giá trị không",
        ),
        (
            "status: unreviewed",
            "status: unreviewed\n  ward_office: công an phường, xã",
            "thu.yml:9: facts.0: ward_office chỉ đi với aspect place",
        ),
        ("status: unreviewed", "status: qualified", "thu.yml:9: facts.0: status qualified cần có limitation"),
        ('code: "1.000001"', "code: 1.1", "thu.yml:2: code: không đúng dạng"),
        ("version: 1", "version: 2", "thu.yml:1: version: giá trị không nằm trong danh sách"),
        ("name: Thủ tục thử", "name: ''", "thu.yml:3: name: không được để trống"),
        ("- làm thử", "- làm thử\n- Làm thử", "thu.yml:7: aliases.1: tên gọi lặp lại"),
        ("short_name: thử", "short_name: thử\nshort_name: hai", "thu.yml:5: short_name: khóa lặp lại"),
        ("name: Thủ tục thử", "name: Thủ tục thử\n  x: [", "thu.yml:4: không phải YAML hợp lệ"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ContentFileError) as caught:
        Catalogue.load(tmp_path)
    assert str(caught.value).startswith(complaint.split("'")[0])


@pytest.mark.parametrize(
    ("data", "complaint"),
    [(b"", "tệp trống"), (b"\xff\xfe\x00", "không phải chữ UTF-8"), (b"[1]", "phải là danh sách khóa")],
)
def test_files_that_are_no_content(tmp_path: Path, data: bytes, complaint: str) -> None:
    (tmp_path / "thu.yml").write_bytes(data)
    with pytest.raises(ContentFileError, match=complaint):
        Catalogue.load(tmp_path)


def test_one_code_twice_on_one_day_is_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD, "thu2.yml")
    with pytest.raises(ContentFileError, match=r"thu2\.yml:2: code: đã có trong thu\.yml"):
        Catalogue.load(tmp_path)


OTHER = (
    GOOD.replace("1.000001", "1.000002")
    .replace("Thủ tục thử", "Thủ tục hai")
    .replace("short_name: thử", "short_name: hai")
)


@pytest.mark.parametrize(
    ("first", "second", "complaint"),
    [
        ("- làm thử", "- làm hai", ""),
        ("- Làm  THỬ", "- làm thử", "thu2.yml:6: aliases.0: tên gọi 'làm thử' của 1.000002 (hai) {}"),
        ("- làm thử", "- thử", "thu2.yml:6: aliases.0: tên gọi 'thử' của 1.000002 (hai) {}"),
        ("- làm thử", "- thủ tục thử", "thu2.yml:6: aliases.0: tên gọi 'thủ tục thử' của 1.000002 (hai) {}"),
        ("- hai", "- làm hai", "thu.yml:6: aliases.0: tên gọi 'hai' của 1.000001 (thử) {}"),
    ],
)
def test_one_name_of_two_procedures_is_refused(tmp_path: Path, first: str, second: str, complaint: str) -> None:
    """With the file and line of the one to be changed, and both procedures."""
    write(tmp_path, GOOD.replace("- làm thử", first))
    write(tmp_path, OTHER.replace("- làm thử", second), "thu2.yml")
    if not complaint:
        assert len(Catalogue.load(tmp_path).procedures()) == 2
        return
    with pytest.raises(ContentFileError) as caught:
        Catalogue.load(tmp_path)
    owner = "1.000001 (thử, tệp thu.yml)" if complaint.startswith("thu2") else "1.000002 (hai, tệp thu2.yml)"
    assert str(caught.value) == complaint.format(f"đã là tên của {owner}")


def test_one_short_name_of_two_procedures_is_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, OTHER.replace("short_name: hai", "short_name: Thử").replace("- làm thử", "- làm hai"), "thu2.yml")
    with pytest.raises(ContentFileError, match=r"thu2\.yml:4: short_name: tên gọi 'Thử' của 1\.000002"):
        Catalogue.load(tmp_path)


ASKING = (
    GOOD
    + """- aspect: fee
  case: làm gấp
  phrase: Làm gấp thì phí là 20.000 đồng.
  source: {field: submission_methods, hash: "0123456789ab"}
  status: unreviewed
questions:
- aspects: [fee]
  ask: Bác có cần lấy ngay không ạ?
  answers:
  - {case: làm gấp, words: [có, lấy ngay]}
  - {case: "", words: [không]}
"""
)


def test_a_question_that_tells_cases_apart_is_read(tmp_path: Path) -> None:
    write(tmp_path, ASKING)
    question = Catalogue.load(tmp_path).procedures()[0].questions[0]
    assert question.cases == ("làm gấp", "")
    assert question.answers[0].words == ("có", "lấy ngay")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("words: [không]", "words: [Có]", "thu.yml:20: questions.0: hai câu trả lời có chung chữ 'có'"),
        ('case: "", words', "case: làm gấp, words", "thu.yml:20: questions.0: hai câu trả lời dẫn tới cùng một"),
        ("không ạ?", "không ạ", "thu.yml:20: questions.0: ask phải là câu hỏi"),
        ("{case: làm gấp,", "{case: làm từ từ,", "thu.yml:23: questions.0.answers.0.case: không có điều nào của fee"),
        ('  - {case: "", words: [không]}\n', "", "thu.yml:20: questions.0: answers: cần ít nhất hai"),
    ],
)
def test_mistakes_of_questions_are_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in ASKING
    write(tmp_path, ASKING.replace(old, new, 1))
    with pytest.raises(ContentFileError) as caught:
        Catalogue.load(tmp_path)
    assert complaint in str(caught.value)
