"""Asterisk's configuration files: the templates of `config/asterisk/` with `{{name}}` filled in."""

import re
import stat
from collections.abc import Mapping
from pathlib import Path

from telephony.asterisk.dialplan import APPS_SEPARATOR, media_client
from telephony.asterisk.installation import Installation
from telephony.asterisk.settings import AgentAccount, AsteriskSettings
from telephony.errors import AsteriskConfigError

TEMPLATES = Path(__file__).resolve().parents[2] / "config" / "asterisk"

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
# sun_path of a Unix socket has 108 bytes; Asterisk cuts a longer name without a word.
_SOCKET_PATH_LIMIT = 107


def write_configuration(
    installation: Installation, settings: AsteriskSettings, run_dir: Path, templates: Path = TEMPLATES
) -> Path:
    """Writes every folder and file that Asterisk needs below `run_dir`; returns the configuration folder.

    Files that hold passwords can be read by their owner only. Raises `AsteriskConfigError`.
    """
    run_dir = run_dir.resolve()
    for folder in (run_dir, sounds_dir(settings, run_dir), call_backs_dir(settings, run_dir)):
        _check_folder(folder)
    _check_socket(run_dir)
    for folder in ("etc", "lib/agi-bin", "spool", "log", "cache", "run"):
        (run_dir / folder).mkdir(parents=True, exist_ok=True)
    (run_dir / "etc").chmod(0o700)
    call_backs_dir(settings, run_dir).mkdir(mode=0o700, parents=True, exist_ok=True)
    _link_data(installation, run_dir, sounds_dir(settings, run_dir))
    values = _values(installation, settings, run_dir)
    files = sorted(templates.glob("*.conf"))
    if not files:
        raise AsteriskConfigError(f"{templates}: no configuration templates")
    for template in files:
        text = fill(template.read_text(encoding="utf-8"), values, template.name)
        _write(run_dir / "etc" / template.name, text)
    return run_dir / "etc"


def fill(text: str, values: Mapping[str, str], file: str) -> str:
    """`text` with every placeholder replaced. Raises `AsteriskConfigError` naming file and placeholder."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            known = ", ".join(sorted(values))
            raise AsteriskConfigError(f"{file}: unknown placeholder {{{{{found[1]}}}}}; known: {known}")
        return values[found[1]]

    filled = _PLACEHOLDER.sub(value, text)
    if "{{" in filled:
        line = next(number for number, line in enumerate(filled.splitlines(), start=1) if "{{" in line)
        raise AsteriskConfigError(f"{file}: line {line}: a placeholder is not closed")
    return filled


def sounds_dir(settings: AsteriskSettings, run_dir: Path) -> Path:
    """Where the announcements lie that the dialplan plays; see `dialplan.HANDOFF_SOUND`."""
    return (settings.sounds_dir or run_dir / "sounds").resolve()


def call_backs_dir(settings: AsteriskSettings, run_dir: Path) -> Path:
    """Where the dialplan keeps a file for each number that a caller left (personal)."""
    return (settings.call_backs_dir or run_dir / "call_backs").resolve()


def _values(installation: Installation, settings: AsteriskSettings, run_dir: Path) -> dict[str, str]:
    return {
        "etc_dir": str(run_dir / "etc"),
        "run_dir": str(run_dir),
        "control_dir": str(run_dir / "run"),
        "data_dir": str(run_dir / "data"),
        "modules_dir": str(installation.modules_dir),
        "music_dir": str(installation.data_dir / "moh"),
        "music_entries": "\n".join(f"entry = {file}" for file in _music(installation.data_dir / "moh")),
        "sounds_dir": str(sounds_dir(settings, run_dir)),
        "call_backs_dir": str(call_backs_dir(settings, run_dir)),
        "sip_host": settings.sip_host,
        "sip_port": str(settings.sip_port),
        "http_host": settings.http_host,
        "http_port": str(settings.http_port),
        "rtp_start": str(settings.rtp_start),
        "rtp_end": str(settings.rtp_end),
        "media_address": _media_address(settings),
        "media_clients": "\n".join(_media_client(port) for port in settings.media_ports),
        "trunk_matches": "\n".join(f"match = {network}" for network in settings.trunks),
        "agents": "\n".join(_agent(agent) for agent in settings.agents),
        "agent_numbers": "\n".join(
            f"exten => {agent.number},1,Dial(PJSIP/{agent.name},{settings.agent_ring_s})" for agent in settings.agents
        ),
        "takeover_numbers": "\n".join(
            f"exten => {agent.number},1,Set(PHONE={agent.name})\n same => n,Goto(ring,1)" for agent in settings.agents
        ),
        "queue_members": "\n".join(
            f"member => PJSIP/{agent.name},0,{agent.name},PJSIP/{agent.name}" for agent in settings.agents
        ),
        "queue_name": settings.queue,
        "hotline": settings.hotline,
        "stasis_apps": APPS_SEPARATOR.join(settings.stasis_apps),
        "most_inside": str(settings.most_inside),
        "deadman_s": f"{settings.deadman_s:g}",
        "queue_max_s": str(settings.queue_max_s),
        "wait_max_s": str(settings.wait_max_s),
        "choice_s": str(settings.choice_s),
        "agent_silent_s": str(settings.agent_silent_s),
        "agent_ring_s": str(settings.agent_ring_s),
        "ari_user": settings.ari_user,
        "ari_password": settings.ari_password,
        "instance": settings.instance,
    }


def _music(folder: Path) -> list[Path]:
    """Pieces as a playlist names them: without the format."""
    return sorted({file.with_suffix("") for file in folder.glob("*") if file.suffix})


def _agent(agent: AgentAccount) -> str:
    name = agent.name
    return "\n".join(
        (
            f"[{name}](agent)",
            f"auth = {name}",
            f"aors = {name}",
            f"callerid = {name} <{agent.number}>",
            f"[{name}](agent-auth)",
            f"username = {name}",
            f"password = {agent.password}",
            f"[{name}](agent-aor)",
            "",
        )
    )


def _media_client(port: int) -> str:
    return f"[{media_client(port)}](media-defaults)\nuri = ws://127.0.0.1:{port}/media\n"


def _media_address(settings: AsteriskSettings) -> str:
    address = settings.media_address or settings.sip_host
    if address == "0.0.0.0":
        return "; Audio leaves by the address that the system picks."
    bind = "yes" if address == settings.sip_host else "no"
    return f"media_address = {address}\nbind_rtp_to_media_address = {bind}"


def _check_folder(folder: Path) -> None:
    if re.search(r"[;\n\r,{}$()]", str(folder)):
        raise AsteriskConfigError(f"run_dir: {folder} has a character that Asterisk's configuration cannot hold")


def _check_socket(run_dir: Path) -> None:
    if len(bytes(run_dir / "run" / "asterisk.ctl")) > _SOCKET_PATH_LIMIT:
        raise AsteriskConfigError(f"run_dir: {run_dir} is too long for a Unix socket in it; use a shorter one")


def _write(file: Path, text: str) -> None:
    """For its owner only. What is as it should be stays: it can be started again while the disk is full."""
    if _has(file, text):
        return
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


def _has(file: Path, text: str) -> bool:
    try:
        return stat.S_IMODE(file.lstat().st_mode) == 0o600 and file.read_bytes() == text.encode()
    except OSError:
        return False


def _link_data(installation: Installation, run_dir: Path, sounds: Path) -> None:
    """A data folder of our own: the installation's documentation and REST descriptions, our sounds."""
    data = run_dir / "data"
    (data / "sounds").mkdir(parents=True, exist_ok=True)
    sounds.mkdir(parents=True, exist_ok=True)
    for entry in installation.data_dir.iterdir():
        if entry.name != "sounds":
            _link(data / entry.name, entry)
    _link(data / "sounds" / "tongdai", sounds)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    link.symlink_to(target)
