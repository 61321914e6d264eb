"""What a dead calls process leaves in the exchange: its callers go to people, its legs and bridges go away."""

import asyncio
import logging

from telephony.ari.client import AriClient
from telephony.ari.models import Channel
from telephony.call_channels import BRIDGE_PREFIX, LEG_PREFIX, CallChannels
from telephony.errors import AriError

log = logging.getLogger(__name__)


async def dispose(ari: AriClient, app: str) -> int:
    """Hands over the callers in this application; how many. Never raises: the dead-man's timer is behind it."""
    try:
        # In this order: a bridge's caller was there before it.
        bridges = await ari.bridges()
        channels = await ari.channels()
    except AriError as error:
        log.error("calls of a dead process not known", extra={"app": app, "code": error.code})
        return 0
    theirs = {channel.id for channel in channels if _is_in(channel, app)}
    here = {channel.id for channel in channels}
    left = {bridge.id.removeprefix(BRIDGE_PREFIX) for bridge in bridges if bridge.id.startswith(BRIDGE_PREFIX)}
    # Of a caller who hung up while the process was dead, the bridge alone may be left.
    callers = {one.removeprefix(LEG_PREFIX) for one in theirs} | (left - here)
    # A caller whose leg stays but who is in the queue already keeps what is left of the call from being seen twice.
    calls = [_taken_over(ari, call_id, caller_here=call_id in theirs) for call_id in callers]
    await asyncio.gather(*(call.leave() for call in calls))
    log.warning("calls of a dead process handed over", extra={"app": app, "calls": len(callers & theirs)})
    return len(callers & theirs)


def _is_in(channel: Channel, app: str) -> bool:
    return channel.application.split(",", 1)[0] == app


def _taken_over(ari: AriClient, call_id: str, *, caller_here: bool) -> CallChannels:
    call = CallChannels(ari, call_id)
    call.caller_here = caller_here
    call.has_leg = call.has_bridge = True
    return call
