"""The websocket endpoint that Asterisk dials for each call's audio; only with the token of a call that waits for it."""

import asyncio
import contextlib
import logging
import secrets
from collections import Counter
from dataclasses import dataclass, field

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from telephony.ari.models import Malformed
from telephony.errors import MediaError
from telephony.media_messages import MediaStart, parse_message
from telephony.socket_leg import CLOSE_WAIT_S, SocketLeg

log = logging.getLogger(__name__)

PATH = "/media"
SUBPROTOCOL = "media"
POLICY_VIOLATION = 1008
UNSUPPORTED = 1003
START_WAIT_S = 3.0
"""A socket that does not say within this time what it carries is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Lets one media socket in, once."""

    token: str = field(repr=False)
    leg: "asyncio.Future[SocketLeg]" = field(repr=False)
    """Done when the socket has come and has said what it carries; `MediaError` if that is nothing we take."""


class MediaSockets:
    """All media sockets of a process. Mount `route()` in its web application."""

    def __init__(self, *, close_wait_s: float = CLOSE_WAIT_S) -> None:
        """`close_wait_s`: for a peer that does not read to take what was sent, and again to take the close."""
        self._close_wait_s = close_wait_s
        self._invited: dict[str, Invitation] = {}
        self.counts: Counter[str] = Counter()
        """What was refused or passed over, by kind."""
        self.open = 0

    def invite(self) -> Invitation:
        invitation = Invitation(token=secrets.token_hex(16), leg=asyncio.get_running_loop().create_future())
        self._invited[invitation.token] = invitation
        return invitation

    def withdraw(self, invitation: Invitation) -> None:
        """Nobody comes in with it any more; a leg that came is closed."""
        self._invited.pop(invitation.token, None)
        if not invitation.leg.done():
            invitation.leg.cancel()
        elif not invitation.leg.cancelled() and invitation.leg.exception() is None:
            invitation.leg.result().close()

    def route(self) -> WebSocketRoute:
        return WebSocketRoute(PATH, self.serve)

    async def serve(self, socket: WebSocket) -> None:
        invitation = self._invited.pop(socket.query_params.get("token", ""), None)
        offered = SUBPROTOCOL in socket.scope.get("subprotocols", ())
        await socket.accept(subprotocol=SUBPROTOCOL if offered else None)
        if invitation is None:
            self.counts["token refused"] += 1
            log.warning("media socket refused", extra={"count": self.counts["token refused"]})
            await socket.close(POLICY_VIOLATION)
            return
        self.open += 1
        try:
            await self._serve(socket, invitation)
        except (WebSocketDisconnect, OSError):
            pass
        except Exception:
            # The edge of this socket's task: one call's fault stays its own.
            self.counts["failed"] += 1
            log.exception("media socket failed")
        finally:
            self.open -= 1
            if not invitation.leg.done():
                invitation.leg.set_exception(MediaError("the media socket closed before it began"))
                # Set-up may have given up already; nobody else looks at this future then.
                invitation.leg.exception()

    async def _serve(self, socket: WebSocket, invitation: Invitation) -> None:
        try:
            async with asyncio.timeout(START_WAIT_S):
                leg = SocketLeg(await _media_start(socket), self.counts, close_wait_s=self._close_wait_s)
        except (Malformed, MediaError, TimeoutError) as error:
            self.counts["not started"] += 1
            log.warning("media socket not started", extra={"reason": str(error) or type(error).__name__})
            await socket.close(UNSUPPORTED)
            return
        if invitation.leg.cancelled():
            await socket.close()
            return
        invitation.leg.set_result(leg)
        tasks = [
            asyncio.create_task(leg.read(socket), name="media socket read"),
            asyncio.create_task(leg.write(socket), name="media socket write"),
            asyncio.create_task(leg.overdue(), name="media socket overdue"),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            leg.gone()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if socket.client_state is WebSocketState.CONNECTED and socket.application_state is WebSocketState.CONNECTED:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._close_wait_s):
                        await socket.close()


async def _media_start(socket: WebSocket) -> MediaStart:
    """Raises `Malformed` where anything else comes first, `WebSocketDisconnect`."""
    received = await socket.receive()
    if received["type"] != "websocket.receive":
        raise WebSocketDisconnect
    message = parse_message(received.get("text") or "")
    if not isinstance(message, MediaStart):
        raise Malformed("event")
    return message
