"""What can be asked of the chat, by whatever way it is asked: limits of an address, sessions, contacts."""

import asyncio
import logging
from datetime import UTC

from calls.call_backs import CallBack, CallBacks
from chat.contact import name, phone_number
from chat.errors import FieldRefused, NobodyAskedFor, NotNow
from chat.messages import (
    AnswerOut,
    ContactIn,
    ContactOut,
    SessionOut,
    answer_out,
    choices_out,
    text_or_choice,
)
from chat.rate_limit import Rate, RateLimit, customer
from chat.sessions import Sessions
from contracts.clock import Clock
from contracts.masking import mask, mask_number

log = logging.getLogger(__name__)

OPENING = Rate(burst=20, each_s=30.0)
MESSAGES = Rate(burst=60, each_s=0.5)
"""Of one address, behind which a whole office may be."""
CONTACTS = Rate(burst=5, each_s=600.0)


class Chat:
    """`host`: the address that asks."""

    def __init__(self, sessions: Sessions, call_backs: CallBacks, clock: Clock) -> None:
        self.sessions = sessions
        self._call_backs = call_backs
        self._clock = clock
        self._opening = RateLimit(OPENING, clock)
        self._messages = RateLimit(MESSAGES, clock)
        self._contacts = RateLimit(CONTACTS, clock)

    def open(self, host: str) -> SessionOut:
        """Raises `TooFast`, `NotNow`."""
        self._opening.take(customer(host))
        session, answer = self.sessions.open()
        return SessionOut(session=session.id, says=list(answer.reply.says), choices=choices_out(answer.choices))

    def go_on(self, host: str, session_id: str) -> SessionOut:
        """Says nothing again. Raises `TooFast`, `NoSuchSession`."""
        self._messages.take(customer(host))
        session = self.sessions.get(session_id)
        return SessionOut(session=session.id, says=[], choices=choices_out(session.conversation.choices))

    async def message(self, host: str, session_id: str, text: str | None, choice: str | int | None) -> AnswerOut:
        """Raises `TooFast`, `NoSuchSession`, `FieldRefused`."""
        self._messages.take(customer(host))
        written, key = text_or_choice(text, choice)
        if key is not None:
            return answer_out(await self.sessions.choose(session_id, key))
        return answer_out(await self.sessions.write(session_id, written))

    async def contact(self, host: str, session_id: str, given: ContactIn) -> ContactOut:
        """In place of what this chat left before. Raises `TooFast`, `NoSuchSession`, `NobodyAskedFor`,
        `FieldRefused`, `NotNow`.
        """
        conversation = self.sessions.get(session_id).conversation
        wanted = conversation.person_wanted
        if wanted is None:
            raise NobodyAskedFor
        number = phone_number(given.phone)
        if not given.consent:
            raise FieldRefused("consent", "Cần đồng ý cho giữ số điện thoại đến khi cán bộ gọi lại.")
        self._contacts.take(customer(host))
        left = CallBack(
            call_id=conversation.call_id,
            number=number,
            at=self._clock.utc().astimezone(UTC).replace(microsecond=0),
            reason=wanted.reason.value,
            name=name(given.name),
            about=mask(wanted.summary),
        )
        try:
            await asyncio.to_thread(self._call_backs.keep, left)
        except OSError as error:
            log.error("contact not kept", extra={"call_id": left.call_id, "error": error.strerror})
            raise NotNow("Chưa lưu được số điện thoại. Hãy thử lại, hoặc gọi tổng đài.") from error
        conversation.contact_left()
        return ContactOut(kept=True, phone=mask_number(number))
