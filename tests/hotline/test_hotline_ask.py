"""Questions in text: what comes out for each line that goes in."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Command

FIELDS = ["id", "behaviour", "qualified", "procedure_codes", "aspects", "acceptance", "says", "sources", "ms"]
PAPERS = "cho tôi hỏi làm giấy khai sinh cho con thì cần những giấy tờ gì"
BEHAVIOURS = {"answer", "clarify", "handoff", "out_of_scope", "dialogue"}


def batch(folder: Path, *records: Any) -> Path:
    file = folder / "hỏi.jsonl"
    file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in records), "utf-8")
    return file


def test_a_question_is_answered_with_its_source(tongdai: Command) -> None:
    ran = tongdai("ask", "--json", "--as-of", "2026-11-24", PAPERS)
    (answer,) = ran.lines
    assert ran.status == 0 and list(answer) == FIELDS
    assert (answer["id"], answer["behaviour"]) == (None, "answer")
    assert answer["procedure_codes"] == ["1.001193"] and answer["aspects"] == ["documents"]
    assert 0.6 <= answer["acceptance"] <= 1 and answer["ms"] > 0
    assert "giấy chứng sinh" in answer["says"][0]
    (source,) = answer["sources"]
    assert source["code"] == "1.001193" and source["as_of"] == "2026-11-24" and source["version"]
    plain = tongdai("ask", "--as-of", "2026-11-24", PAPERS)
    assert plain.out.splitlines() == answer["says"]


def test_a_batch_of_every_kind(tongdai: Command, tmp_path: Path) -> None:
    junk = ["", "   ", "!!! 😀 ???", "a" * 5000, "SELECT * FROM x; --", "\u0000\ud800", "một " * 500, "12345"]
    records = [
        {"id": "a", "text": PAPERS},
        "",
        {"id": 2, "nbest": [{"text": PAPERS, "confidence": 0.6}, {"text": "làm giấy khai tử", "confidence": 0.1}]},
        {"text": "cho tôi gặp cán bộ"},
        *({"id": f"junk {at}", "text": text} for at, text in enumerate(junk)),
        {"id": "nothing heard", "nbest": [{"text": "", "confidence": 0.0}]},
    ]
    ran = tongdai("ask", "--json", "--batch", batch(tmp_path, *records))
    assert ran.status == 0 and "Traceback" not in ran.err
    answers = ran.lines
    assert [list(answer) for answer in answers] == [FIELDS] * (len(records) - 1)
    assert [answer["id"] for answer in answers[:3]] == ["a", 2, None]
    assert {answer["behaviour"] for answer in answers} <= BEHAVIOURS
    assert answers[0]["says"] == answers[1]["says"]
    assert answers[2]["behaviour"] == "handoff" and not answers[2]["sources"]
    for answer in answers[3:]:
        assert answer["behaviour"] != "answer" and answer["says"]


def test_standard_input_is_a_batch(tongdai: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"id": "\\ud800", "text": "lệ phí"}\n'))
    ran = tongdai("ask", "--json", "--batch", "-")
    assert ran.status == 0 and ran.lines[0]["id"] == "\ud800"


def test_a_day_before_all_that_is_known_is_not_answered(tongdai: Command) -> None:
    (line,) = tongdai("ask", "--json", "--as-of", "1999-01-01", PAPERS).lines
    assert line["behaviour"] == "handoff" and line["sources"] == []
    assert "trước ngày đó" in line["says"][0]


@pytest.mark.parametrize("text", ["tôi muốn tố cáo cán bộ", "tôi muốn gửi đơn khiếu nại", "phản ánh thái độ cán bộ"])
def test_a_complaint_goes_to_a_person(tongdai: Command, text: str) -> None:
    (line,) = tongdai("ask", "--json", text).lines
    assert line["behaviour"] == "handoff" and "nối máy cho cán bộ" in line["says"][0]


def test_an_empty_batch_asks_nothing(tongdai: Command, tmp_path: Path) -> None:
    ran = tongdai("ask", "--json", "--batch", batch(tmp_path))
    assert (ran.status, ran.out) == (0, "")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ({"id": 1}, "needs text, or nbest"),
        ({"text": 5}, "needs text, or nbest"),
        ({"nbest": []}, "needs text, or nbest"),
        ({"nbest": ["a"]}, r"nbest[0]: needs text and a confidence from 0 to 1"),
        ({"nbest": [{"text": "a", "confidence": True}]}, "nbest[0]: needs text"),
        ({"nbest": [{"text": "a", "confidence": -5}]}, "nbest[0]: needs text"),
        ({"nbest": [{"text": "a", "confidence": 1}, {"text": "b"}]}, "nbest[1]: needs text"),
        ({"nbest": [{"text": None, "confidence": 1}]}, "nbest[0]: needs text"),
        ('{"nbest": [{"text": "a", "confidence": NaN}]}', "nbest[0]: needs text"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_asked(tongdai: Command, tmp_path: Path, line: Any, message: str) -> None:
    file = batch(tmp_path, {"text": PAPERS}, line)
    ran = tongdai("ask", "--batch", file)
    assert ran.status == 2 and ran.err.startswith(f"tongdai: {file}:2: ") and message in ran.err and not ran.out


def test_what_is_no_text_is_named(tongdai: Command, tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b'{"text": "\xff"}')
    ran = tongdai("ask", "--json", "--batch", file)
    assert ran.status == 2 and "not UTF-8 text (byte 10)" in ran.lines[0]["error"]["message"]
    assert tongdai("ask", "--batch", tmp_path).status == 2
