"""The chats that go on: bounded in number, each known to whoever has its id, and over after half an hour of silence."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from calls.recorder import Listener
from chat.conversation import Answer, ChatParts, Conversation
from chat.errors import NoSuchSession, NotNow
from chat.rate_limit import Rate, RateLimit
from contracts.clock import Clock
from contracts.on_air import OnAir
from contracts.syllables import nfc

log = logging.getLogger(__name__)

IDLE_S = 30 * 60.0
SWEEP_EVERY_S = 30.0
TURNS = Rate(burst=10, each_s=3.0)
"""Of one chat: nobody reads and writes faster for long."""


@dataclass(slots=True, kw_only=True)
class Session:
    id: str = field(repr=False)
    """A secret of whoever chats; the journal has the conversation's own id."""
    conversation: Conversation
    used: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    over: bool = False


class Sessions:
    def __init__(
        self, *, current: Callable[[], ChatParts], clock: Clock, thinking: Executor,
        listeners: Sequence[Listener] = (), most: int = 500,
    ) -> None:  # fmt: skip
        """`current`: of the bundle that a chat beginning now takes, and keeps to its end."""
        self._current = current
        self._clock = clock
        self._thinking = thinking
        self._listeners = listeners
        self._most = most
        self._sessions: dict[str, Session] = {}
        self._turns = RateLimit(TURNS, clock, most_kept=most)
        self._on_air = OnAir()

    def __len__(self) -> int:
        return len(self._sessions)

    def put_on_air(self, on_air: OnAir) -> None:
        """From every chat's next answer on."""
        self._on_air = on_air

    def open(self) -> tuple[Session, Answer]:
        """Raises `NotNow`."""
        self.sweep()
        if len(self._sessions) >= self._most:
            raise NotNow("Hiện có quá nhiều người đang hỏi. Hãy thử lại sau ít phút.")
        conversation = Conversation(
            f"chat-{secrets.token_hex(8)}", self._current(), self._clock, self._thinking, self._listeners
        )
        session = Session(id=secrets.token_urlsafe(24), conversation=conversation, used=self._clock.now())
        answer = conversation.begin(self._on_air)
        self._sessions[session.id] = session
        return session, answer

    def get(self, session_id: str) -> Session:
        """Counts as a use. Raises `NoSuchSession`."""
        session = self._sessions.get(session_id)
        if session is None or self._idle(session):
            raise NoSuchSession
        session.used = self._clock.now()
        return session

    async def write(self, session_id: str, text: str) -> Answer:
        """Raises `NoSuchSession`, `TooFast`."""
        session = self._turn_of(session_id)
        async with session.turn:
            self._check(session)
            return self._after(session, await session.conversation.write(nfc(text), self._on_air))

    async def choose(self, session_id: str, key: str) -> Answer:
        """Raises `NoSuchSession`, `TooFast`, `FieldRefused`."""
        session = self._turn_of(session_id)
        async with session.turn:
            self._check(session)
            return self._after(session, session.conversation.choose(key, self._on_air))

    def sweep(self) -> None:
        """Ends chats that nobody has used for long."""
        for session in [one for one in self._sessions.values() if self._idle(one)]:
            self._end(session)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._clock.sleep(SWEEP_EVERY_S)
            self.sweep()

    def close(self) -> None:
        for session in list(self._sessions.values()):
            self._end(session)

    def _turn_of(self, session_id: str) -> Session:
        session = self.get(session_id)
        self._turns.take(session.id)
        return session

    def _check(self, session: Session) -> None:
        """It may have ended while this turn waited for the one before."""
        if session.over:
            raise NoSuchSession

    def _after(self, session: Session, answer: Answer) -> Answer:
        session.used = self._clock.now()
        if answer.ended:
            self._end(session)
        return answer

    def _end(self, session: Session) -> None:
        if session.over:
            return
        session.over = True
        self._sessions.pop(session.id, None)
        self._turns.forget(session.id)
        session.conversation.end()

    def _idle(self, session: Session) -> bool:
        return not session.turn.locked() and self._clock.now() - session.used >= IDLE_S
