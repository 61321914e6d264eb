"""Who may do what: the session behind a request, its role, and the token that a change must bring with it."""

from collections.abc import Mapping
from enum import StrEnum

from fastapi import HTTPException, Request

from console.sessions import Session, Sessions
from console.users import Role
from contracts.secret import same_secret

COOKIE = "tongdai_session"
CSRF_HEADER = "x-csrf-token"


class Right(StrEnum):
    WATCH = "watch"
    """See what is said on calls."""
    TAKE_OVER = "take_over"
    CALL_BACK = "call_back"
    """See the numbers that callers left to be called back."""
    PUT_ON_AIR = "put_on_air"
    """Stop content, and tell callers something."""


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.AGENT: frozenset({Right.CALL_BACK}),
    Role.TRAINER: frozenset({Right.PUT_ON_AIR}),
    Role.SUPERVISOR: frozenset(Right),
    Role.ADMIN: frozenset(Right),
}
"""Callers' words are for those alone who look after calls."""


def home(role: Role) -> str:
    """The page to begin with."""
    rights = RIGHTS[role]
    pages = {Right.WATCH: "/", Right.CALL_BACK: "/call-backs", Right.PUT_ON_AIR: "/on-air"}
    return next((page for right, page in pages.items() if right in rights), "/")


class NotSignedIn(Exception):
    """A page sends the browser to the sign-in page; anything else answers 401."""


class Access:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def session(self, request: Request) -> Session:
        """Raises `NotSignedIn`, `UserFileUnreadable`."""
        session = self._sessions.get(request.cookies.get(COOKIE, ""))
        if session is None:
            raise NotSignedIn
        return session

    def having(self, request: Request, right: Right) -> Session:
        """The same; answers 403 to roles without that right."""
        session = self.session(request)
        if right not in RIGHTS[session.role]:
            raise HTTPException(403, "Vai trò của tài khoản này không có quyền làm việc đó.")
        return session


def check_token(session: Session, given: str) -> None:
    """Answers 403 to a change that did not come from one of our own pages."""
    if not same_secret(session.csrf, given):
        raise HTTPException(403, "Yêu cầu không đến từ trang này. Hãy tải lại trang rồi làm lại.")
