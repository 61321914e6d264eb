"""What the exchange holds of one call: the caller's channel, the media leg and the bridge that joins them."""

import contextlib
import logging
from collections.abc import Awaitable

from telephony.asterisk.dialplan import HANDOFF, REASON_VARIABLE, SUMMARY_VARIABLE, TAKEOVER, encode_text
from telephony.call_control import CallControl
from telephony.errors import (
    AriError,
    AriNotFound,
    AriUnreachable,
    TransferCallerGone,
    TransferError,
    TransferRefused,
    TransferUnreachable,
)

log = logging.getLogger(__name__)

FAULT = "fault"
LEG_PREFIX = "m-"
BRIDGE_PREFIX = "b-"


class CallChannels:
    """Knows what exists, and removes it again whatever happens."""

    def __init__(self, control: CallControl, call_id: str) -> None:
        """`call_id`: the id of the caller's channel."""
        self.call_id = call_id
        self.leg_id = LEG_PREFIX + call_id
        self.bridge_id = BRIDGE_PREFIX + call_id
        self.caller_here = True
        """The caller is in our application: neither gone, nor hung up, nor handed to a person."""
        self.has_leg = False
        self.has_bridge = False
        self._control = control

    async def to_people(self, reason: str, summary: str, *, to: str = "") -> None:
        """The caller goes on in the dialplan: to the phone with the number `to`; if that is empty, into the queue.

        `summary`: empty leaves the one that is there (`telephony.call_notes`). Raises `TransferError`.
        """
        if not self.caller_here:
            raise TransferCallerGone("the caller is gone")
        try:
            await self._control.set_variable(self.call_id, REASON_VARIABLE, encode_text(reason))
            if summary:
                await self._control.set_variable(self.call_id, SUMMARY_VARIABLE, encode_text(summary))
            context, extension, priority = (TAKEOVER, to, 1) if to else HANDOFF
            await self._control.continue_in_dialplan(
                self.call_id, context=context, extension=extension, priority=priority
            )
        except AriNotFound:
            self.caller_here = False
            raise TransferCallerGone("the caller is gone") from None
        except AriUnreachable as error:
            raise TransferUnreachable(f"the exchange does not answer: {error}") from error
        except AriError as error:
            raise TransferRefused(f"the exchange did not take it: {error}") from error
        self.caller_here = False

    async def hang_up(self) -> None:
        """Ends the caller's channel. Raises `AriError`."""
        if self.caller_here:
            with contextlib.suppress(AriNotFound):
                await self._control.hang_up(self.call_id)
            self.caller_here = False

    async def remove_media(self) -> None:
        """Leg and bridge, as far as they exist."""
        if self.has_leg:
            self.has_leg = not await _done(self._control.hang_up(self.leg_id), "leg", self.call_id)
        if self.has_bridge:
            self.has_bridge = not await _done(self._control.destroy_bridge(self.bridge_id), "bridge", self.call_id)

    async def leave(self) -> None:
        """Nothing of the call is ours afterwards; a caller who is still here goes to a person."""
        if self.caller_here:
            try:
                await self.to_people(FAULT, "")
            except TransferError as error:
                if self.caller_here:
                    # The dead-man's timer of the dialplan is what is left.
                    log.warning("caller not handed over", extra={"call_id": self.call_id, "reason": str(error)})
        await self.remove_media()


async def _done(request: Awaitable[None], what: str, call_id: str) -> bool:
    try:
        await request
    except AriNotFound:
        pass
    except AriError as error:
        log.warning("not removed", extra={"call_id": call_id, "what": what, "code": error.code})
        return False
    return True
