"""Which Asterisk this program works with, and how a version is read."""

import re
from dataclasses import dataclass

from telephony.errors import AsteriskVersionError

# chan_websocket takes its control messages as JSON from 22.8 on.
OLDEST = (22, 8)
TOO_NEW = (24, 0)
NEEDED = "22.8 or newer, below 24"

_NUMBERS = re.compile(r"(?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Reads `Asterisk 22.10.1~dfsg-1`, `1:22.10.1+dfsg-1` or `22.10.1`. Raises `AsteriskVersionError`."""
        found = _NUMBERS.search(text)
        if found is None:
            raise AsteriskVersionError(f"no Asterisk version in {text.strip()[:80]!r}; needed: {NEEDED}")
        return cls(int(found[1]), int(found[2]), int(found[3] or 0))

    @property
    def supported(self) -> bool:
        return OLDEST <= (self.major, self.minor) < TOO_NEW

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


def require_supported(text: str, where: str) -> Version:
    """The version in `text`. Raises `AsteriskVersionError` naming `where`, what was found and what is needed."""
    version = Version.parse(text)
    if not version.supported:
        raise AsteriskVersionError(f"{where}: found Asterisk {version}, needed: {NEEDED}")
    return version
