"""Where the live events of calls processes can be followed."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    url: str
    """Of the websocket."""
    token: str = field(repr=False)
