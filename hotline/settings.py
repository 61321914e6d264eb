"""The program's settings: environment over file over default, read once, unknown keys refused by name.

A setting `telephony.sip_port` is the environment variable `TONGDAI__TELEPHONY__SIP_PORT`.
"""

import os
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from asr.engines import names as recogniser_names
from hotline.errors import SettingsError
from tts.engines import engine_names as voice_names

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_FILE = ROOT / "config" / "hotline.yaml"
_PREFIX = "TONGDAI__"


def _in_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError(f"{path}: no such user") from None


Place = Annotated[Path, AfterValidator(_in_home)]
"""A path of which `~` and `~user` are the home folder."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Agent(Section):
    """A person's phone that registers with Asterisk."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")
    number: str = Field(pattern=r"^\d{2,8}$")
    password: str = ""
    """Empty: a random one is made at start and printed in the ready line's file."""


class Telephony(Section):
    number: str = Field("19001009", pattern=r"^\d{3,15}$")
    sip_host: str = "127.0.0.1"
    sip_port: int = Field(15060, ge=0, le=65535)
    """0: a free one."""
    ari_port: int = Field(18088, ge=0, le=65535)
    media_port: int = Field(18787, ge=0, le=65535)
    rtp_start: int = Field(20000, ge=0, le=65000)
    rtp_ports: int = Field(1000, ge=20, le=40000)
    trunks: tuple[str, ...] = ("127.0.0.2/32",)
    """Addresses or networks whose calls are answered; anybody else gets nothing."""
    agents: tuple[Agent, ...] = (Agent(name="agent1", number="1001"), Agent(name="agent2", number="1002"))
    queue_max_s: int = Field(60, ge=5, le=3600)
    """A wait for a person after which the caller is asked whether to wait on or to leave a number."""
    wait_max_s: int = Field(600, ge=5, le=36000)
    """All waits of a call for a person."""
    max_calls: int = Field(60, ge=1, le=1000)
    """Calls taken at once; further callers go to the queue of people."""

    @field_validator("sip_host")
    @classmethod
    def _address(cls, host: str) -> str:
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise ValueError(f"{host!r} is no IPv4 address") from None

    @field_validator("trunks")
    @classmethod
    def _networks(cls, trunks: tuple[str, ...]) -> tuple[str, ...]:
        for trunk in trunks:
            try:
                IPv4Network(trunk)
            except ValueError as error:
                raise ValueError(f"no IPv4 network: {error}") from None
        return trunks


class Recognition(Section):
    engine: str = "people"
    workers: int = Field(2, ge=1, le=64)
    """Processes that share the callers' turns; one a core at the most."""
    most_behind_ms: int = Field(800, ge=100, le=60000)
    """How much work may wait for the recogniser; while more does, further callers go to the queue of people."""

    @field_validator("engine")
    @classmethod
    def _known(cls, name: str) -> str:
        return _one_of(name, recogniser_names())


class Speech(Section):
    engine: str = "vais"
    fallback: str = "espeak"
    workers: int = Field(2, ge=1, le=16)

    @field_validator("engine", "fallback")
    @classmethod
    def _known(cls, name: str) -> str:
        return _one_of(name, voice_names())


class Content(Section):
    folder: Place = ROOT / "config" / "content"
    """What is checked and published, and what calls take as long as nothing is published."""
    store: Place | None = None
    """Where published bundles are kept; none: `content` in the run folder."""
    profile: Literal["demo", "production"] = "demo"

    @field_validator("folder")
    @classmethod
    def _there(cls, folder: Path) -> Path:
        if not folder.is_dir():
            raise ValueError(f"{folder}: no such folder")
        return folder


class Console(Section):
    host: str = "127.0.0.1"
    port: int = Field(18080, ge=0, le=65535)
    url: str = Field("", pattern=r"^(https?://[A-Za-z0-9.:_/-]+/)?$")
    """By which people's browsers open it, such as behind a proxy, with "/" at its end; empty: host and port.

    With `https:` its cookies are for HTTPS alone, and the `X-Forwarded-For` of a proxy on this machine is believed."""
    open_link: bool = False
    """The ready line has a link that signs in, once, without a user: for demonstrations."""


class Chat(Section):
    """The web chat: the hotline's answers in text, for anybody who reaches its port."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(18082, ge=0, le=65535)
    url: str = Field("", pattern=r"^(https?://[A-Za-z0-9.:-]+/)?$")
    """By which people's browsers open it, such as behind a proxy, with "/" at its end; empty: host and port.

    With `https:` the `X-Forwarded-For` of a proxy on this machine is believed: limits are for each address."""
    most_sessions: int = Field(500, ge=1, le=100_000)


class Guard(Section):
    calls_processes: int = Field(1, ge=1, le=16)
    """Each has its own recognisers and voices; the dialplan takes turns among them and tries the next."""
    calls_outlive_it: bool = True
    """Where the guard itself is killed, calls go on and Asterisk stays, for the next guard to take over."""
    drain_s: float = Field(20, ge=0, le=3600)
    """After SIGTERM: how long calls may go on before they are handed to people."""
    asterisk_silent_s: float = Field(15, ge=2, le=600)
    """An Asterisk that answers neither over ARI nor over SIP for so long is started again."""
    people_s: float = Field(300, ge=0, le=36000)
    """After SIGTERM: how long callers may go on waiting for people and talking to them."""


class Journal(Section):
    url: str = ""
    """`sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/DATABASE`; empty: a file in the run's folder."""
    spool: Place | None = None
    """Where events wait for the database, on a disk of this machine; none: in the run's folder."""

    @field_validator("url")
    @classmethod
    def _kind(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
            raise ValueError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
        kind, slashes, file = url.partition(":///")
        return f"{kind}{slashes}{_in_home(Path(file))}" if file.startswith("~") else url


class Settings(Section):
    telephony: Telephony = Telephony()  # pyright: ignore[reportCallIssue]
    recognition: Recognition = Recognition()  # pyright: ignore[reportCallIssue]
    speech: Speech = Speech()  # pyright: ignore[reportCallIssue]
    content: Content = Content()
    console: Console = Console()  # pyright: ignore[reportCallIssue]
    chat: Chat = Chat()  # pyright: ignore[reportCallIssue]
    journal: Journal = Journal()
    guard: Guard = Guard()  # pyright: ignore[reportCallIssue]
    run_dir: Place | None = None
    """Where Asterisk's configuration, logs and sockets live; none: a folder in the cache, one for each SIP port."""


def load_settings(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Raises `SettingsError` naming the file and field."""
    path = file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    values = _read(path) if path else {}
    overrides = _from_environment(os.environ if environment is None else environment)
    try:
        return Settings.model_validate(_merge(values, overrides))
    except ValidationError as error:
        raise SettingsError(_describe(error, path, overrides)) from error


def _one_of(name: str, known: Sequence[str]) -> str:
    if name not in known:
        raise ValueError(f"{name!r} is none of {', '.join(known)}")
    return name


def _read(path: Path) -> dict[str, Any]:
    try:
        loaded = _yaml(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except MarkedYAMLError as error:
        marked = cast(Any, error)  # its stubs are partial
        where = f"{path}:{marked.problem_mark.line + 1}" if marked.problem_mark else f"{path}"
        raise SettingsError(f"{where}: not YAML: {str(marked.problem).splitlines()[0]}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not YAML: {str(error).splitlines()[0]}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise SettingsError(f"{path}: must hold settings by name")
    return cast(dict[str, Any], loaded)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Values are read as YAML, so that numbers and lists can be given."""
    found: dict[str, Any] = {}
    for name, text in environment.items():
        if not name.startswith(_PREFIX):
            continue
        *sections, key = name[len(_PREFIX) :].lower().split("__")
        at = found
        for section in sections:
            at = at.setdefault(section, {})
        try:
            at[key] = _yaml(text)
        except YAMLError as error:
            raise SettingsError(f"{name}: not a YAML value") from error
    return found


def _yaml(text: str) -> Any:
    parser: Any = YAML(typ="safe", pure=True)
    return parser.load(text)


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            merged[key] = _merge(cast(dict[str, Any], under), cast(dict[str, Any], value))
        else:
            merged[key] = value
    return merged


def _describe(error: ValidationError, path: Path | None, overrides: dict[str, Any]) -> str:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    at: Any = overrides
    for part in where:
        at = cast(dict[str, Any], at).get(part) if isinstance(at, dict) else None
    origin = "environment" if at is not None else (str(path) if path else "settings")
    problem = "unknown setting" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
    return f"{origin}: {'.'.join(where)}: {problem}"
