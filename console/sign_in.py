"""Signing in with name and password, and out again; and the link of a demonstration."""

import asyncio
import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from console.access import COOKIE, Access, check_token, home
from console.audit import Action, AuditLog
from console.pages import page
from console.passwords import LONGEST, NOBODYS, matches
from console.sessions import Session, Sessions
from console.sign_in_limit import SignInLimit
from console.users import Role, User, Users
from contracts.secret import same_secret

FORM_COOKIE = "tongdai_form"
"""Of browsers that are not signed in: without it and its counterpart in the form, nobody is signed in."""
DEMO_USER = "demo"
_WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."
_STALE = "Trang đăng nhập đã cũ. Hãy thử lại."


@dataclass(slots=True, kw_only=True)
class SignIn:
    users: Users
    sessions: Sessions
    limit: SignInLimit
    audit: AuditLog
    https: bool
    link_key: str
    """Empty as soon as it was used."""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    looking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Each look at a password takes memory and time."""

    def form(self, request: Request, *, problem: str = "", status: int = 200) -> Response:
        cookie = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        answer = page(
            "sign_in", status=status, problem=problem, csrf=self._counterpart(cookie), no_users=not self.users.all()
        )
        self._set(answer, FORM_COOKIE, cookie)
        return answer

    def is_own_form(self, request: Request, given: str) -> bool:
        cookie = request.cookies.get(FORM_COOKIE, "")
        return bool(cookie) and same_secret(self._counterpart(cookie), given)

    async def user(self, name: str, password: str) -> User | None:
        """Takes as long for a name that nobody has."""
        user = self.users.all().get(name)
        async with self.looking:
            right = await asyncio.to_thread(matches, password[: LONGEST + 1], user.password if user else NOBODYS)
        return user if right else None

    def signed_in(self, request: Request, name: str, role: Role, stamp: str) -> Response:
        """Under a new session, whatever the browser had before."""
        self.audit.record(name, Action.SIGNED_IN)
        self.sessions.close(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse(home(role), 303)
        self._set(answer, COOKIE, self.sessions.open(name, role, stamp).id)
        answer.delete_cookie(FORM_COOKIE)
        return answer

    def _counterpart(self, cookie: str) -> str:
        return hmac.new(self.secret, cookie.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def _set(self, answer: Response, name: str, value: str) -> None:
        answer.set_cookie(name, value, httponly=True, samesite="strict", secure=self.https, path="/")


def sign_in_routes(sign_in: SignIn, access: Access) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    async def form(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        return sign_in.form(request)

    @router.post("/sign-in")
    async def enter(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        name: Annotated[str, Form(max_length=64)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
        csrf: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        address = request.client.host if request.client else ""
        if not sign_in.is_own_form(request, csrf):
            return sign_in.form(request, problem=_STALE, status=403)
        wait_s = sign_in.limit.wait_s(name, address)
        if wait_s > 0:
            words = f"Sai quá nhiều lần. Hãy thử lại sau {math.ceil(wait_s / 60)} phút."
            answer = sign_in.form(request, problem=words, status=429)
            answer.headers["retry-after"] = str(math.ceil(wait_s))
            return answer
        # Counted before the look, so that many tries at once do not get past the limit.
        sign_in.limit.failed(name, address)
        user = await sign_in.user(name, password)
        if user is None:
            # A name that nobody has may be a password in the wrong field.
            sign_in.audit.record(name if name in sign_in.users.all() else "?", Action.SIGN_IN_FAILED)
            return sign_in.form(request, problem=_WRONG, status=401)
        sign_in.limit.succeeded(name, address)
        return sign_in.signed_in(request, user.name, user.role, user.stamp)

    @router.get("/open")
    async def link(request: Request, key: str = "") -> Response:  # pyright: ignore[reportUnusedFunction]
        right = bool(sign_in.link_key) and same_secret(sign_in.link_key, key)
        if not right:
            return page("problem", status=403, problem="Liên kết này không đúng, hoặc đã được dùng.")
        sign_in.link_key = ""
        return sign_in.signed_in(request, DEMO_USER, Role.SUPERVISOR, "")

    @router.post("/sign-out")
    async def leave(  # pyright: ignore[reportUnusedFunction]
        request: Request, csrf: Annotated[str, Form(max_length=100)] = ""
    ) -> Response:
        session: Session = access.session(request)
        check_token(session, csrf)
        sign_in.sessions.close(session.id)
        sign_in.audit.record(session.user, Action.SIGNED_OUT)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE)
        return answer

    return router
