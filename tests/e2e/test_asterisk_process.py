"""The real Asterisk as a child: ready, refused, taken ports, stopped."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from telephony.ari.client import AriClient
from telephony.asterisk.installation import Installation
from telephony.asterisk.ports import free_ports
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AsteriskSettings
from telephony.errors import AriAuthError, AsteriskStartError, AsteriskVersionError, PortTakenError

ROOT = Path(__file__).resolve().parents[2]


async def test_ready_means_ari_and_sip_are_ours(asterisk: AsteriskProcess) -> None:
    async with asterisk.ari() as ari:
        info = await ari.info()
        endpoints = {endpoint.resource: endpoint.state for endpoint in await ari.endpoints()}
        assert info.version.startswith(asterisk.installation.version)
        assert endpoints == {"trunk": "offline", "agent1": "offline", "agent2": "offline"}
        assert await ari.get_global("STASIS_APPS") == "tongdai"
    assert await asterisk.active_channels() == 0
    assert asterisk.alive


async def test_starts_without_warnings(asterisk: AsteriskProcess) -> None:
    lines = asterisk.log_path.read_text().splitlines()
    assert [line for line in lines if "WARNING" in line or "ERROR" in line] == []


async def test_wrong_password_is_refused(asterisk: AsteriskProcess) -> None:
    async with AriClient(asterisk.ari_url, asterisk.settings.ari_user, "not-the-password", "tongdai") as ari:
        with pytest.raises(AriAuthError):
            await ari.info()
        with pytest.raises(AriAuthError):
            await anext(ari.events())


async def test_secrets_are_readable_by_the_owner_only(asterisk: AsteriskProcess) -> None:
    etc = asterisk.run_dir / "etc"
    assert etc.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in etc.iterdir())


async def test_a_second_instance_names_the_owner_of_the_port(
    asterisk: AsteriskProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second = AsteriskProcess(asterisk.installation, asterisk.settings, tmp_path_factory.mktemp("ast"))
    with pytest.raises(PortTakenError, match=rf"{asterisk.settings.sip_port}/udp .* asterisk \(pid {asterisk.pid}\)"):
        await second.start()
    ports = free_ports()
    third = AsteriskProcess(
        asterisk.installation, replace(asterisk.settings, sip_port=ports.sip), tmp_path_factory.mktemp("ast")
    )
    with pytest.raises(PortTakenError, match=rf"{asterisk.settings.http_port}/tcp .* asterisk \(pid {asterisk.pid}\)"):
        await third.start()


async def test_a_port_taken_by_another_program_is_named(
    asterisk_installation: Installation, asterisk_settings: AsteriskSettings, asterisk_run_dir: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((asterisk_settings.sip_host, asterisk_settings.sip_port))
        process = AsteriskProcess(asterisk_installation, asterisk_settings, asterisk_run_dir)
        with pytest.raises(PortTakenError, match=rf"{asterisk_settings.sip_port}/udp .*\(pid {os.getpid()}\)"):
            await process.start()
    assert process.pid is None


async def test_one_run_directory_has_one_asterisk(asterisk: AsteriskProcess) -> None:
    second = AsteriskProcess(asterisk.installation, asterisk.settings, asterisk.run_dir)
    with pytest.raises(AsteriskStartError, match="another program"):
        await second.start()


async def test_starts_again_in_the_same_directory(asterisk: AsteriskProcess) -> None:
    first = asterisk.pid
    await asterisk.stop()
    await asterisk.stop()
    assert not asterisk.alive
    await asterisk.start()
    await asterisk.wait_ready()
    assert asterisk.alive and asterisk.pid != first


async def test_an_end_before_ready_is_told_with_its_last_words(
    asterisk_installation: Installation, asterisk_settings: AsteriskSettings, asterisk_run_dir: Path
) -> None:
    broken = replace(asterisk_installation, modules_dir=asterisk_run_dir / "no-modules")
    process = AsteriskProcess(broken, asterisk_settings, asterisk_run_dir)
    with pytest.raises(AsteriskStartError, match=r"cannot load res_timing_timerfd\.so"):
        async with process:
            pass
    assert not process.alive


async def test_an_unsupported_version_is_not_started(
    asterisk_installation: Installation, asterisk_settings: AsteriskSettings, asterisk_run_dir: Path
) -> None:
    old = replace(asterisk_installation, version="20.5.0")
    with pytest.raises(AsteriskVersionError, match=r"found Asterisk 20\.5\.0, needed: 22\.8"):
        await AsteriskProcess(old, asterisk_settings, asterisk_run_dir).start()


async def test_it_ends_when_its_parent_is_killed(asterisk_installation: Installation, asterisk_run_dir: Path) -> None:
    program = f"""
import asyncio, pathlib
from telephony.asterisk.installation import find_asterisk
from telephony.asterisk.ports import free_ports
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AsteriskSettings
async def main():
    ports = free_ports()
    settings = AsteriskSettings(sip_port=ports.sip, http_port=ports.http)
    async with AsteriskProcess(find_asterisk(), settings, pathlib.Path({str(asterisk_run_dir)!r})) as process:
        print(process.pid, flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""

    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    watch = os.pidfd_open(child)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(watch, ended.set)
    try:
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        async with asyncio.timeout(20):
            await ended.wait()
    finally:
        loop.remove_reader(watch)
        os.close(watch)
