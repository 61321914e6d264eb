"""One SIP endpoint: a UDP port, its transactions, and whoever handles the requests that come in."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from telephony.errors import SipTimeout
from telephony.sip.message import MAGIC_COOKIE, Headers, Message, Request, Response, serialise
from telephony.sip.transaction import ClientTransaction, ServerTransaction, Timers, with_via
from telephony.sip.transport import Address, UdpTransport

Key = tuple[str, str]
T = TypeVar("T", ClientTransaction, ServerTransaction)

NAME = "tongdai"
_KEPT_TRANSACTIONS = 256


class UserAgent:
    def __init__(self, local_ip: str, on_request: Callable[[ServerTransaction], None], timers: Timers) -> None:
        self.timers = timers
        self.transport = UdpTransport(self._receive)
        self.address: Address = (local_ip, 0)
        self._on_request = on_request
        self._clients: dict[Key, ClientTransaction] = {}
        self._servers: dict[Key, ServerTransaction] = {}

    async def open(self) -> None:
        """Raises `SipBindError`."""
        self.address = await self.transport.open(self.address)

    def contact(self, user: str) -> str:
        return f"<sip:{user}@{self.address[0]}:{self.address[1]}>"

    def request(
        self,
        request: Request,
        destination: Address,
        on_response: Callable[[Response | None], None],
        *,
        branch: str | None = None,
    ) -> ClientTransaction:
        """Send a request in a transaction; `branch`: that of the INVITE which a CANCEL is about."""
        branch = branch or MAGIC_COOKIE + secrets.token_hex(8)
        transaction = ClientTransaction(
            with_via(request, self._via(branch)),
            lambda datagram: self.transport.send(datagram, destination),
            on_response,
            self.timers,
        )
        _keep(self._clients, (branch, request.method), transaction)
        return transaction

    async def ask(self, request: Request, destination: Address) -> Response:
        """The final response. Raises `SipTimeout`."""
        done: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()

        def take(response: Response | None) -> None:
            if not done.done() and (response is None or response.status >= 200):
                done.set_result(response)

        transaction = self.request(request, destination, take)
        try:
            response = await done
        finally:
            transaction.close()
        if response is None:
            raise SipTimeout(f"{request.method}: no answer from {destination[0]}:{destination[1]}")
        return response

    def acknowledge(self, request: Request, destination: Address) -> None:
        """Send the ACK of a 2xx, which has no transaction."""
        branch = MAGIC_COOKIE + secrets.token_hex(8)
        self.transport.send(serialise(with_via(request, self._via(branch))), destination)

    def close(self) -> None:
        for transaction in (*self._clients.values(), *self._servers.values()):
            transaction.close()
        self.transport.close()

    def _via(self, branch: str) -> str:
        return f"SIP/2.0/UDP {self.address[0]}:{self.address[1]};branch={branch};rport"

    def _receive(self, message: Message, source: Address) -> None:
        if isinstance(message, Response):
            transaction = self._clients.get((message.branch, message.cseq_method))
            if transaction is not None:
                transaction.receive(message)
        elif message.method == "ACK":
            self._acknowledged(message)
        else:
            self._receive_request(message, source)

    def _receive_request(self, request: Request, source: Address) -> None:
        branch = request.branch or f"{request.call_id} {request.cseq}"
        known = self._servers.get((branch, request.method))
        if known is not None:
            known.repeat()
            return
        transaction = ServerTransaction(
            _with_source(request, source),
            source,
            lambda datagram: self.transport.send(datagram, source),
            self.timers,
        )
        _keep(self._servers, (branch, request.method), transaction)
        self._on_request(transaction)

    def _acknowledged(self, ack: Request) -> None:
        """Known by call and number: the ACK of a 2xx has a branch of its own."""
        for transaction in self._servers.values():
            request = transaction.request
            if (request.method, request.call_id, request.cseq) == ("INVITE", ack.call_id, ack.cseq):
                transaction.acknowledge()


def _keep(transactions: dict[Key, T], key: Key, transaction: T) -> None:
    transactions[key] = transaction
    if len(transactions) > _KEPT_TRANSACTIONS:
        oldest = next(iter(transactions))
        transactions.pop(oldest).close()


def _with_source(request: Request, source: Address) -> Request:
    """Fills in where the request came from, for senders that ask for it (RFC 3581)."""
    items = list(request.headers.items)
    at = next(number for number, (name, _) in enumerate(items) if name.lower() in ("via", "v"))
    name, via = items[at]
    parts = via.split(";")
    filled = [f"rport={source[1]};received={source[0]}" if part.strip().lower() == "rport" else part for part in parts]
    items[at] = (name, ";".join(filled))
    return replace(request, headers=Headers(tuple(items)))
