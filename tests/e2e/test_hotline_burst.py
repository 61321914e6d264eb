"""Fifty set-ups a second, by a SIP stack that is not ours: everybody is answered, and nothing of them stays."""

import asyncio
from pathlib import Path

import pytest
from hotline_calls import DEADLINE_S, all_gone, calling
from sipp_install import sipp_command

from hotline.state import RunState
from telephony.sip.caller import TRUNK_IP

A_SECOND, CALLS, HOLD_MS = 50, 100, 300


@pytest.fixture(scope="module")
def sipp() -> tuple[str, ...]:
    return sipp_command()


async def test_a_burst_of_calls_is_answered_and_leaves_nothing(
    hotline_state: RunState, sipp: tuple[str, ...], tmp_path: Path
) -> None:
    """By the hotline or, where it has no room for them, by the queue of people: sipp's own scenario ends well."""
    async with calling(hotline_state) as talking:
        process = await asyncio.create_subprocess_exec(
            *sipp, "-sn", "uac", hotline_state.sip, "-s", hotline_state.number, "-i", TRUNK_IP, "-nostdin",
            "-r", str(A_SECOND), "-m", str(CALLS), "-d", str(HOLD_MS),
            cwd=tmp_path,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            async with asyncio.timeout(DEADLINE_S):
                output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, output.decode(errors="replace")[-2000:]
        assert talking.caller.end is None, "who talked before is talking still"
    await all_gone(hotline_state)
    async with calling(hotline_state) as call:
        await call.told.event("say.started")
