"""`bench faults --quick` as a user starts it."""

import asyncio
import json
import os
import sys
from pathlib import Path

from hotline.settings import ROOT
from telephony.asterisk.installation import Installation


async def test_callers_reach_people_and_no_event_is_lost(asterisk_installation: Installation, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "hotline", "bench", "faults", "--quick", "--json"),
        stdout=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        async with asyncio.timeout(240):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    rows = json.loads(output)["results"]
    assert {row["name"].split(":")[0] for row in rows} == {"calls process killed", "guard and calls process killed"}
    for row in rows:
        assert set(row) == {"name", "value", "unit", "goal", "n"}
        if "reached a person" in row["name"]:
            assert row["value"] == row["goal"] == row["n"] > 0
        if "events lost" in row["name"]:
            assert row["value"] == 0 < row["n"]
