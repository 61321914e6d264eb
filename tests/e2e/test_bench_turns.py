"""`bench turns --quick` as a user starts it."""

import asyncio
import json
import os
import sys
from pathlib import Path

from hotline.settings import ROOT
from telephony.asterisk.installation import Installation


async def test_who_speaks_when_is_measured_on_real_calls(asterisk_installation: Installation, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "hotline", "bench", "turns", "--quick", "--json"),
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
    rows = {row["name"]: row for row in json.loads(output)["results"]}
    for row in rows.values():
        assert set(row) == {"name", "value", "unit", "goal", "n"}
    assert rows["false interruptions, all"]["n"] > 0
    assert rows["missed interruptions"]["n"] > 0
    ours, livekit = (rows[f"turns with a pause cut off: {name}"] for name in ("ours", "livekit, gate of 0.5 s"))
    assert ours["n"] == livekit["n"] > 0 and ours["value"] <= livekit["value"]
