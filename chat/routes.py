"""The chat over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from chat.messages import AnswerOut, ContactIn, ContactOut, MessageIn, ProblemOut, SessionOut
from chat.service import Chat

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut, "description": why}
    for status, why in {
        404: "There is no such session any more",
        413: "Longer than is read",
        422: "A field cannot be taken; `field` names it",
        429: "Too fast; Retry-After says how many seconds to wait",
        503: "Not now",
    }.items()
}
_ASKED_FOR: dict[int | str, dict[str, Any]] = {409: {"model": ProblemOut, "description": "No person was asked for"}}

SessionId = Annotated[str, Path(max_length=64)]


def chat_routes(chat: Chat) -> APIRouter:
    router = APIRouter(prefix="/api/chat", responses=_PROBLEMS)

    @router.post("/sessions", status_code=201, summary="Begins a chat")
    async def begin(request: Request) -> SessionOut:  # pyright: ignore[reportUnusedFunction]
        """The id is a secret of whoever chats; half an hour without use ends it. `choices`: what may be chosen
        instead of written."""
        return chat.open(address(request))

    @router.post("/sessions/{session}/messages", summary="A question, or a choice")
    async def message(  # pyright: ignore[reportUnusedFunction]
        request: Request, session: SessionId, given: MessageIn
    ) -> AnswerOut:
        """Either `text` or `choice`, the key of one of the choices that were offered last."""
        return await chat.message(address(request), session, given.text, given.choice)

    @router.post("/sessions/{session}/contact", responses=_ASKED_FOR, summary="A number to be called back at")
    async def contact(  # pyright: ignore[reportUnusedFunction]
        request: Request, session: SessionId, given: ContactIn
    ) -> ContactOut:
        """After an answer with `handoff`; agents see it among the numbers to be called back."""
        return await chat.contact(address(request), session, given)

    return router


def address(request: Request) -> str:
    return request.client.host if request.client else ""
