"""The lasting relation of two phones in one call (RFC 3261 §12)."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from telephony.errors import MalformedMessage
from telephony.sip.message import Headers, Request, Response, address_uri, host_port
from telephony.sip.transport import Address


@dataclass(slots=True, kw_only=True)
class Dialog:
    call_id: str
    local: str
    """Our address with our tag: From of our requests."""
    remote: str
    """The other side's address with its tag: To of our requests."""
    target: str
    """Its Contact URI: where requests of the dialog are meant for."""
    routes: tuple[str, ...]
    peer: Address
    """Where its messages come from; used where the target is no plain address."""
    cseq: int

    @classmethod
    def of_caller(cls, invite: Request, answer: Response, peer: Address) -> "Dialog":
        """Made by the final 2xx of an INVITE of ours."""
        contact = answer.headers.first("Contact")
        return cls(
            call_id=invite.call_id,
            local=invite.header("From"),
            remote=answer.header("To"),
            target=address_uri(contact) if contact else invite.uri,
            routes=tuple(reversed(answer.headers.all("Record-Route"))),
            peer=peer,
            cseq=invite.cseq,
        )

    @classmethod
    def of_callee(cls, invite: Request, answer: Response, peer: Address) -> "Dialog":
        """Made by our 2xx to an INVITE."""
        contact = invite.headers.first("Contact") or invite.header("From")
        return cls(
            call_id=invite.call_id,
            local=answer.header("To"),
            remote=invite.header("From"),
            target=address_uri(contact),
            routes=tuple(invite.headers.all("Record-Route")),
            peer=peer,
            cseq=0,
        )

    def request(self, method: str, headers: Iterable[tuple[str, str]] = ()) -> Request:
        """The next request of the dialog."""
        self.cseq += 1
        return self._request(method, self.cseq, headers)

    def acknowledgement(self, cseq: int) -> Request:
        """The ACK of the 2xx to the INVITE with that number."""
        return self._request("ACK", cseq, ())

    def destination(self) -> Address:
        try:
            host, port = host_port(address_uri(self.routes[0]) if self.routes else self.target)
            ipaddress.IPv4Address(host)
        except (MalformedMessage, ValueError):
            return self.peer
        return host, port

    def _request(self, method: str, cseq: int, headers: Iterable[tuple[str, str]]) -> Request:
        items = [("Max-Forwards", "70"), *(("Route", route) for route in self.routes)]
        items += [("From", self.local), ("To", self.remote), ("Call-ID", self.call_id), ("CSeq", f"{cseq} {method}")]
        return Request(method=method, uri=self.target, headers=Headers((*items, *headers)))
