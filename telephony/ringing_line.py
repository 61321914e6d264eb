"""The line of a caller who is not answered: without audio, on the way to people."""

from collections.abc import AsyncIterator

from contracts.audio import PHONE_RATE_HZ
from telephony.call_channels import CallChannels
from telephony.errors import AriError, LineClosed, LineError
from telephony.line import HungUp, LineEvent, Playout


class RingingLine:
    """A `telephony.line.Line` of which only the ends work; its time stands still."""

    rate_hz = PHONE_RATE_HZ

    def __init__(self, channels: CallChannels, caller_number: str) -> None:
        self.call_id = channels.call_id
        self.caller_number = caller_number
        self._channels = channels

    async def events(self) -> AsyncIterator[LineEvent]:
        yield HungUp(0)

    async def play(self, utterance_id: str, pcm: bytes) -> None:
        raise LineClosed("the call is not answered")

    async def end_utterance(self, utterance_id: str) -> None:
        raise LineClosed("the call is not answered")

    async def pause(self) -> None:
        return

    async def resume(self) -> None:
        return

    async def flush(self) -> Playout:
        return Playout(utterance_id=None, heard_samples=0, queued_samples=0)

    def heard_samples(self, utterance_id: str) -> int:
        return 0

    async def transfer(self, reason: str, summary: str, *, to: str = "") -> None:
        await self._channels.to_people(reason, summary, to=to)

    async def hang_up(self) -> None:
        """Raises `LineError` where Asterisk cannot be reached."""
        try:
            await self._channels.hang_up()
        except AriError as error:
            raise LineError(f"not hung up: {error}") from error

    async def close(self) -> None:
        await self._channels.leave()
