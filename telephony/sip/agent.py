"""A person's phone: registers with the exchange, rings, answers or not (RFC 3261 §10, §13.3)."""

import asyncio
import contextlib
import logging
import secrets
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from telephony.errors import AuthenticationFailed, SdpError, SipError
from telephony.g711 import Pcm
from telephony.sip.call import ALLOW, SDP_TYPE, Call, EndedBy
from telephony.sip.caller import Target, resolve
from telephony.sip.conditions import Conditions
from telephony.sip.dialog import Dialog
from telephony.sip.digest import Credentials, authorization, choose_challenge
from telephony.sip.media import Media
from telephony.sip.message import Headers, Request, response_to
from telephony.sip.sdp import Stream, read
from telephony.sip.ticker import Ticker
from telephony.sip.transaction import ServerTransaction, Timers
from telephony.sip.transport import Address
from telephony.sip.useragent import NAME, UserAgent

log = logging.getLogger(__name__)

AGENT_IP = "127.0.0.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Ring, then answer."""

    after_ms: float = 500.0
    says: Pcm | None = field(default=None, compare=False)
    """Spoken at once, 8 kHz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """Ring until the exchange gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    status: int = 486
    """486: busy; 603: declined; 480: not available."""


Behaviour = Answer | Ignore | Refuse


class IncomingCall(Call):
    """A call to an agent's phone, from its first ring."""

    def __init__(
        self, user_agent: UserAgent, media: Media, transaction: ServerTransaction, stream: Stream, user: str
    ) -> None:
        super().__init__(user_agent, media)
        self._transaction = transaction
        self._stream = stream
        self._user = user
        self._tag = secrets.token_hex(6)
        self._answer_timer: asyncio.TimerHandle | None = None
        self.rang_s = time.monotonic()
        """When its INVITE came, on the clock of `time.monotonic`."""

    @property
    def invite(self) -> Request:
        return self._transaction.request

    def header(self, name: str) -> str | None:
        """Of the INVITE, such as X-Tongdai-Reason."""
        return self.invite.headers.first(name)

    def ring(self) -> None:
        contact = ("Contact", self.user_agent.contact(self._user))
        self._transaction.respond(response_to(self.invite, 180, to_tag=self._tag, headers=[contact]))

    def answer_after(self, behaviour: Answer) -> None:
        loop = asyncio.get_running_loop()
        self._answer_timer = loop.call_later(behaviour.after_ms / 1000, self.answer, behaviour.says)

    def answer(self, says: Pcm | None = None) -> None:
        """Pick up. No effect on a call that is over or already answered."""
        if self.dialog is not None or self.end is not None:
            return
        self.media.start(self._stream)
        headers = [("Contact", self.user_agent.contact(self._user)), ALLOW, SDP_TYPE]
        response = response_to(self.invite, 200, to_tag=self._tag, headers=headers, body=self.media.description())
        self._transaction.on_unacknowledged = lambda: self._finish(EndedBy.TIMEOUT)
        self._begin(Dialog.of_callee(self.invite, response, self._transaction.peer), self._stream)
        self._transaction.respond(response)
        if says is not None and self.media.microphone is not None:
            self.media.microphone.say(says)

    def refuse(self, status: int) -> None:
        """Decline while it rings."""
        self._stop_answering()
        self._transaction.respond(response_to(self.invite, status, to_tag=self._tag))
        self._finish(EndedBy.US, status=status)

    def receive(self, transaction: ServerTransaction) -> None:
        if transaction.request.method == "CANCEL" and self.dialog is None and self.end is None:
            transaction.respond(response_to(transaction.request, 200, to_tag=self._tag))
            self._stop_answering()
            self._transaction.respond(response_to(self.invite, 487, to_tag=self._tag))
            self._finish(EndedBy.PEER, status=487, reason=transaction.request.headers.first("Reason") or "")
        else:
            super().receive(transaction)

    async def _give_up(self) -> None:
        self.refuse(480)

    def _stop_answering(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()


class SipAgent:
    """Use as `async with SipAgent(…) as agent: await agent.register(); call = await agent.next_call(); …`."""

    def __init__(
        self,
        registrar: str,
        name: str,
        password: str = "",
        *,
        local_ip: str = AGENT_IP,
        behaviour: Behaviour | None = None,
        conditions: Conditions | None = None,
        max_calls: int = 1,
        timers: Timers | None = None,
        ticker: Ticker | None = None,
    ) -> None:
        """`registrar`: host:port of the exchange."""
        self.name = name
        self.behaviour: Behaviour = behaviour or Answer()
        """For the next call; may be changed at any time."""
        self.calls: list[IncomingCall] = []
        """All so far, also refused ones."""
        self._target = Target.parse(f"{name}@{registrar}")
        self._credentials = Credentials(username=name, password=password)
        self._conditions = conditions or Conditions()
        self._max_calls = max_calls
        self._ticker = ticker
        self._local_ip = local_ip
        self._new_calls: asyncio.Queue[IncomingCall] = asyncio.Queue()
        self.user_agent = UserAgent(local_ip, self._on_request, timers or Timers())
        self._call_id = secrets.token_hex(12)
        self._tag = secrets.token_hex(6)
        self._cseq = 0
        self._destination: Address | None = None
        self._refresh: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def address(self) -> Address:
        return self.user_agent.address

    async def open(self) -> None:
        """Takes a port. Raises `SipBindError`."""
        self._destination = await resolve(self._target)
        await self.user_agent.open()

    async def register(self, *, expires_s: int = 600) -> None:
        """And again before it expires, until `close`. Raises `AuthenticationFailed`, `SipTimeout`, `SipError`."""
        await self._register(expires_s)
        if self._refresh is None:
            self._refresh = asyncio.create_task(self._keep_registered(expires_s), name=f"register {self.name}")

    async def next_call(self) -> IncomingCall:
        """The next call that rings here (refused ones do not)."""
        return await self._new_calls.get()

    async def close(self) -> None:
        """Hangs up, takes the registration back, frees everything; may be called again."""
        for call in self.calls:
            await call.hang_up()
        if self._refresh is not None:
            self._refresh.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refresh
            self._refresh = None
            with contextlib.suppress(SipError, TimeoutError):
                async with asyncio.timeout(self.user_agent.timers.leave_s):
                    await self._register(0)
        self.user_agent.close()

    async def _keep_registered(self, expires_s: int) -> None:
        while True:
            await asyncio.sleep(expires_s / 2)
            try:
                await self._register(expires_s)
            except SipError as error:
                log.warning("registration failed", extra={"phone": self.name, "code": error.code})

    async def _register(self, expires_s: int) -> None:
        assert self._destination is not None, "open first"
        response = await self.user_agent.ask(self._registration(expires_s), self._destination)
        if response.status == 401:
            challenge = choose_challenge(response.headers.all("WWW-Authenticate"))
            uri = self._registrar_uri()
            value = authorization(challenge, self._credentials, method="REGISTER", uri=uri, cnonce=secrets.token_hex(8))
            request = self._registration(expires_s, ("Authorization", value))
            response = await self.user_agent.ask(request, self._destination)
        if response.status in (401, 403):
            raise AuthenticationFailed(f"{self.name}: registration refused", status=response.status)
        if response.status >= 300:
            raise SipError(f"{self.name}: registration failed: {response.status}", status=response.status)

    def _registrar_uri(self) -> str:
        return f"sip:{self._target.host}:{self._target.port}"

    def _registration(self, expires_s: int, *more: tuple[str, str]) -> Request:
        self._cseq += 1
        own = f"<sip:{self.name}@{self._target.host}>"
        items = (
            ("Max-Forwards", "70"),
            ("From", f"{own};tag={self._tag}"),
            ("To", own),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", self.user_agent.contact(self.name)),
            ("Expires", str(expires_s)),
            ("User-Agent", NAME),
            *more,
        )
        return Request(method="REGISTER", uri=self._registrar_uri(), headers=Headers(items))

    def _on_request(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        call = next((call for call in self.calls if call.invite.call_id == request.call_id), None)
        if call is not None:
            call.receive(transaction)
        elif request.method == "INVITE":
            self._ring(transaction)
        elif request.method in ("OPTIONS", "NOTIFY", "MESSAGE"):
            transaction.respond(response_to(request, 200, to_tag=self._tag, headers=[ALLOW]))
        else:
            transaction.respond(response_to(request, 481, to_tag=self._tag))

    def _ring(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        try:
            stream = read(request.body)
        except SdpError:
            transaction.respond(response_to(request, 488, to_tag=self._tag))
            return
        live = sum(call.end is None for call in self.calls)
        media = Media(self._local_ip, self._conditions, self._ticker)
        call = IncomingCall(self.user_agent, media, transaction, stream, self.name)
        self.calls.append(call)
        if live >= self._max_calls or isinstance(self.behaviour, Refuse):
            call.refuse(self.behaviour.status if isinstance(self.behaviour, Refuse) else 486)
            return
        call.ring()
        if isinstance(self.behaviour, Answer):
            call.answer_after(self.behaviour)
        self._new_calls.put_nowait(call)
