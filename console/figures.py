"""What the guard last said about the hotline's processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from contracts.clock import Clock

STALE_S = 10.0
"""The guard tells every 2 s; so long without a word, and what it said counts no longer."""


@dataclass(slots=True)
class Figures:
    clock: Clock
    _told: Mapping[str, Any] = field(default_factory=dict[str, Any])
    _at: float | None = None

    def take(self, told: Mapping[str, Any]) -> None:
        self._told, self._at = told, self.clock.now()

    @property
    def fresh(self) -> bool:
        return self._at is not None and self.clock.now() - self._at <= STALE_S

    def processes(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """By name, of one kind: `calls`, `others`. Of each: pid, restarts, ready, and what its beats carry."""
        found = self._told.get(kind)
        return cast(Mapping[str, Mapping[str, Any]], found) if isinstance(found, dict) else {}

    @property
    def exchange(self) -> Mapping[str, Any]:
        """`restarts`, and `answers`: whether Asterisk did at the last look."""
        found = self._told.get("exchange")
        return cast(Mapping[str, Any], found) if isinstance(found, dict) else {}

    def degraded(self) -> list[str]:
        """What does not work, though calls are answered without it: `journal`, when nothing gets to the database;
        `chat`, where there is to be one.
        """
        if not self.fresh:
            return []
        others = self.processes("others")
        journal, chat = others.get("journal", {}), others.get("chat")
        found = ["journal"] if not journal.get("ready") or journal.get("away") else []
        return [*found, "chat"] if chat is not None and not chat.get("ready") else found

    def missing(self) -> list[str]:
        """What must be there before calls are answered and is not; empty: ready."""
        if not self.fresh:
            return ["guard"]
        found = [] if self.exchange.get("answers") else ["asterisk"]
        if not any(one.get("ready") and not one.get("draining") for one in self.processes("calls").values()):
            found.append("calls")
        return found
