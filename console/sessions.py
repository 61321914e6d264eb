"""Who is signed in: kept in this process's memory, so that a restart signs everybody out."""

import secrets
from dataclasses import dataclass, field

from console.users import Role, Users
from contracts.clock import Clock

IDLE_S = 3600.0
LONGEST_S = 12 * 3600.0
"""A working day, whatever is being done."""
MOST = 1000
"""Sessions at once; beyond that the one that was not used for longest goes."""


@dataclass(slots=True, kw_only=True)
class Session:
    id: str = field(repr=False)
    user: str
    role: Role
    stamp: str
    """Of the user's entry; empty: of nobody in the file (the link of a demonstration)."""
    started: float
    used: float
    csrf: str = field(repr=False)
    """Comes back with every change that the browser asks for."""
    looked_at: set[str] = field(default_factory=set[str])
    """Calls of which something was shown."""


class Sessions:
    def __init__(self, users: Users, clock: Clock) -> None:
        self._users = users
        self._clock = clock
        self._sessions: dict[str, Session] = {}

    def open(self, user: str, role: Role, stamp: str) -> Session:
        now = self._clock.now()
        session = Session(
            id=secrets.token_urlsafe(32), user=user, role=role, stamp=stamp, started=now, used=now,
            csrf=secrets.token_urlsafe(32),
        )  # fmt: skip
        while len(self._sessions) >= MOST:
            self.close(min(self._sessions.values(), key=lambda one: one.used).id)
        self._sessions[session.id] = session
        return session

    def get(self, session_id: str) -> Session | None:
        """None: never opened, closed, run out, or its user was changed. Counts as use.

        Raises `UserFileUnreadable`.
        """
        session, now = self._sessions.get(session_id), self._clock.now()
        if session is None:
            return None
        if now - session.used > IDLE_S or now - session.started > LONGEST_S or not self._still(session):
            self.close(session_id)
            return None
        session.used = now
        return session

    def close(self, session_id: str) -> None:
        self._sessions.pop(session_id, None)

    def _still(self, session: Session) -> bool:
        if not session.stamp:
            return True
        user = self._users.all().get(session.user)
        return user is not None and user.stamp == session.stamp
