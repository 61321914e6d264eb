"""What is refused, with which status, and that the field is named."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chat_rig import PAPERS, PHONE, Rig, chatting, keys

from chat.contact import phone_number
from chat.errors import FieldRefused
from chat.rate_limit import customer
from chat.service import CONTACTS, MESSAGES, OPENING
from chat.sessions import IDLE_S, SWEEP_EVERY_S, TURNS

LONG = "a" * 1001


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": LONG}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({}, "text"),
        ({"text": 5}, "text"),
        ({"text": None, "choice": None}, "text"),
        ({"text": "a", "choice": "0"}, "choice"),
        ({"choice": "x" * 21}, "choice"),
        ({"choice": [1]}, "choice"),
        ({"text": "a", "texts": "b"}, "texts"),
        ([], "body"),
    ],
)
async def test_a_wrong_message_names_its_field(chat: Rig, body: object, field: str) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        answer = await client.post(f"{talk.url}/messages", json=body)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert answer.json()["detail"] and LONG not in answer.text
        assert chat.interpreter.asked == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"text": "\\ud800"}', b"null", b'{"text": NaN}'])
async def test_what_is_no_message_is_refused(chat: Rig, content: bytes) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        answer = await client.post(
            f"{talk.url}/messages", content=content, headers={"content-type": "application/json"}
        )
        assert answer.status_code in (400, 422) and chat.interpreter.asked == []


async def test_what_is_too_long_is_not_even_read(chat: Rig) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    async with chat.client() as client:
        talk = await chatting(client)
        for body in (json.dumps({"text": "a" * 100_000}).encode(), parts()):
            answer = await client.post(f"{talk.url}/messages", content=body)
            assert (answer.status_code, answer.json()["field"]) == (413, "body")
        assert chat.interpreter.asked == []


async def test_a_session_is_over_after_half_an_hour_of_silence(chat: Rig) -> None:
    async with chat.client() as client, chat.app.router.lifespan_context(chat.app):
        talk = await chatting(client)
        await chat.clock.advance(IDLE_S - 1)
        await talk.says(text=PAPERS)
        await chat.clock.advance(IDLE_S - 1)
        await talk.says(text=PAPERS)
        await chat.clock.advance(IDLE_S)
        gone = await talk.post(text=PAPERS)
        assert (gone.status_code, gone.json()["field"]) == (404, "session")
        await chat.clock.advance(SWEEP_EVERY_S)
        assert len(chat.sessions) == 0 and chat.kinds[-1] == "call.ended"


async def test_ids_cannot_be_guessed(chat: Rig) -> None:
    async with chat.client() as client:
        ids = {(await chatting(client)).begun["session"] for _ in range(10)}
        assert len(ids) == 10 and min(len(one) for one in ids) >= 32
        for wrong in ("x", "x" * 32, "chat-" + "0" * 16, "%00", "..%2f"):
            assert (await client.post(f"/api/chat/sessions/{wrong}/messages", json={"text": "a"})).status_code == 404


async def test_one_chat_is_asked_to_slow_down(chat: Rig) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        for _ in range(TURNS.burst):
            assert (await talk.post(text="a")).status_code == 200
        slow = await talk.post(text="a")
        assert slow.status_code == 429 and int(slow.headers["retry-after"]) == TURNS.each_s
        assert (await (await chatting(client)).post(text="a")).status_code == 200
        await chat.clock.advance(TURNS.each_s)
        assert (await talk.post(text="a")).status_code == 200


async def test_an_address_is_asked_to_slow_down(chat: Rig) -> None:
    async with chat.client() as client, chat.client("192.0.2.2") as other:
        talk = await chatting(client)
        for _ in range(OPENING.burst - 1):
            await chatting(client)
        slow = await client.post("/api/chat/sessions")
        assert slow.status_code == 429 and int(slow.headers["retry-after"]) == OPENING.each_s
        await chatting(other)
        statuses = [
            (await client.post(f"/api/chat/sessions/{number}/messages", json={"text": "a"})).status_code
            for number in range(MESSAGES.burst + 1)
        ]
        assert statuses == [404] * MESSAGES.burst + [429]
        assert (await talk.post(text="a")).status_code == 429


async def test_an_address_leaves_few_contacts(chat: Rig) -> None:
    async with chat.client() as client:
        talk = await chatting(client)
        await talk.says(choice="0")
        for _ in range(CONTACTS.burst):
            assert (await talk.contact(phone=PHONE, consent=True)).status_code == 200
        assert (await talk.contact(phone=PHONE, consent=True)).status_code == 429


async def test_there_is_a_bound_on_chats(tmp_path: Path) -> None:
    chat = Rig(folder=tmp_path, most=2)
    async with chat.client() as client:
        await chatting(client)
        await chatting(client)
        full = await client.post("/api/chat/sessions")
        assert full.status_code == 503 and full.headers["retry-after"] and full.json()["detail"]
        await chat.clock.advance(IDLE_S)
        assert keys((await chatting(client)).begun) == ["0"]


async def test_no_cookies_no_other_origins_and_nothing_of_others_in_the_page(chat: Rig) -> None:
    async with chat.client() as client:
        for path in ("/chat", "/chat/static/chat.js", "/chat/static/chat.css", "/healthz"):
            answer = await client.get(path, headers={"origin": "https://elsewhere.example"})
            assert answer.status_code == 200, path
            assert "set-cookie" not in answer.headers and "access-control-allow-origin" not in answer.headers
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        asked = await client.options("/api/chat/sessions", headers={"access-control-request-method": "POST"})
        assert asked.status_code == 405
        shown = (await client.get("/chat")).text
        assert 'lang="vi"' in shown and "Trợ lý tự động" in shown and 'role="log"' in shown and "tel:115" in shown
        assert "http://" not in shown and "https://" not in shown and " style=" not in shown and "onclick" not in shown


async def test_the_api_is_described(chat: Rig) -> None:
    async with chat.client() as client:
        described = (await client.get("/api/chat/openapi.json")).json()
        assert set(described["paths"]) == {
            "/api/chat/sessions",
            "/api/chat/sessions/{session}/messages",
            "/api/chat/sessions/{session}/contact",
        }
        answers = described["paths"]["/api/chat/sessions/{session}/messages"]["post"]["responses"]
        assert {"200", "404", "413", "422", "429"} <= set(answers)
        assert "/api/chat/ws" in described["info"]["description"]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0901234567", "0901234567"),
        (" 090-123.45 67 ", "0901234567"),
        ("+84901234567", "0901234567"),
        ("0084 (0) 901234567", "0901234567"),
        ("024 3912 3456", "02439123456"),
        ("０９０１２３４５６７", "0901234567"),
        ("0101234567", ""),
        ("090123456", ""),
        ("09012345678", ""),
        ("113", ""),
        ("", ""),
        ("0901234567 hoặc 0901234568", ""),
        ("٠٩٠١٢٣٤٥٦٧", ""),
        ("0901234567; rm", ""),
    ],
)
def test_telephone_numbers(written: str, number: str) -> None:
    if number:
        assert phone_number(written) == number
        return
    with pytest.raises(FieldRefused) as refused:
        phone_number(written)
    assert refused.value.field == "phone"


def test_a_network_counts_as_one_customer() -> None:
    assert customer("2001:db8:1:2::1") == customer("2001:db8:1:2:ffff::9") != customer("2001:db8:1:3::1")
    assert customer("::ffff:192.0.2.1") == customer("192.0.2.1") != customer("192.0.2.2")
    assert customer("") == "" and customer("unix") == "unix"
