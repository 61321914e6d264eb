"""What a guard leaves for the next one about the Asterisk that it started, so that calls outlive a guard."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from contracts.private_file import write_private
from telephony.asterisk.settings import AgentAccount, AsteriskSettings
from telephony.errors import AsteriskConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeState:
    pid: int
    settings: AsteriskSettings

    def write(self, file: Path) -> None:
        """Readable by this user only, as it holds passwords."""
        write_private(file, json.dumps({"pid": self.pid, "settings": asdict(self.settings)}, default=str))


def read_exchange_state(file: Path) -> ExchangeState | None:
    """None if there is none, or none that can be read."""
    try:
        found = cast(dict[str, Any], json.loads(file.read_text("utf-8")))
        settings = dict(cast(dict[str, Any], found["settings"]))
        settings["agents"] = tuple(AgentAccount(**agent) for agent in settings["agents"])
        for name in ("media_ports", "trunks", "stasis_apps"):
            settings[name] = tuple(settings[name])
        for name in ("sounds_dir", "call_backs_dir"):
            if settings[name] is not None:
                settings[name] = Path(settings[name])
        return ExchangeState(pid=int(found["pid"]), settings=AsteriskSettings(**settings))
    except (OSError, ValueError, KeyError, TypeError, AsteriskConfigError):
        return None


def same_but_for_chance(one: AsteriskSettings, other: AsteriskSettings, *, free: frozenset[str]) -> bool:
    """Whether `other` is what `one` asks for; `free` names the fields that `one` leaves open."""
    open_fields = {name: getattr(other, name) for name in {"ari_password", "instance", *free}}
    return replace(one, **open_fields) == other
