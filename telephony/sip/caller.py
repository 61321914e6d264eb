"""The test caller: places one call over SIP (RFC 3261 §13.2) and talks in it."""

import asyncio
import contextlib
import re
import secrets
import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from telephony.errors import AuthenticationFailed, SdpError, SipBindError
from telephony.sip.call import ALLOW, SDP_TYPE, Call, EndedBy
from telephony.sip.codec import PCMA, PCMU, Codec
from telephony.sip.conditions import Conditions
from telephony.sip.dialog import Dialog
from telephony.sip.digest import Credentials, authorization, choose_challenge
from telephony.sip.media import Media
from telephony.sip.message import Headers, Request, Response, response_to
from telephony.sip.sdp import describe, read
from telephony.sip.ticker import Ticker
from telephony.sip.transaction import ClientTransaction, ServerTransaction, Timers
from telephony.sip.transport import Address
from telephony.sip.useragent import NAME, UserAgent

TRUNK_IP = "127.0.0.2"
"""The source address that the hotline's Asterisk trusts as its trunk in demonstrations and tests."""
_TARGET = re.compile(r"^(?:sip:)?(?P<user>[^@\s;<>]+)@(?P<host>[^:@\s;<>]+)(?::(?P<port>\d{1,5}))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A provisional response."""

    status: int
    after_ms: float
    """Since the INVITE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    user: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Target":
        """`19001009@host:port`; raises `ValueError`."""
        found = _TARGET.match(text)
        port = int(found["port"] or 5060) if found else 0
        if found is None or not 0 < port < 65536:
            raise ValueError(f"{text}: not of the form number@host:port")
        return cls(user=found["user"], host=found["host"], port=port)

    @property
    def uri(self) -> str:
        return f"sip:{self.user}@{self.host}:{self.port}"


class SipCaller(Call):
    """Use as `async with SipCaller(…) as caller: await caller.place(); await caller.wait_answered(); …`."""

    def __init__(
        self,
        to: str,
        *,
        number: str = "0901234567",
        local_ip: str = TRUNK_IP,
        credentials: Credentials | None = None,
        conditions: Conditions | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        codecs: tuple[Codec, ...] = (PCMA, PCMU),
        timers: Timers | None = None,
        ticker: Ticker | None = None,
    ) -> None:
        """Takes an audio port. Raises `ValueError` for a bad `to`, `SipBindError`."""
        self._target = Target.parse(to)
        self._number = number
        self._credentials = credentials
        self._headers = headers
        self._codecs = codecs
        self._invite: ClientTransaction | None = None
        self._cancelling = False
        self._placed_s = 0.0
        self.progress: list[Progress] = []
        self.setup_ms: float | None = None
        """From the INVITE to the answer."""
        user_agent = UserAgent(local_ip, self._on_request, timers or Timers())
        super().__init__(user_agent, Media(local_ip, conditions or Conditions(), ticker))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def place(self) -> None:
        """Sends the INVITE. Raises `SipBindError`, also when the host has no IPv4 address."""
        self._destination = await resolve(self._target)
        await self.user_agent.open()
        local = self.user_agent.address
        self._placed_s = time.monotonic()
        items = (
            ("Max-Forwards", "70"),
            ("From", f"<sip:{self._number}@{local[0]}>;tag={secrets.token_hex(6)}"),
            ("To", f"<{self._target.uri}>"),
            ("Call-ID", f"{secrets.token_hex(12)}@{local[0]}"),
            ("CSeq", "1 INVITE"),
            ("Contact", self.user_agent.contact(self._number)),
            ALLOW,
            ("User-Agent", NAME),
            SDP_TYPE,
            *self._headers,
        )
        body = describe(address=local[0], port=self.media.port, codecs=self._codecs)
        self._send(Request(method="INVITE", uri=self._target.uri, headers=Headers(items), body=body))

    async def close(self) -> None:
        """Hangs up if need be and frees everything; may be called again."""
        if self._invite is not None:
            await self.hang_up()
        self.media.close()
        self.user_agent.close()

    async def _give_up(self) -> None:
        """CANCEL, which may only follow a provisional response (RFC 3261 §9.1)."""
        self._cancelling = True
        if self.progress:
            self._cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.user_agent.timers.leave_s):
                await self._over.wait()
        self._finish(EndedBy.US, status=487)

    def _send(self, invite: Request) -> None:
        self._invite = self.user_agent.request(invite, self._destination, self._on_response)

    def _cancel(self) -> None:
        if self._invite is None:
            return
        invite = self._invite.request
        kept = [item for item in invite.headers.items if item[0] in ("Max-Forwards", "From", "To", "Call-ID", "Route")]
        headers = Headers((*kept, ("CSeq", f"{invite.cseq} CANCEL")))
        cancel = Request(method="CANCEL", uri=invite.uri, headers=headers)
        self.user_agent.request(cancel, self._destination, lambda response: None, branch=invite.branch)

    def _on_response(self, response: Response | None) -> None:
        if response is None:
            self._finish(EndedBy.TIMEOUT)
        elif response.status < 200:
            self._on_progress(response)
        elif response.status < 300:
            self._on_answer(response)
        elif response.status in (401, 407) and self._credentials is not None and self.end is None:
            self._authenticate(response, self._credentials)
        else:
            by = EndedBy.US if self._cancelling else EndedBy.REFUSAL
            self._finish(by, status=response.status, reason=response.headers.first("Reason") or "")

    def _on_progress(self, response: Response) -> None:
        first = not self.progress
        self.progress.append(Progress(status=response.status, after_ms=(time.monotonic() - self._placed_s) * 1000))
        if self._cancelling and first:
            self._cancel()
        elif response.body and not self._cancelling:
            # Early media; what cannot be read here is judged when the call is answered.
            with contextlib.suppress(SdpError):
                self.media.start(read(response.body))

    def _on_answer(self, response: Response) -> None:
        assert self._invite is not None
        if self.dialog is not None:
            self._acknowledge(self.dialog)
            return
        dialog = Dialog.of_caller(self._invite.request, response, self._destination)
        self._acknowledge(dialog)
        if self.end is not None or self._cancelling:
            self._leave(dialog, EndedBy.US, 487)
            return
        try:
            stream = read(response.body)
        except SdpError:
            self._leave(dialog, EndedBy.REFUSAL, 488)
            return
        self.setup_ms = (time.monotonic() - self._placed_s) * 1000
        self._begin(dialog, stream)

    def _acknowledge(self, dialog: Dialog) -> None:
        assert self._invite is not None
        self.user_agent.acknowledge(dialog.acknowledgement(self._invite.request.cseq), dialog.destination())

    def _leave(self, dialog: Dialog, by: EndedBy, status: int) -> None:
        """An answer that crossed our CANCEL, or that we cannot take: hang up at once."""
        self._finish(by, status=status)
        self.user_agent.request(dialog.request("BYE"), dialog.destination(), lambda response: None)

    def _authenticate(self, response: Response, credentials: Credentials) -> None:
        assert self._invite is not None
        invite = self._invite.request
        asked, answer = (
            ("WWW-Authenticate", "Authorization")
            if response.status == 401
            else ("Proxy-Authenticate", "Proxy-Authorization")
        )
        try:
            challenge = choose_challenge(response.headers.all(asked))
        except AuthenticationFailed:
            self._finish(EndedBy.REFUSAL, status=response.status)
            return
        self._credentials = None
        value = authorization(challenge, credentials, method="INVITE", uri=invite.uri, cnonce=secrets.token_hex(8))
        renewed = ("Via", "CSeq")
        kept = [item for item in invite.headers.items if item[0] not in renewed]
        items = (*kept, ("CSeq", f"{invite.cseq + 1} INVITE"), (answer, value))
        self._send(Request(method="INVITE", uri=invite.uri, headers=Headers(items), body=invite.body))

    def _on_request(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        if self._invite is not None and request.call_id == self._invite.request.call_id:
            self.receive(transaction)
        elif request.method == "OPTIONS":
            transaction.respond(response_to(request, 200, to_tag=secrets.token_hex(6), headers=[ALLOW]))
        else:
            status = 480 if request.method == "INVITE" else 481
            transaction.respond(response_to(request, status, to_tag=secrets.token_hex(6)))


async def resolve(target: Target) -> Address:
    """The IPv4 address of the target's host. Raises `SipBindError`."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            target.host, target.port, family=socket.AF_INET, type=socket.SOCK_DGRAM
        )
    except OSError as error:
        raise SipBindError(f"{target.host}: {error.strerror or error}") from error
    host, port = found[0][4][:2]
    return str(host), int(port)
