"""The host's package manager with a state of its own: nothing is installed on the host and no root is needed.

Uses `apt-get` and `apt-cache` with every folder redirected; proxies, credentials and timeouts come from the host's own
configuration, its hooks are switched off.
"""

import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from telephony.asterisk.child import bound_to_us, plain_environment
from telephony.asterisk.manifest import Manifest, PackageFile
from telephony.asterisk.sources import Candidate, Mirror
from telephony.errors import AsteriskInstallError

APT_GET = "/usr/bin/apt-get"
APT_CACHE = "/usr/bin/apt-cache"
PACKAGES = ("asterisk", "asterisk-moh-opsound-wav")

_URI = re.compile(r"^'(?P<uri>[^']+)' (?P<file>\S+) (?P<size>\d+)", re.MULTILINE)
_PERCENT = re.compile(r"^dlstatus:\d+:(?P<percent>[\d.]+):")
_UNREACHABLE = re.compile(r"Could not (?:connect|resolve)|Temporary failure|[Tt]imed out|Unable to connect|unreachable")

_CONFIGURATION = """\
Dir::State "{root}/state";
Dir::State::status "{root}/status";
Dir::State::lists "{root}/lists";
Dir::Cache "{root}";
Dir::Cache::archives "{root}/archives";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Etc::sourcelist "{root}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "{root}";
APT::Architecture "{architecture}";
APT::Default-Release "{target}";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::GzipIndexes "false";
Acquire::Retries "1";
Acquire::http::Timeout "15";
Acquire::https::Timeout "15";
// A mirror on this machine is not behind a proxy.
Acquire::http::Proxy::127.0.0.1 "DIRECT";
Debug::NoLocking "true";
#clear APT::Architectures;
APT::Architectures {{ "{architecture}"; }};
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
"""


class Unreachable(AsteriskInstallError):
    """The mirror does not answer at all; asking it for another suite is useless."""


class PackageState:
    """A private package state in `root` for one candidate of a mirror."""

    def __init__(self, root: Path, mirror: Mirror, candidate: Candidate, architecture: str) -> None:
        self._root = root
        self._mirror = mirror
        self._candidate = candidate
        self._architecture = architecture

    @property
    def archives(self) -> Path:
        return self._root / "archives"

    @property
    def manifest_path(self) -> Path:
        return self._root / "manifest.json"

    def update(self) -> None:
        """Fetches and verifies the mirror's lists. Raises `Unreachable`, `AsteriskInstallError`."""
        self._prepare()
        self._apt(APT_GET, "update")

    def versions(self) -> tuple[str, ...]:
        """Versions of the package `asterisk`, newest first."""
        rows = self._apt(APT_CACHE, "madison", "asterisk").splitlines()
        return tuple(row.split("|")[1].strip() for row in rows if row.count("|") >= 2)

    def plan(self, version: str, triplet: str) -> Manifest:
        """Every file that `asterisk` in this version needs, down to the C library."""
        wanted = [f"{PACKAGES[0]}={version}", *PACKAGES[1:]]
        # Files that are there already would be left out of the list.
        nowhere = self._root / "nothing-downloaded"
        (nowhere / "partial").mkdir(parents=True, exist_ok=True)
        listed = self._apt(APT_GET, "-o", f"Dir::Cache::archives={nowhere}", "--print-uris", "-y", "install", *wanted)
        files = [found["file"] for found in _URI.finditer(listed)]
        hashes = self._hashes(files)
        return Manifest(
            version=version,
            suite=self._candidate.target,
            architecture=self._architecture,
            triplet=triplet,
            packages=tuple(hashes[file] for file in sorted(files)),
        )

    def download(self, manifest: Manifest, on_bytes: Callable[[int], None]) -> None:
        """Fetches what is missing, goes on with what was begun, and verifies each file."""
        wanted = [f"{PACKAGES[0]}={manifest.version}", *PACKAGES[1:]]
        for line in self._stream(APT_GET, "-o", "APT::Status-Fd=1", "-y", "--download-only", "install", *wanted):
            if found := _PERCENT.match(line):
                on_bytes(int(float(found["percent"]) * manifest.size / 100))

    def _hashes(self, files: Sequence[str]) -> dict[str, PackageFile]:
        names = [_name_and_version(file) for file in files]
        shown = self._apt(APT_CACHE, "show", *(f"{name}={version}" for name, version in names))
        found: dict[str, PackageFile] = {}
        for stanza in shown.split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z0-9-]+): (.*)$", stanza, re.MULTILINE))
            if not {"Package", "Version", "Architecture", "Size", "SHA256"} <= set(fields):
                continue
            file = f"{fields['Package']}_{fields['Version'].replace(':', '%3a')}_{fields['Architecture']}.deb"
            found[file] = PackageFile(file=file, size=int(fields["Size"]), sha256=fields["SHA256"])
        if missing := [file for file in files if file not in found]:
            raise AsteriskInstallError(f"the mirror's lists give no SHA-256 for {', '.join(missing[:3])}")
        return found

    def _prepare(self) -> None:
        for folder in ("state", "lists/partial", "archives/partial"):
            (self._root / folder).mkdir(parents=True, exist_ok=True)
        (self._root / "status").touch()
        keys = ",".join(str(path) for path in self._mirror.keyrings)
        parts = " ".join(self._mirror.components)
        lines = [
            f"deb [target=Packages signed-by={keys}] {self._mirror.uri} {suite} {parts}"
            for suite in self._candidate.suites
        ]
        (self._root / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (self._root / "apt.conf").write_text(
            _CONFIGURATION.format(root=self._root, architecture=self._architecture, target=self._candidate.target),
            encoding="utf-8",
        )

    def _apt(self, program: str, *arguments: str) -> str:
        return "".join(self._stream(program, *arguments))

    def _stream(self, program: str, *arguments: str) -> Iterator[str]:
        command = bound_to_us([program, "-c", str(self._root / "apt.conf"), "-q", *arguments])
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=plain_environment(),
        ) as process:
            assert process.stdout is not None
            complaints: list[str] = []
            try:
                for line in process.stdout:
                    if line.startswith(("E:", "W:", "Err:")):
                        complaints.append(line.strip())
                    else:
                        yield line
            except BaseException:
                # An interrupted download must not go on behind our back.
                process.terminate()
                raise
            if process.wait() != 0:
                raise _failure(complaints, program)


def _name_and_version(file: str) -> tuple[str, str]:
    name, version, _ = file.removesuffix(".deb").split("_")
    return name, version.replace("%3a", ":")


def _failure(complaints: Sequence[str], program: str) -> AsteriskInstallError:
    reason = next((line for line in complaints if line.startswith("E:")), "") or f"{Path(program).name} failed"
    unreachable = any(_UNREACHABLE.search(line) for line in complaints)
    return (Unreachable if unreachable else AsteriskInstallError)(reason.removeprefix("E:").strip())
