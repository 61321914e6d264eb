from datetime import UTC, datetime

from calls.journal.masked import masked
from contracts.call_event import CallEvent, Value


def event(fields: dict[str, Value], *personal: str) -> CallEvent:
    return CallEvent(
        call_id="c1",
        sequence=0,
        sample=0,
        utc=datetime(2026, 1, 1, tzinfo=UTC),
        bundle_id="b",
        kind="turn.heard",
        fields=fields,
        personal=personal,
    )


def test_numbers_of_persons_are_not_kept() -> None:
    fields: dict[str, Value] = {
        "caller": "0901234567",
        "text": "căn cước của tôi là 001099012345, không chín không một hai ba bốn năm sáu bảy",
        "nbest": [{"text": "số 0901234567", "confidence": 0.5}],
        "ms": 1234567890,
    }
    kept = masked(event(fields, "caller", "text", "nbest"))
    words = str([kept.fields[name] for name in ("caller", "text", "nbest")])
    assert "001099012345" not in words and "0901234567" not in words and "không một hai ba bốn" not in words
    assert "căn cước của tôi" in words and kept.fields["ms"] == 1234567890
    assert kept.personal == ("caller", "text", "nbest")


def test_what_is_not_personal_stays() -> None:
    one = event({"reason": "asked", "ms": 12})
    assert masked(one) is one


def test_money_and_days_stay() -> None:
    text = "lệ phí 100.000 đồng, trả ngày 24/11/2026 theo Nghị định 123/2015/NĐ-CP"
    assert masked(event({"text": text}, "text")).fields["text"] == text
