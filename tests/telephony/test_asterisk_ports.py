"""Who owns a port, and what the operator is told."""

import os
import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from telephony.asterisk.doctor import checks
from telephony.asterisk.ports import find_owner, free_ports, is_free, require_free
from telephony.asterisk.settings import AsteriskSettings
from telephony.errors import AsteriskStartError, PortTakenError

HOST = "127.0.0.1"


@pytest.fixture(params=["tcp", "udp"])
def taken(request: pytest.FixtureRequest) -> Generator[tuple[str, int]]:
    """Kind and number of a port that this process owns."""
    kind = str(request.param)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as owner:
        owner.bind((HOST, 0))
        if kind == "tcp":
            owner.listen(1)
        yield kind, owner.getsockname()[1]


def test_the_owner_is_found(taken: tuple[str, int]) -> None:
    owner = find_owner(*taken)
    assert owner is not None
    assert owner.pid == os.getpid()
    assert owner.name == Path("/proc/self/comm").read_text(encoding="utf-8").strip()


def test_a_taken_port_is_refused_with_its_owner(taken: tuple[str, int]) -> None:
    kind, port = taken
    with pytest.raises(PortTakenError, match=rf"port {port}/{kind} on {HOST} is taken by .* \(pid {os.getpid()}\)"):
        require_free(kind, HOST, port)


def test_a_free_port_is_accepted() -> None:
    ports = free_ports()
    require_free("udp", HOST, ports.sip)
    require_free("tcp", HOST, ports.http)
    assert find_owner("udp", ports.sip) is None


def test_an_address_of_another_machine_is_no_taken_port() -> None:
    with pytest.raises(AsteriskStartError, match="no address of this machine"):
        is_free("udp", "192.0.2.1", 5060)


def test_free_ports_differ_and_leave_room_for_audio() -> None:
    ports = free_ports()
    assert len({ports.sip, ports.http, ports.media}) == 3
    assert ports.rtp_start % 2 == 0
    assert ports.rtp_end - ports.rtp_start >= 100


def test_the_doctor_names_a_taken_port(taken: tuple[str, int]) -> None:
    kind, port = taken
    settings = AsteriskSettings(sip_port=port) if kind == "udp" else AsteriskSettings(http_port=port)
    (wrong,) = [check for check in checks(settings) if f"{port}/{kind}" in check.name]
    assert not wrong.ok
    assert str(os.getpid()) in wrong.found
    assert wrong.mend


def test_the_doctor_says_how_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONGDAI_CACHE", str(tmp_path))
    monkeypatch.delenv("TONGDAI_ASTERISK", raising=False)
    monkeypatch.setenv("TONGDAI_DEBIAN_MIRROR", "http://mirror.example/debian")
    monkeypatch.setenv("TONGDAI_DEBIAN_KEYRING", str(tmp_path / "none"))
    first, tools, mirror, *_ = checks()
    assert (first.ok, first.found, first.mend) == (False, "not installed", "./tongdai asterisk install")
    assert tools.name == "package tools"
    assert not mirror.ok and "TONGDAI_DEBIAN_KEYRING" in mirror.found


def test_the_doctor_names_a_wrong_asterisk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TONGDAI_ASTERISK", str(tmp_path / "none"))
    first = checks()[0]
    assert not first.ok and "TONGDAI_ASTERISK" in first.found and "unset" in first.mend
