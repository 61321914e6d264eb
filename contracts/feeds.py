"""Where the live events of calls processes can be followed."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    url: str
    """Of the websocket."""
    token: str = field(repr=False)

    @property
    def api(self) -> str:
        """Address of the calls process's other requests, which need the same token."""
        return self.url.replace("ws", "http", 1).removesuffix("/feed")
