"""SIP transactions over UDP (RFC 3261 §17, RFC 6026): what is lost is sent again, what comes twice answered again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from telephony.sip.message import Headers, Request, Response, serialise
from telephony.sip.transport import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """Seconds; defaults of RFC 3261 §17.1.1.1."""

    t1_s: float = 0.5
    t2_s: float = 4.0

    @property
    def give_up_s(self) -> float:
        """Timers B, F, H, J: 64 × T1."""
        return 64 * self.t1_s

    @property
    def leave_s(self) -> float:
        """So long is waited, when leaving, for an answer that changes nothing any more."""
        return 10 * self.t1_s


class Repeater:
    """Does something now and again after growing pauses, until stopped or until it gives up."""

    def __init__(
        self, timers: Timers, action: Callable[[], None], on_give_up: Callable[[], None], *, cap: bool
    ) -> None:
        self._action = action
        self._on_give_up = on_give_up
        self._pause = timers.t1_s
        self._longest = timers.t2_s if cap else timers.give_up_s
        loop = asyncio.get_running_loop()
        self._end: asyncio.TimerHandle | None = loop.call_later(timers.give_up_s, self._give_up)
        self._next: asyncio.TimerHandle | None = None
        self._again()

    def _again(self) -> None:
        self._next = asyncio.get_running_loop().call_later(self._pause, self._again)
        self._pause = min(2 * self._pause, self._longest)
        self._action()

    def stop(self) -> None:
        for timer in (self._end, self._next):
            if timer is not None:
                timer.cancel()
        self._end = self._next = None

    def _give_up(self) -> None:
        self.stop()
        self._on_give_up()


class ClientTransaction:
    """One request of ours. Every response, also a repeated one, goes to `on_response`; None: nobody answered."""

    def __init__(
        self,
        request: Request,
        send: Callable[[bytes], None],
        on_response: Callable[[Response | None], None],
        timers: Timers,
    ) -> None:
        self.request = request
        self._send = send
        self._on_response = on_response
        self._is_invite = request.method == "INVITE"
        self._final = False
        datagram = serialise(request)
        self._repeater = Repeater(timers, lambda: send(datagram), self._gave_up, cap=not self._is_invite)

    def receive(self, response: Response) -> None:
        if response.status >= 200 or self._is_invite:
            self._repeater.stop()
        repeated = self._final
        self._final = self._final or response.status >= 200
        if self._is_invite and response.status >= 300:
            self._send(serialise(self._acknowledgement(response)))
        if not repeated or (self._is_invite and 200 <= response.status < 300):
            self._on_response(response)

    def close(self) -> None:
        self._repeater.stop()

    def _gave_up(self) -> None:
        self._final = True
        self._on_response(None)

    def _acknowledgement(self, response: Response) -> Request:
        """The ACK of a refusal belongs to the INVITE's own transaction (RFC 3261 §17.1.1.3)."""
        request = self.request
        kept = [
            (name, value) for name, value in request.headers.items if name in ("Via", "Max-Forwards", "From", "Route")
        ]
        kept += [("To", response.header("To")), ("Call-ID", request.call_id), ("CSeq", f"{request.cseq} ACK")]
        return Request(method="ACK", uri=request.uri, headers=Headers(tuple(kept)))


class ServerTransaction:
    """One request of the other side, and the responses to it."""

    def __init__(
        self,
        request: Request,
        peer: Address,
        send: Callable[[bytes], None],
        timers: Timers,
    ) -> None:
        self.request = request
        self.peer = peer
        """Where the request came from."""
        self.on_unacknowledged: Callable[[], None] = lambda: None
        """Called when nobody acknowledges a final response to INVITE."""
        self._send = send
        self._timers = timers
        self._last: bytes | None = None
        self._repeater: Repeater | None = None
        self.answered = False
        """A final response has been given; nothing more can be said."""
        self.acknowledged = False

    def respond(self, response: Response) -> None:
        """A final response to INVITE is repeated until it is acknowledged (over UDP also a 200: RFC 3261 §13.3.1.4)."""
        if self.answered:
            return
        self._last = serialise(response)
        self.answered = response.status >= 200
        if self.answered and self.request.method == "INVITE":
            self._repeater = Repeater(self._timers, self.repeat, self._gave_up, cap=True)
        else:
            self._send(self._last)

    def repeat(self) -> None:
        """The request came again: so does the last response."""
        if self._last is not None:
            self._send(self._last)

    def acknowledge(self) -> None:
        self.acknowledged = True
        self.close()

    def close(self) -> None:
        if self._repeater is not None:
            self._repeater.stop()

    def _gave_up(self) -> None:
        self.on_unacknowledged()


def with_via(request: Request, via: str) -> Request:
    """The request with `via` on top, as each new transaction needs one of its own."""
    others = tuple(item for item in request.headers.items if item[0] != "Via")
    return replace(request, headers=Headers((("Via", via), *others)))
