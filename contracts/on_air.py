"""What people have taken off the air or put on it, for all calls at once: stops of content, and bulletins."""

from collections.abc import Collection
from dataclasses import dataclass

from contracts.meaning import Aspect


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What is covered is not said; a person answers it."""

    code: str
    """Of a procedure; empty: all of them."""
    aspect: Aspect | None = None
    """None: every one."""
    fact: str = ""
    """The id of one fact; empty: every one."""

    def covers(self, code: str, aspect: Aspect, fact: str) -> bool:
        return self.code in ("", code) and self.aspect in (None, aspect) and self.fact in ("", fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """A sentence that callers are told once, before the answer that it belongs to."""

    id: str
    text: str
    codes: tuple[str, ...] = ()
    """Of procedures; empty: of any."""
    aspects: tuple[Aspect, ...] = ()
    """Empty: any."""

    def concerns(self, code: str | None, aspects: Collection[Aspect]) -> bool:
        of_procedure = not self.codes or code in self.codes
        return of_procedure and (not self.aspects or not set(self.aspects).isdisjoint(aspects))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnAir:
    stops: tuple[Stop, ...] = ()
    bulletins: tuple[Bulletin, ...] = ()

    def stopped(self, code: str, aspect: Aspect, fact: str) -> bool:
        return any(stop.covers(code, aspect, fact) for stop in self.stops)
