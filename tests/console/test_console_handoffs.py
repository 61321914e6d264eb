"""The page of a call that is handed over, and the numbers of callers who could not wait."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from console_rig import rig, token_of

from calls.call_backs import CallBack, CallBacks
from calls.packets.files import KeptPacket, PacketFiles
from console.users import Role
from contracts.acts import HandoffReason, Source
from contracts.handoff import Answered, Asked, Doubt, DoubtKind, HandoffPacket

CALL = "1795519611.0"
KEY = "abc_-9"
PACKET = HandoffPacket(
    call_id=CALL,
    caller="0901234678",
    started=datetime(2026, 11, 24, 3, tzinfo=UTC),
    duration_s=83.0,
    reason=HandoffReason.CALLER_ASKED,
    asked=(
        Asked(text="làm giấy khai sinh", intent="ask", procedures=("đăng ký khai sinh",), acceptance=0.93),
        Asked(text="<script>alert('x')</script> & hết", intent="ask", acceptance=0.31),
    ),
    answered=(
        Answered(
            text="Bác cần giấy chứng sinh.",
            sources=(Source(code="1.001193", version="ab12cd", as_of="2026-11-24"),),
            cut=True,
        ),
    ),
    doubts=(Doubt(kind=DoubtKind.REJECTED, text="Bác hỏi về kết hôn phải không ạ?"),),
)


def keep(folder: Path, packet: HandoffPacket = PACKET) -> None:
    PacketFiles(folder / "handoffs").write(KeptPacket(packet=packet, key=KEY))


def leave_number(folder: Path, call_id: str, number: str, at: int) -> None:
    (folder / "call_backs").mkdir(exist_ok=True)
    text = json.dumps({"call_id": call_id, "number": number, "at": at, "reason": "fault"})
    (folder / "call_backs" / f"{call_id}.json").write_text(text, "utf-8")


async def test_the_page_tells_a_person_without_a_session_what_is_known(tmp_path: Path) -> None:
    keep(tmp_path)
    async with rig(tmp_path) as site:
        browser = await site.browser()
        answer = await browser.get(f"/handoff/{CALL}", params={"key": KEY})
        assert answer.status_code == 200
        for words in (
            "Người gọi muốn gặp cán bộ", "09xxxxx678", "1 phút 23 giây", "đăng ký khai sinh", "93 %", "1.001193",
            "2026-11-24", "người gọi nói không phải", "bị ngắt lời", "&lt;script&gt;",
        ):  # fmt: skip
            assert words in answer.text, words
        assert "<script>alert" not in answer.text and KEY not in answer.text
        found = await browser.get(f"/handoff/{CALL}.json", params={"key": KEY})
        assert HandoffPacket.from_json(found.text) == PACKET
        assert [line["call_id"] for line in site.audit()] == [CALL, CALL]


async def test_a_packet_in_which_nothing_is_known(tmp_path: Path) -> None:
    keep(tmp_path, HandoffPacket(call_id=CALL, caller="", started=PACKET.started))
    async with rig(tmp_path) as site:
        answer = await (await site.browser()).get(f"/handoff/{CALL}", params={"key": KEY})
        assert answer.status_code == 200 and "giấu số" in answer.text and "Chưa hỏi gì" in answer.text


@pytest.mark.parametrize("path", [f"/handoff/{CALL}", f"/handoff/{CALL}.json"])
async def test_a_wrong_key_opens_nothing(tmp_path: Path, path: str) -> None:
    keep(tmp_path)
    async with rig(tmp_path) as site:
        browser = await site.browser()
        for key in ("", "abc", KEY + "x", "ờ"):
            assert (await browser.get(path, params={"key": key})).status_code == 404
        for other in ("/handoff/1.1", "/handoff/..%2Fusers", "/handoff/%00", "/handoff/" + "x" * 200):
            assert (await browser.get(other, params={"key": KEY})).status_code == 404
        assert site.audit() == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
async def test_numbers_are_listed_and_removed_when_called(tmp_path: Path, role: Role) -> None:
    leave_number(tmp_path, "2.2", "0912345679", 1_800_000_200)
    leave_number(tmp_path, "1.1", "0901234678", 1_800_000_000)
    async with rig(tmp_path, users={"lan": role}) as site:
        browser = await site.signed_in("lan")
        listed = (await browser.get("/call-backs.json")).json()
        assert [one["number"] for one in listed] == ["0901234678", "0912345679"]
        shown = await browser.get("/call-backs")
        assert "0901234678" in shown.text and "tổng đài tự động gặp lỗi" in shown.text
        assert (await browser.post("/call-backs/1.1/done", data={"csrf": "x"})).status_code == 403
        done = await browser.post("/call-backs/1.1/done", data={"csrf": token_of(shown.text)})
        assert (done.status_code, done.headers["location"]) == (303, "/call-backs")
        assert [one["call_id"] for one in (await browser.get("/call-backs.json")).json()] == ["2.2"]
        last = site.audit()[-1]
        assert (last["user"], last["action"], last["call_id"]) == ("lan", "called_back", "1.1")
        assert "0901234678" not in json.dumps(site.audit())


async def test_who_left_a_number_in_a_chat_is_called_by_name(tmp_path: Path) -> None:
    asked = "Hỏi: lệ phí đăng ký khai sinh. <script>alert(1)</script>"
    left = CallBack(
        call_id="chat-1f", number="0901234678", at=PACKET.started, reason="no_source", name="Lan <b>", about=asked
    )
    call_backs = CallBacks(tmp_path / "call_backs")
    call_backs.keep(left)
    assert call_backs.all() == [left]
    (file,) = call_backs.folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    async with rig(tmp_path) as site:
        shown = (await (await site.signed_in("hoa")).get("/call-backs")).text
        assert "Lan &lt;b&gt;" in shown and "lệ phí đăng ký khai sinh" in shown and "<script>alert" not in shown
    for wrong in (replace(left, number="113"), replace(left, call_id="../users")):
        with pytest.raises(ValueError):
            call_backs.keep(wrong)


async def test_numbers_are_for_those_who_call_back(tmp_path: Path) -> None:
    leave_number(tmp_path, "1.1", "0901234678", 1_800_000_000)
    async with rig(tmp_path, users={"lan": Role.TRAINER}) as site:
        assert (await (await site.browser()).get("/call-backs")).status_code == 303
        browser = await site.signed_in("lan")
        assert (await browser.get("/call-backs")).status_code == 403
        assert (await browser.get("/call-backs.json")).status_code == 403


def test_damaged_files_hide_no_other(tmp_path: Path) -> None:
    leave_number(tmp_path, "1.1", "0901234678", 1_800_000_000)
    leave_number(tmp_path, "1.2", "<b>", 1_800_000_000)
    for number, text in enumerate(("", "{", "[]", "{}", '{"number": "0901234678", "at": 1e300, "reason": ""}')):
        (tmp_path / "call_backs" / f"9.{number}.json").write_text(text, "utf-8")
    call_backs = CallBacks(tmp_path / "call_backs")
    assert [one.call_id for one in call_backs.all()] == ["1.1"]
    assert not call_backs.remove("../users") and not call_backs.remove("7.7")
    assert call_backs.remove("1.1") and call_backs.all() == []
    assert CallBacks(tmp_path / "none").all() == []
