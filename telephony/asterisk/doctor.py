"""What an operator should know before calls are answered: is Asterisk there, can it be had, are its ports free."""

import os
import shutil
from dataclasses import dataclass

from telephony.asterisk.install import TOOLS
from telephony.asterisk.installation import BINARY_VARIABLE, find_asterisk
from telephony.asterisk.ports import describe_owner, is_free
from telephony.asterisk.settings import AsteriskSettings
from telephony.asterisk.sources import MIRROR_VARIABLE, find_mirror
from telephony.asterisk.version import NEEDED
from telephony.errors import AsteriskError


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    ok: bool
    found: str
    mend: str = ""
    """What the operator can do; empty where nothing is wrong."""


def checks(settings: AsteriskSettings | None = None) -> tuple[Check, ...]:
    """Looks only; installs and starts nothing. Ports are those of `settings`."""
    settings = settings or AsteriskSettings()
    installed = _installed()
    found = [installed]
    if not installed.ok and not os.environ.get(BINARY_VARIABLE):
        found += [_tools(), _mirror()]
    return (
        *found,
        port_check("SIP port", "udp", settings.sip_host, settings.sip_port),
        port_check("ARI port", "tcp", settings.http_host, settings.http_port),
        *(port_check("media port", "tcp", "127.0.0.1", port) for port in settings.media_ports),
    )


def _installed() -> Check:
    name = f"Asterisk ({NEEDED})"
    try:
        found = find_asterisk()
    except AsteriskError as error:
        return Check(name=name, ok=False, found=str(error), mend=f"unset {BINARY_VARIABLE} or name another asterisk")
    if found is None:
        return Check(name=name, ok=False, found="not installed", mend="./tongdai asterisk install")
    return Check(name=name, ok=True, found=f"{found.version} in {found.root}")


def _tools() -> Check:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    return Check(
        name="package tools",
        ok=not missing,
        found=f"missing: {', '.join(missing)}" if missing else ", ".join(TOOLS),
        mend=f"install asterisk ({NEEDED}) and set {BINARY_VARIABLE} to it" if missing else "",
    )


def _mirror() -> Check:
    try:
        mirror = find_mirror()
    except AsteriskError as error:
        return Check(name="package mirror", ok=False, found=str(error), mend=f"set {MIRROR_VARIABLE}")
    suites = ", ".join(candidate.target for candidate in mirror.candidates)
    return Check(name="package mirror", ok=True, found=f"{mirror.uri} ({suites})")


def port_check(name: str, kind: str, host: str, port: int) -> Check:
    name = f"{name} {port}/{kind}"
    try:
        if is_free(kind, host, port):
            return Check(name=name, ok=True, found="free")
        found = f"taken by {describe_owner(kind, port)}"
    except AsteriskError as error:
        found = str(error)
    return Check(name=name, ok=False, found=found, mend="stop that program, or choose another port in hotline.yaml")
