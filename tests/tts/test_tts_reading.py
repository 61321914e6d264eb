"""Reading aloud: the table of cases, and what must hold for any text."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.numbers import DIGIT_WORDS
from contracts.syllables import is_syllable
from tts.reading import ON_CALL, Style, read

_TABLE = Path(__file__).parent / "reading_cases.tsv"
_CASES = [tuple(line.split("\t")) for line in _TABLE.read_text("utf-8").splitlines()[1:]]

_WRITTEN = st.text(st.sampled_from("0123456789./-–:,;%()đĐhgNVTPHSaáêi xX@_&+≤\n\t\"'IVQCk "), max_size=60)
_TEXT = st.one_of(st.text(max_size=60), _WRITTEN)


@pytest.mark.parametrize(("category", "written", "spoken", "accepted"), _CASES, ids=[case[1] for case in _CASES])
def test_a_written_form_is_read_as_the_table_says(category: str, written: str, spoken: str, accepted: str) -> None:
    assert read(written).words in [spoken, *accepted.split("|")]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("từ 8h - 11h30, thứ 2 - thứ 6", "từ tám giờ đến mười một giờ ba mươi, thứ hai đến thứ sáu"),
        ("100.000 đ/hồ sơ/lần", "một trăm nghìn đồng một hồ sơ một lần"),
        ("Công văn 1234/BTP-HTQTCT", "Công văn số một nghìn hai trăm ba mươi tư của Bộ Tư pháp, hát tê quy tê xê tê"),
        ("email motcua@hanoi.gov.vn", "i meo một cửa a còng hà nội chấm gốp chấm vi en"),
        ("dịp 30/4 - 1/5", "dịp ngày ba mươi tháng tư đến ngày một tháng năm"),
        ("cấp II-III", "cấp hai đến ba"),
        ("gọi 113 hoặc 114", "gọi một một ba hoặc một một bốn"),
        (
            "Bác gọi ngay 113 cho công an, 114 khi có cháy, 115 khi cần cấp cứu.",
            "Bác gọi ngay một một ba cho công an, một một bốn khi có cháy, một một năm khi cần cấp cứu.",
        ),
        (
            "115 hộ nghèo, 112 khi cần cứu nạn",
            "một trăm mười lăm hộ nghèo, một một hai khi cần cứu nạn",
        ),
        ("có 113 hồ sơ", "có một trăm mười ba hồ sơ"),
        ("ngõ 12/5 đường Láng", "ngõ mười hai trên năm đường Láng"),
        ("- 02 ảnh 3x4", "hai ảnh ba nhân bốn"),
        ("từ 5% - 10%", "từ năm phần trăm đến mười phần trăm"),
        ("nộp online, scan file", "nộp on lai, sờ can phai"),
        ("điểm b, c khoản 2", "điểm bê, xê khoản hai"),
        ("LÀM GIẤY KHAI SINH", "LÀM GIẤY KHAI SINH"),
        ("3 (2)", "ba, hai"),
        ("điểm d, đ khoản 1", "điểm dê, đê khoản một"),
        ("ii) bản sao", "hai, bản sao"),
        ("Mẫu số 11/ĐK", "Mẫu số mười một đê ca"),
        ("-5 độ", "âm năm độ"),
        ("nhiệt độ −12,5 độ C", "nhiệt độ âm mười hai phẩy năm độ xê"),
        ("từ -5 đến 3°C", "từ âm năm đến ba độ xê"),
        ("lãi suất -2%", "lãi suất âm hai phần trăm"),
        ("âm -5 độ", "âm năm độ"),
        ("- 5 độ tuổi", "năm độ tuổi"),
        ("10 -15 độ", "mười đến mười lăm độ"),
        ("-5 ngày", "năm ngày"),
        ("31/2/2026", "ba mươi mốt trên hai trên hai nghìn không trăm hai mươi sáu"),
        ("ngày 29/2/2025", "ngày hai mươi chín trên hai trên hai nghìn không trăm hai mươi lăm"),
        ("29/2/2024", "ngày hai mươi chín tháng hai năm hai nghìn không trăm hai mươi tư"),
        ("30-2-2026", "ba mươi gạch ngang hai gạch ngang hai nghìn không trăm hai mươi sáu"),
        ("31.2.2026", "ba mươi mốt chấm hai chấm hai nghìn không trăm hai mươi sáu"),
        ("2026-02-31", "hai nghìn không trăm hai mươi sáu gạch ngang không hai gạch ngang ba mươi mốt"),
    ],
)
def test_neighbours_decide(written: str, spoken: str) -> None:
    assert read(written).words == spoken


def test_a_personal_number_is_never_said_whole_on_a_call() -> None:
    words = read("Số căn cước 001090012345 của bác", ON_CALL).words
    assert words == "Số căn cước có ba số cuối là ba bốn năm của bác"


def test_codes_are_grouped_on_a_call() -> None:
    assert read("1.001193", ON_CALL).words == "một chấm, không không một, một chín ba"


def test_the_southern_style() -> None:
    assert read("1.005 đồng", Style(southern=True)).words == "một ngàn không trăm lẻ năm đồng"


def test_decisions_point_at_what_was_written() -> None:
    text = "Lệ phí 8.000 đồng, theo Luật số 91/2025/QH15"
    reading = read(text)
    assert [decision.rule for decision in reading.decisions] == ["money", "law"]
    for decision in reading.decisions:
        assert text[decision.start : decision.end] == decision.written
        assert decision.spoken in reading.words


@given(_TEXT)
@settings(deadline=None, max_examples=300)
def test_any_text_gives_vietnamese_words_and_pauses_only(text: str) -> None:
    for style in (Style(), ON_CALL):
        words = read(text, style).words
        for word in re.findall(r"[^\s,.;:?!\-]+", words):
            assert is_syllable(word), (word, words)


@given(_TEXT)
@settings(deadline=None, max_examples=300)
def test_no_decision_is_lost_and_their_order_is_that_of_the_text(text: str) -> None:
    ends = [0]
    for decision in read(text).decisions:
        assert decision.start >= ends[-1]
        ends.append(decision.end)


@given(st.integers(0, 10**12), st.sampled_from(["{}", "số {}", "{} ngày", "a{}b", "{}/{}", "({})", "mã {}-{}", "{}%"]))
@settings(deadline=None)
def test_no_number_is_dropped(number: int, frame: str) -> None:
    words = read(frame.format(number, number)).words.split()
    said = {word.strip(",.;") for word in words}
    assert said & ({*DIGIT_WORDS, "mười", "nửa", "nghìn", "nhất", "tư", "mốt", "lăm", "đầu"})


@pytest.mark.parametrize("text", ["", " \n\t ", "...", "—", "\u200b", "()[]{}", "🙂"])
def test_nothing_to_say(text: str) -> None:
    assert read(text).words == ""


def test_junk_costs_no_more_than_text() -> None:
    for junk in ("0" * 10_000, "A1-" * 3_000, "x" * 10_000, "1/" * 5_000, "(" * 10_000, "a.b@" * 2_500, ". " * 5_000):
        assert len(read(junk).words) < 120_000
