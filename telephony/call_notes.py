"""What the exchange keeps of a call for the person who takes it over, whoever hands it over."""

from telephony.asterisk.dialplan import PAGE_VARIABLE, SUMMARY_VARIABLE, encode_text
from telephony.call_control import CallControl
from telephony.errors import AriNotFound


async def leave_note(control: CallControl, call_id: str, summary: str, page: str) -> None:
    """`page`: URL; empty: it stays as it is. A caller who is gone needs none. Raises `AriError`."""
    try:
        # The summary first: a transfer that begins meanwhile has one of its own, which must come after this one.
        await control.set_variable(call_id, SUMMARY_VARIABLE, encode_text(summary))
        if page:
            await control.set_variable(call_id, PAGE_VARIABLE, page)
    except AriNotFound:
        return


async def has_caller(control: CallControl, call_id: str) -> bool:
    """With us or with people. Raises `AriError`."""
    try:
        await control.channel(call_id)
    except AriNotFound:
        return False
    return True
