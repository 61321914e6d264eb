"""A real Asterisk for the tests in this folder: installed once into the cache, started on free ports for each test."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from asr.errors import ModelUnavailable
from asr.models import ensure_people
from hotline.serve_process import serving
from hotline.state import RunState
from telephony.asterisk.install import ensure_asterisk
from telephony.asterisk.installation import Installation
from telephony.asterisk.ports import Ports, free_ports
from telephony.asterisk.process import AsteriskProcess
from telephony.asterisk.settings import AgentAccount, AsteriskSettings
from telephony.errors import AsteriskError

AGENTS = (
    AgentAccount(name="agent1", password="secret-agent1", number="1001"),
    AgentAccount(name="agent2", password="secret-agent2", number="1002"),
)

WAITS = {"TONGDAI__TELEPHONY__QUEUE_MAX_S": "5", "TONGDAI__TELEPHONY__WAIT_MAX_S": "16"}
"""For a person: short ones. Until who presses no key is asked, 15 s go by."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if item.get_closest_marker("timeout") is None:
                # The first test may have to download and unpack an Asterisk.
                item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def asterisk_installation() -> Installation:
    """Skips where no Asterisk can be had (no network, no package tools); fails instead with CI=true."""
    try:
        return ensure_asterisk()
    except AsteriskError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Asterisk: {error}")


@pytest.fixture
def asterisk_ports() -> Ports:
    return free_ports()


@pytest.fixture
def asterisk_settings(asterisk_ports: Ports) -> AsteriskSettings:
    """Calls are answered from 127.0.0.2; agent1 (1001) and agent2 (1002) may register from 127.0.0.3 on."""
    ports = asterisk_ports
    return AsteriskSettings(
        sip_port=ports.sip,
        http_port=ports.http,
        media_ports=(ports.media,),
        rtp_start=ports.rtp_start,
        rtp_end=ports.rtp_end,
        agents=AGENTS,
    )


@pytest.fixture
def asterisk_run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Short, as a Unix socket must fit into it."""
    return tmp_path_factory.mktemp("ast")


@pytest.fixture
async def asterisk(
    asterisk_installation: Installation, asterisk_settings: AsteriskSettings, asterisk_run_dir: Path
) -> AsyncGenerator[AsteriskProcess]:
    """Running and ready. A test that needs other settings overrides the fixture `asterisk_settings`."""
    async with AsteriskProcess(asterisk_installation, asterisk_settings, asterisk_run_dir) as process:
        yield process


@pytest.fixture(scope="session")
def hotline_run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def hotline_state(asterisk_installation: Installation, hotline_run_dir: Path) -> AsyncGenerator[RunState]:
    """`tongdai serve`, one for all tests that call it, each in its own loop: nothing of it lives in this process."""
    try:
        ensure_people()
    except ModelUnavailable as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    async with serving(hotline_run_dir, environment=WAITS) as served:
        yield served.state
