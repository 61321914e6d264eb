"""A handoff packet survives its JSON, has no readable personal number anywhere, and fits into a header."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.acts import HandoffReason, Source
from contracts.handoff import REASON_WORDS, SUMMARY_LIMIT, Answered, Asked, Doubt, DoubtKind, HandoffPacket, PacketError

STARTED = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PACKET = HandoffPacket(
    call_id="1795519611.0",
    caller="0901234678",
    started=STARTED,
    duration_s=42.5,
    reason=HandoffReason.CALLER_ASKED,
    asked=(
        Asked(
            text="làm giấy khai sinh, số tôi là không chín không một hai ba bốn sáu bảy tám",
            intent="ask",
            aspects=("documents",),
            procedures=("đăng ký khai sinh",),
            acceptance=0.9,
        ),
    ),
    answered=(
        Answered(text="Bác cần giấy chứng sinh.", sources=(Source(code="1.001193", version="ab", as_of="2026-11-24"),)),
    ),
    doubts=(Doubt(kind=DoubtKind.REJECTED, text="Bác hỏi về kết hôn phải không ạ?"),),
)


def test_it_survives_json() -> None:
    assert HandoffPacket.from_json(PACKET.to_json()) == PACKET


def test_no_number_can_be_read_in_it() -> None:
    text = PACKET.to_json()
    assert PACKET.caller == "09xxxxx678"
    assert "0901234678" not in text and "một hai ba" not in text
    assert "1.001193" in text


def test_the_summary_is_one_line_that_says_why_what_and_how_it_was_answered() -> None:
    assert PACKET.summary() == (
        "Lý do chuyển: người gọi muốn gặp cán bộ. "
        "Hỏi: làm giấy khai sinh, số tôi là 09xxxxx678 (đăng ký khai sinh). "
        "Đã trả lời: Bác cần giấy chứng sinh. [1.001193]. "
        "Chưa chắc: người gọi nói không phải: Bác hỏi về kết hôn phải không ạ?."
    )


def test_the_summary_of_nothing() -> None:
    nothing = HandoffPacket(call_id="1", caller="", started=STARTED)
    assert nothing.summary() == "Hỏi: chưa rõ. Đã trả lời: chưa."


@given(st.lists(st.text(max_size=400), max_size=5), st.sampled_from(HandoffReason), st.text(max_size=300))
def test_any_summary_is_one_line_that_fits(texts: list[str], reason: HandoffReason, answer: str) -> None:
    packet = HandoffPacket(
        call_id="1",
        caller="",
        started=STARTED,
        reason=reason,
        asked=tuple(Asked(text=text, intent="ask", acceptance=0.5) for text in texts),
        answered=(Answered(text=answer),),
        doubts=tuple(Doubt(kind=DoubtKind.NOT_UNDERSTOOD, text=text) for text in texts),
    )
    summary = packet.summary()
    assert len(quote(summary, safe="")) <= SUMMARY_LIMIT
    assert len(summary.splitlines()) == 1


def test_every_reason_has_words() -> None:
    assert {reason.value for reason in HandoffReason} <= set(REASON_WORDS)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "[]",
        "{}",
        json.dumps(json.loads(PACKET.to_json()) | {"reason": "because"}),
        json.dumps(json.loads(PACKET.to_json()) | {"started": "today"}),
        json.dumps(json.loads(PACKET.to_json()) | {"started": "2026-11-24"}),
        json.dumps(json.loads(PACKET.to_json()) | {"asked": [1]}),
        json.dumps(json.loads(PACKET.to_json()) | {"doubts": [{"kind": "x", "text": ""}]}),
        json.dumps(json.loads(PACKET.to_json()) | {"duration_s": True}),
    ],
)
def test_what_is_no_packet_is_refused(wrong: str) -> None:
    with pytest.raises(PacketError):
        HandoffPacket.from_json(wrong)
