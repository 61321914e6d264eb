"""For the person who takes a call over: a page about it, and the numbers of callers who could not wait."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel

from calls.call_backs import CallBack, CallBacks
from calls.packets.files import KeptPacket, PacketFiles
from console.access import Access, Right, check_token
from console.audit import Action, AuditLog
from console.pages import page
from contracts.handoff import DOUBT_WORDS, REASON_WORDS

PHONE_USER = "phone"
"""In the audit log: whoever has the address that came to the person's phone."""
_NOT_THERE = "Không có thông tin của cuộc gọi này: địa chỉ không đúng, hoặc đã quá 24 giờ."


class CallBackNow(BaseModel):
    call_id: str
    number: str
    utc: datetime
    reason: str
    """In words."""
    name: str
    about: str


def handoff_routes(packets: PacketFiles, call_backs: CallBacks, access: Access, audit: AuditLog) -> APIRouter:
    router = APIRouter()

    async def opened(call_id: str, key: str) -> KeptPacket:
        """A wrong key and a call that is not there look alike. Raises `AuditUnwritable`."""
        kept = await asyncio.to_thread(packets.read, call_id)
        if kept is None or not kept.opens(key):
            raise HTTPException(404, _NOT_THERE)
        audit.record(PHONE_USER, Action.LOOKED_AT_CALL, call_id=call_id)
        return kept

    @router.get("/handoff/{call_id}.json", summary="What is known of a call that is handed over")
    async def packet_json(call_id: str, key: str = "") -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        """`contracts.handoff.HandoffPacket`; `key` is on the INVITE to the person's phone (X-Tongdai-Page)."""
        return JSONResponse(json.loads((await opened(call_id, key)).packet.to_json()))

    @router.get("/handoff/{call_id}", include_in_schema=False)
    async def packet_page(call_id: str, key: str = "") -> Response:  # pyright: ignore[reportUnusedFunction]
        packet = (await opened(call_id, key)).packet
        return page(
            "handoff",
            packet=packet,
            reason=REASON_WORDS.get(packet.reason or "", "cán bộ nhận máy thay tổng đài tự động"),
            doubts=[(DOUBT_WORDS[doubt.kind], doubt.text) for doubt in packet.doubts],
        )

    @router.get("/call-backs.json", summary="Numbers that callers left to be called back, oldest first")
    async def listed(request: Request) -> list[CallBackNow]:  # pyright: ignore[reportUnusedFunction]
        access.having(request, Right.CALL_BACK)
        return [_shown(one) for one in await asyncio.to_thread(call_backs.all)]

    @router.get("/call-backs", include_in_schema=False)
    async def list_page(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        session = access.having(request, Right.CALL_BACK)
        waiting = [_shown(one) for one in await asyncio.to_thread(call_backs.all)]
        return page("call_backs", call_backs=waiting, user=session.user, csrf=session.csrf)

    @router.post("/call-backs/{call_id}/done", include_in_schema=False)
    async def done(  # pyright: ignore[reportUnusedFunction]
        request: Request, call_id: str, csrf: Annotated[str, Form(max_length=100)] = ""
    ) -> Response:
        session = access.having(request, Right.CALL_BACK)
        check_token(session, csrf)
        audit.record(session.user, Action.CALLED_BACK, call_id=call_id)
        await asyncio.to_thread(call_backs.remove, call_id)
        return RedirectResponse("/call-backs", 303)

    return router


def _shown(one: CallBack) -> CallBackNow:
    reason = REASON_WORDS.get(one.reason, "")
    return CallBackNow(
        call_id=one.call_id, number=one.number, utc=one.at.astimezone(UTC), reason=reason, name=one.name,
        about=one.about,
    )  # fmt: skip
