"""A supervisor has a call handed over to a person's phone."""

import logging
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from console.access import Access, Right, check_token
from console.audit import Action, AuditLog
from console.calls_client import CallsClient, CallsUnreachable
from console.errors import AuditUnwritable
from console.hub import Hub

log = logging.getLogger(__name__)


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    to: str = Field("", pattern=r"^\d{0,20}$")
    """The number of a person's phone; empty: the queue."""


class Accepted(BaseModel):
    status: str = "accepted"


def take_over_routes(hub: Hub, client: CallsClient, access: Access, audit: AuditLog) -> APIRouter:
    router = APIRouter()

    @router.post(
        "/calls/{call_id}/take-over",
        status_code=202,
        summary="Have a call handed over to a person's phone, now",
        responses={
            401: {"description": "no session"},
            403: {"description": "wrong role, or the page's token is missing"},
            404: {"description": "no such call is going on"},
            409: {"description": "somebody else was first; says who"},
            502: {"description": "the calls process does not answer"},
        },
    )
    async def take_over(  # pyright: ignore[reportUnusedFunction]
        request: Request, call_id: str, wanted: Wanted, x_csrf_token: Annotated[str, Header()] = ""
    ) -> Accepted:
        session = access.having(request, Right.TAKE_OVER)
        check_token(session, x_csrf_token)
        call = hub.calls.going_on(call_id)
        if call is None:
            raise HTTPException(404, "Cuộc gọi đã kết thúc.")
        _record(audit, session.user, call_id, wanted.to)
        try:
            answer = await client.take_over(call.feed, call_id, to=wanted.to, by=session.user)
        except CallsUnreachable as error:
            log.warning("call not taken over", extra={"call_id": call_id, "error": str(error)})
            raise HTTPException(502, "Bộ phận trả lời không phản hồi. Hãy thử lại.") from error
        match answer.status:
            case 404:
                raise HTTPException(404, "Cuộc gọi đã kết thúc.")
            case 409:
                raise HTTPException(409, {"by": answer.by, "message": f"{answer.by} đã chuyển cuộc gọi này trước."})
            case 422:
                raise HTTPException(422, "Không có máy nào mang số đó.")
            case _:
                return Accepted()

    return router


def _record(audit: AuditLog, user: str, call_id: str, to: str) -> None:
    """A caller who is to reach a person does so also while the disk is full."""
    try:
        audit.record(user, Action.ASKED_TAKE_OVER, call_id=call_id, to=to)
    except AuditUnwritable as error:
        log.error("take-over not in the audit log", extra={"call_id": call_id, "user": user, "error": str(error)})
