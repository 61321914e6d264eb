"""Where the host's own package manager gets its packages: the mirror and the suites that may carry Asterisk.

Reads `sources.list`, `*.list` (one line a source) and `*.sources` (deb822) as described in sources.list(5).
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from telephony.errors import AsteriskInstallError

MIRROR_VARIABLE = "TONGDAI_DEBIAN_MIRROR"
SUITE_VARIABLE = "TONGDAI_DEBIAN_SUITE"
KEYRING_VARIABLE = "TONGDAI_DEBIAN_KEYRING"

_KEYRINGS = {
    "debian": ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp"),
    "ubuntu": ("ubuntu-archive-keyring.gpg",),
}
_COMPONENTS = {"debian": ("main",), "ubuntu": ("main", "universe")}
_MOVING = {"debian": ("testing", "sid"), "ubuntu": ("devel",)}
_ALIASES = frozenset({"stable", "oldstable", "testing", "unstable", "sid", "devel"})
_OWN_FILES = ("debian.sources", "ubuntu.sources", "sources.list")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One address of one entry of the package manager's configuration."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: tuple[str, ...] = ()
    """Key files; a key written into the entry itself is left out."""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to ask the mirror: `suites` are listed together, `target` is preferred."""

    target: str
    suites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    uri: str
    components: tuple[str, ...]
    keyrings: tuple[Path, ...]
    candidates: tuple[Candidate, ...]
    """In the order in which they are tried."""


def parse_one_line(text: str, file: str = "") -> Iterator[Source]:
    """Entries such as `deb [signed-by=KEY] URI SUITE COMPONENT…`; what is no `deb` entry is passed over."""
    for line in text.splitlines():
        found = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+([^\s#]+)\s*([^#]*)", line)
        if found is None:
            continue
        options = dict(part.split("=", 1) for part in (found[1] or "").split() if "=" in part)
        yield Source(
            uri=found[2],
            suites=(found[3],),
            components=tuple(found[4].split()),
            signed_by=_key_files(options.get("signed-by", "").replace(",", " ")),
            file=file,
        )


def parse_deb822(text: str, file: str = "") -> Iterator[Source]:
    """Stanzas of `Field: value`; disabled ones and those without type `deb` are passed over."""
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        for uri in fields.get("uris", "").split():
            yield Source(
                uri=uri,
                suites=tuple(fields.get("suites", "").split()),
                components=tuple(fields.get("components", "").split()),
                signed_by=_key_files(fields.get("signed-by", "")),
                file=file,
            )


def read_sources(apt_dir: Path) -> tuple[Source, ...]:
    """All entries below `apt_dir` (usually `/etc/apt`), the distribution's own files first."""
    files = [apt_dir / "sources.list", *sorted((apt_dir / "sources.list.d").glob("*"))]
    files.sort(key=lambda path: path.name not in _OWN_FILES)
    found: list[Source] = []
    for path in files:
        if not path.is_file() or path.suffix not in (".list", ".sources"):
            continue
        parse = parse_deb822 if path.suffix == ".sources" else parse_one_line
        found.extend(parse(path.read_text(encoding="utf-8", errors="replace"), path.name))
    return tuple(found)


def read_os_release(path: Path) -> Mapping[str, str]:
    """The fields of os-release(5); empty where the file is missing."""
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def find_mirror(
    *,
    apt_dir: Path = Path("/etc/apt"),
    os_release: Path = Path("/etc/os-release"),
    keyring_dir: Path = Path("/usr/share/keyrings"),
    environment: Mapping[str, str] = os.environ,
) -> Mirror:
    """The mirror named by the environment, else the host's own. Raises `AsteriskInstallError` where there is none."""
    release = read_os_release(os_release)
    family, codename = _family(release), _codename(release)
    named = environment.get(MIRROR_VARIABLE)
    if named:
        # The variable names a Debian mirror, whatever the host is.
        codename = codename if family == "debian" else ""
        family, source = "debian", Source(uri=named, suites=(), components=())
    elif family:
        source = _own_source(read_sources(apt_dir), codename)
    else:
        raise AsteriskInstallError(
            f"this is neither Debian nor Ubuntu: set {MIRROR_VARIABLE} to a Debian mirror, "
            "or TONGDAI_ASTERISK to an installed asterisk"
        )
    suite = environment.get(SUITE_VARIABLE)
    return Mirror(
        uri=source.uri,
        components=_COMPONENTS[family],
        keyrings=_keyrings(environment.get(KEYRING_VARIABLE), family, source, keyring_dir),
        candidates=(Candidate(target=suite, suites=(suite,)),) if suite else _candidates(family, codename),
    )


def _candidates(family: str, codename: str) -> tuple[Candidate, ...]:
    own: list[Candidate] = []
    if codename:
        own.append(Candidate(target=codename, suites=(codename,)))
        if family == "ubuntu":
            own.append(Candidate(target=f"{codename}-updates", suites=(codename, f"{codename}-updates")))
        # Backports are built against the suite that they belong to.
        own.append(Candidate(target=f"{codename}-backports", suites=(codename, f"{codename}-backports")))
    return (*own, *(Candidate(target=suite, suites=(suite,)) for suite in _MOVING[family]))


def _own_source(sources: tuple[Source, ...], codename: str) -> Source:
    for source in sources:
        has_main = "main" in source.components
        is_own = codename in source.suites or (source.file in _OWN_FILES and _ALIASES & set(source.suites))
        if has_main and is_own and not source.uri.startswith("cdrom:"):
            return source
    raise AsteriskInstallError(
        f"the package manager's configuration names no mirror for {codename or 'this system'}: set {MIRROR_VARIABLE}"
    )


def _keyrings(named: str | None, family: str, source: Source, keyring_dir: Path) -> tuple[Path, ...]:
    if named:
        if not Path(named).is_file():
            raise AsteriskInstallError(f"{KEYRING_VARIABLE}: no such file: {named}")
        return (Path(named),)
    wanted = [*(keyring_dir / name for name in _KEYRINGS[family]), *(Path(name) for name in source.signed_by)]
    found = tuple(dict.fromkeys(path for path in wanted if path.is_file()))
    if not found:
        raise AsteriskInstallError(
            f"no keyring for the {family.title()} mirror: install {family}-archive-keyring, or set {KEYRING_VARIABLE}"
        )
    return found


def _family(release: Mapping[str, str]) -> str:
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next((name for name in ("ubuntu", "debian") if name in names), "")


def _codename(release: Mapping[str, str]) -> str:
    for field in ("UBUNTU_CODENAME", "DEBIAN_CODENAME", "VERSION_CODENAME"):
        if release.get(field):
            return release[field]
    return ""


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and name:
            fields[name] += "\n" + line.strip()
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _key_files(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split() if part.startswith("/"))
