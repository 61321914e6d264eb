"""A benchmark as a user starts it."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from hotline.settings import ROOT


async def bench_rows(folder: Path, *words: str) -> list[dict[str, Any]]:
    """The rows that `bench WORDS --json` prints in `folder`, each checked for its fields."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "hotline", "bench", *words, "--json"),
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        async with asyncio.timeout(240):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    rows: list[dict[str, Any]] = json.loads(output)["results"]
    for row in rows:
        assert set(row) == {"name", "value", "unit", "goal", "n"}
    return rows
