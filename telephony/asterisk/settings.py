"""What varies between one Asterisk and another. Everything else is in the templates."""

import ipaddress
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from telephony.errors import AsteriskConfigError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_NUMBER = re.compile(r"[0-9]{1,20}")
# No comment sign, no space, no quote: the value stands unquoted in a configuration file.
_SECRET = re.compile(r"[A-Za-z0-9_.~!$%^&*+=@/-]{6,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAccount:
    """A person's phone: registers with name and password, is called by its number and by the queue."""

    name: str
    password: str = field(repr=False)
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """Raises `AsteriskConfigError` naming the field that cannot be used."""

    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    http_host: str = "127.0.0.1"
    http_port: int = 8088
    media_ports: tuple[int, ...] = (8790,)
    """Of the media websockets of the calls processes, on the loopback address; see `dialplan.media_client`."""
    rtp_start: int = 10000
    rtp_end: int = 19999
    media_address: str = ""
    """The address that callers and agents are told for audio; empty: the SIP address."""
    trunks: tuple[str, ...] = ("127.0.0.2/32",)
    """Networks whose calls are answered (CIDR)."""
    agents: tuple[AgentAccount, ...] = ()
    hotline: str = "19001009"
    queue: str = "tu_van"
    ari_user: str = "tongdai"
    ari_password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    stasis_apps: tuple[str, ...] = ("tongdai",)
    """Who answers at the start; later the program sets the global variable over ARI."""
    most_inside: int = 100
    """Calls with the program at once, also those being set up or refused; further ones go to the queue without it."""
    deadman_s: float = 4.0
    """A call whose timer was not renewed for so long goes to a person; seconds."""
    queue_max_s: int = 60
    """A wait for a person after which the caller is asked whether to wait on; seconds."""
    wait_max_s: int = 600
    """All waits of a call for a person; seconds."""
    choice_s: int = 8
    """How long a question to the caller waits for a key; who presses none waits on."""
    agent_ring_s: int = 15
    """How long one phone rings before the next; seconds."""
    agent_silent_s: int = 15
    """A person's phone that sends no audio for so long is dead; seconds."""
    sounds_dir: Path | None = None
    """Holds the sentences that `dialplan` names; None: `sounds` in the run directory."""
    call_backs_dir: Path | None = None
    """Where numbers are kept that callers left; None: `call_backs` in the run directory."""
    instance: str = field(default_factory=lambda: f"tongdai-{secrets.token_hex(6)}")
    """Named by the SIP side in `Server`, so that another Asterisk on our port is noticed."""

    def __post_init__(self) -> None:
        for name in ("sip_port", "http_port", "rtp_start", "rtp_end"):
            _check_port(name, getattr(self, name))
        for port in self.media_ports:
            _check_port("media_ports", port)
        for name in ("sip_host", "http_host"):
            _check_address(name, getattr(self, name))
        if self.media_address:
            _check_address("media_address", self.media_address)
        _require(self.rtp_end - self.rtp_start >= 3, "rtp_end", "needs at least two pairs of ports above rtp_start")
        for network in self.trunks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise AsteriskConfigError(f"trunks: {error}") from None
        _match(_NUMBER, "hotline", self.hotline)
        for name in ("queue", "ari_user", "instance"):
            _match(_NAME, name, getattr(self, name))
        _match(_SECRET, "ari_password", self.ari_password)
        for app in self.stasis_apps:
            _match(_NAME, "stasis_apps", app)
        _require(self.most_inside > 0, "most_inside", "must be above 0")
        for name in ("deadman_s", "queue_max_s", "wait_max_s", "choice_s", "agent_ring_s", "agent_silent_s"):
            _require(getattr(self, name) > 0, name, "must be above 0")
        self._check_agents()

    def _check_agents(self) -> None:
        for agent in self.agents:
            _match(_NAME, "agents: name", agent.name)
            _match(_SECRET, f"agents: password of {agent.name}", agent.password)
            _match(_NUMBER, f"agents: number of {agent.name}", agent.number)
        names = [agent.name for agent in self.agents]
        numbers = [agent.number for agent in self.agents]
        _require(len(set(names)) == len(names), "agents", "a name is given twice")
        _require(len(set(numbers)) == len(numbers), "agents", "a number is given twice")
        _require(self.hotline not in numbers, "agents", "a phone has the hotline's number")
        _require(not {"trunk", "leg", "transport-udp"} & set(names), "agents", "a name is taken by the configuration")


def _require(condition: bool, name: str, message: str) -> None:
    if not condition:
        raise AsteriskConfigError(f"{name}: {message}")


def _match(pattern: re.Pattern[str], name: str, value: str) -> None:
    # The value itself stays out of the message: it may be a password.
    _require(pattern.fullmatch(value) is not None, name, f"must match {pattern.pattern}")


def _check_port(name: str, value: int) -> None:
    _require(1 <= value <= 65535, name, f"{value} is no port")


def _check_address(name: str, value: str) -> None:
    try:
        ipaddress.IPv4Address(value)
    except ValueError:
        raise AsteriskConfigError(f"{name}: {value!r} is no IPv4 address") from None
