"""What the console is told when it is made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contracts.feeds import FeedAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Of a person to whom calls can be handed over."""

    name: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleConfig:
    feeds: Sequence[FeedAddress]
    """Of the calls processes."""
    folder: Path
    """Of `users.json` and `audit.jsonl`."""
    on_air: Path | None = None
    """The folder of the board of stops and bulletins; None: `content` in `folder`."""
    phones: Sequence[Phone] = ()
    https: bool = False
    """Browsers reach us over HTTPS: cookies are for that alone."""
    link_key: str = field(default="", repr=False)
    """Whoever brings it first is signed in as a supervisor, without a user; empty: nobody."""
