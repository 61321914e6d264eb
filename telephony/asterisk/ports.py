"""Who owns a port, and which ports are free."""

import contextlib
import random
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from telephony.errors import AsteriskStartError, PortTakenError

_PROC = Path("/proc")
_LISTENING = {"tcp": "0A", "udp": "07"}
_KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
# Below the range from which the kernel takes ports for outgoing traffic.
_SINGLE_PORTS = range(10000, 16000)
_RTP_PORTS = range(16384, 32000)
_RTP_BLOCK = 400
_TRIES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Ports for one more Asterisk beside others."""

    sip: int
    http: int
    media: int
    rtp_start: int
    rtp_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    pid: int
    name: str


def require_free(kind: str, host: str, port: int) -> None:
    """Raises `PortTakenError` naming the owner. `kind`: `tcp` or `udp`."""
    if is_free(kind, host, port):
        return
    raise PortTakenError(f"port {port}/{kind} on {host} is taken by {describe_owner(kind, port)}")


def describe_owner(kind: str, port: int) -> str:
    owner = find_owner(kind, port)
    return f"{owner.name} (pid {owner.pid})" if owner else "a process of another user"


def is_free(kind: str, host: str, port: int) -> bool:
    """Whether `port` can be bound on `host`. Raises `AsteriskStartError` where the host is none of this machine's."""
    with socket.socket(socket.AF_INET, _KINDS[kind]) as probe:
        if kind == "tcp":
            # A connection that is winding down does not keep a server from starting.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            if kind == "tcp":
                probe.listen(1)
        except OSError as error:
            if isinstance(error, PermissionError):
                raise AsteriskStartError(f"port {port}/{kind} on {host}: not permitted to this user") from error
            if error.errno == 99:
                raise AsteriskStartError(f"{host} is no address of this machine") from error
            return False
    return True


def find_owner(kind: str, port: int) -> Owner | None:
    """The process with a socket bound to `port`, as far as this user may see it."""
    inodes = {f"socket:[{inode}]" for inode in _inodes(kind, port)}
    if not inodes:
        return None
    for process in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    if str(descriptor.readlink()) in inodes:
                        return Owner(pid=int(process.name), name=_program(process))
    return None


def free_ports() -> Ports:
    """Ports that are free now; raises `AsteriskStartError` if none can be found."""
    chosen: list[int] = []
    for _ in range(_TRIES):
        port = random.choice(_SINGLE_PORTS)
        if port not in chosen and is_free("udp", "0.0.0.0", port) and is_free("tcp", "0.0.0.0", port):
            chosen.append(port)
        if len(chosen) == 3:
            start = random.randrange(_RTP_PORTS.start, _RTP_PORTS.stop - _RTP_BLOCK, 2)
            sip, http, media = chosen
            return Ports(sip=sip, http=http, media=media, rtp_start=start, rtp_end=start + _RTP_BLOCK - 1)
    raise AsteriskStartError("no free ports found")


def _inodes(kind: str, port: int) -> Iterator[str]:
    """Inodes of the sockets bound to `port`, from the tables described in proc(5)."""
    for table in (_PROC / "net" / kind, _PROC / "net" / f"{kind}6"):
        if not table.is_file():
            continue
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            columns = line.split()
            if int(columns[1].rpartition(":")[2], 16) == port and columns[3] == _LISTENING[kind]:
                yield columns[9]


def _program(process: Path) -> str:
    """Its name; for a program run by ld.so, the name it was given."""
    name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    if not name.startswith("ld-linux"):
        return name
    words = (process / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
    return words[words.index("--argv0") + 1] if "--argv0" in words[:-1] else name
