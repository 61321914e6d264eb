"""What a running hotline tells programs of the same user on this machine: addresses, and the secrets to use them."""

import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contracts.paths import cache_dir
from contracts.private_file import write_private
from hotline.settings import Settings
from telephony.asterisk.adopted import stat_of


class AgentSecret(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    number: str
    password: str


class Feed(BaseModel):
    """Of one calls process."""

    model_config = ConfigDict(frozen=True)

    url: str
    """Of the websocket of live events."""
    token: str


class RunState(BaseModel):
    model_config = ConfigDict(frozen=True)

    pid: int
    started: int | None = None
    """When the process with that pid began, as `started_at` tells; None: not known."""
    asterisk_pid: int
    sip: str
    """host:port."""
    number: str
    console: str
    console_link: str = ""
    """Signs in once, without a user; empty: there is none."""
    chat: str = ""
    """Of the web chat's page; empty: there is none."""
    feeds: tuple[Feed, ...]
    ari: str
    ari_user: str
    ari_password: str
    agents: tuple[AgentSecret, ...]


def run_dir(settings: Settings) -> Path:
    return settings.run_dir or cache_dir() / "run" / str(settings.telephony.sip_port)


def content_store(settings: Settings) -> Path:
    """The folder of published bundles, and of what is stopped or told on air."""
    return settings.content.store or run_dir(settings) / "content"


def write_state(folder: Path, state: RunState) -> Path:
    """Readable by this user only."""
    file = folder / "state.json"
    write_private(file, state.model_dump_json(indent=1))
    return file


def read_state(file: Path) -> RunState | None:
    """None if no hotline runs there now."""
    try:
        state = RunState.model_validate(json.loads(file.read_text("utf-8")))
        os.kill(state.pid, 0)
    except (OSError, ValueError, ValidationError):
        return None
    # A number is given again to another process, soon after a restart of the machine.
    return state if state.started in (None, started_at(state.pid)) else None


def started_at(pid: int) -> int | None:
    """In clock ticks since the machine's start (proc(5), `starttime`); None: it is gone, or there is no /proc."""
    stat = stat_of(pid)
    return int(stat[19]) if stat is not None else None
