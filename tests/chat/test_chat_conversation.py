"""What a chat answers: the hotline's own answers, with choices, and a contact where a person is to answer."""

import json
import logging
from dataclasses import replace

import pytest
from chat_rig import BIRTH, BROKEN, BYE, CONTENT, FEE, NOW, PAPERS, PHONE, Rig, chatting, keys, parts_of

from calls.journal.masked import masked
from contracts.meaning import Aspect
from contracts.on_air import Bulletin, OnAir, Stop

WRONG_CONTACTS: list[tuple[dict[str, object], str]] = [
    ({"phone": "113", "consent": True}, "phone"),
    ({"consent": True}, "phone"),
    ({"phone": PHONE, "consent": False}, "consent"),
    ({"phone": PHONE}, "consent"),
    ({"phone": PHONE, "consent": "yes"}, "consent"),
    ({"phone": PHONE, "consent": True, "name": "x" * 81}, "name"),
]


async def test_a_question_is_answered_with_its_source_and_what_may_come_next(chat: Rig) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        assert "trợ lý tự động" in talk.begun["says"][0] and keys(talk.begun) == ["0"]
        answer = await talk.says(text=f"  {PAPERS}\n")
        assert answer["behaviour"] == "answer" and answer["procedure_codes"] == [BIRTH]
        assert answer["aspects"] == ["documents"] and not answer["qualified"]
        assert "giấy chứng sinh" in answer["says"][0]
        (source,) = answer["sources"]
        assert (source["code"], source["as_of"]) == (BIRTH, "2026-11-24") and source["version"]
        assert keys(answer) == ["yes", "no", "0"]
        assert answer["handoff"] is None and answer["ended"] is False
        more = await talk.says(choice="yes")
        assert "chứng sinh thì nộp" in more["says"][0]
        assert chat.interpreter.asked == [PAPERS]


async def test_only_what_is_offered_now_can_be_chosen(chat: Rig) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        for choice in ("yes", 1, "9", ""):
            answer = await talk.post(choice=choice)
            assert (answer.status_code, answer.json()["field"]) == (422, "choice")
        assert (await talk.says(choice=0))["handoff"] == {"reason": "caller_asked"}


async def test_who_wants_a_person_leaves_a_number_and_goes_on(chat: Rig) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        early = await talk.contact(phone=PHONE, consent=True)
        assert early.status_code == 409
        await talk.says(text=FEE)
        answer = await talk.says(choice="0")
        assert answer["behaviour"] == "handoff" and "để lại số điện thoại" in answer["says"][0]
        assert "nối máy" not in json.dumps(answer, ensure_ascii=False)
        for wrong, field in WRONG_CONTACTS:
            refused = await talk.contact(**wrong)
            assert (refused.status_code, refused.json()["field"]) == (422, field), wrong
        assert chat.call_backs.all() == []
        left = await talk.contact(phone="+84 901 234 567", name="  Lan\n\x07Anh ", consent=True)
        assert (left.status_code, left.json()) == (200, {"kept": True, "phone": "09xxxxx567"})
        (kept,) = chat.call_backs.all()
        assert (kept.number, kept.name, kept.reason, kept.at) == (PHONE, "Lan Anh", "caller_asked", NOW)
        assert "lệ phí" in kept.about
        assert (await talk.says(text=PAPERS))["behaviour"] == "answer"
        assert PHONE not in "".join(event.to_json() for event in chat.events)


async def test_a_disk_that_takes_no_contact_is_told(chat: Rig) -> None:
    (chat.folder / "call_backs").write_text("not a folder", "utf-8")
    async with chat.client() as client:
        talk = await chatting(client)
        await talk.says(choice="0")
        refused = await talk.contact(phone=PHONE, consent=True)
        assert refused.status_code == 503 and refused.headers["retry-after"]
        assert PHONE not in refused.text


async def test_goodbye_ends_the_chat(chat: Rig) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        answer = await talk.says(text=BYE)
        assert answer["ended"] and answer["choices"] == []
        assert (await talk.post(text=PAPERS)).status_code == 404
        assert chat.kinds[-1] == "call.ended" and len(chat.sessions) == 0


async def test_a_stop_counts_for_a_chat_that_goes_on(chat: Rig) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        assert (await talk.says(text=PAPERS))["behaviour"] == "answer"
        bulletin = Bulletin(id="b", text="Hôm nay phường nghỉ buổi chiều.")
        chat.sessions.put_on_air(OnAir(stops=(Stop(code=BIRTH, aspect=Aspect.DOCUMENTS),), bulletins=(bulletin,)))
        told = await talk.says(text=PAPERS)
        assert told["handoff"] == {"reason": "no_source"} and "phường nghỉ" in told["says"][0]
        assert (await talk.says(text=FEE))["behaviour"] == "answer"
        assert "on_air.changed" in chat.kinds
        later = await chatting(client)
        assert (await later.says(text=PAPERS))["handoff"] == {"reason": "no_source"}


async def test_a_chat_keeps_the_content_with_which_it_began(chat: Rig) -> None:
    async with chat.client() as client:
        before = await chatting(client)
        words = {**CONTENT.responses.texts, "anything_else": "Bác hỏi gì nữa không?", "greeting_demo": "Chào bác."}
        changed = replace(CONTENT, bundle_id="next", responses=replace(CONTENT.responses, texts=words))
        chat.parts = parts_of(changed, chat.interpreter)
        after = await chatting(client)
        assert after.begun["says"] == ["Chào bác."]
        assert (await before.says(text=FEE))["says"][-1] == CONTENT.responses.text("anything_else")
        assert (await after.says(text=FEE))["says"][-1] == "Bác hỏi gì nữa không?"
        assert {event.bundle_id for event in chat.events} == {CONTENT.bundle_id, "next"}


async def test_a_fault_is_a_matter_for_a_person(chat: Rig, caplog: pytest.LogCaptureFixture) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        answer = await talk.says(text=BROKEN)
        assert answer["handoff"] == {"reason": "fault"} and answer["says"]
        assert "fault" in chat.kinds and any(line.message == "chat fault" for line in caplog.records)
        assert (await talk.contact(phone=PHONE, consent=True)).status_code == 200
        assert (await talk.says(text=PAPERS))["behaviour"] == "answer"


async def test_what_is_written_is_journalled_masked_and_never_logged(
    chat: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    secret = "số tôi là 0912345678 căn cước 001099012345"
    async with chat.client() as client:
        talk = await chatting(client)
        await talk.says(text=secret)
    session = talk.begun["session"]
    lines = [masked(event).to_json() for event in chat.events]
    assert chat.kinds[:2] == ["call.started", "say.started"] and "turn.heard" in chat.kinds
    assert not [line for line in lines if "0912345678" in line or "001099012345" in line or session in line]
    assert [event.sequence for event in chat.events] == list(range(len(lines)))
    assert all(event.call_id.startswith("chat-") for event in chat.events)
    ours = [line.getMessage() for line in caplog.records if not line.name.startswith("httpx")]
    assert not [line for line in ours if "091" in line or "căn cước" in line]
