"""`demo` and `call` as a user starts them: both at once, as each takes as long as a real conversation."""

import asyncio
import json
import os
import sys
import wave
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from hotline_calls import is_sound

from hotline.settings import ROOT
from hotline.state import RunState

SAID = "làm giấy khai sinh cần giấy tờ gì"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    status: int
    output: str
    folder: Path


async def run(folder: Path, *words: str, **environment: str) -> Done:
    """The program in `folder`, until it ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "hotline", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )
    try:
        async with asyncio.timeout(300):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    return Done(status=await process.wait(), output=output.decode(), folder=folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(
    hotline_state: RunState, hotline_run_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[tuple[Done, Done]]:
    folder = tmp_path_factory.mktemp("commands")
    where = json.dumps(str(hotline_run_dir))
    yield await asyncio.gather(
        run(folder, "demo", "--exit", "--out", "out"),
        run(folder, "call", "--say", SAID, "--json", TONGDAI__RUN_DIR=where),
    )


def test_the_demo(both: tuple[Done, Done]) -> None:
    demo, _ = both
    assert demo.status == 0, demo.output
    with wave.open(str(demo.folder / "out" / "heard.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        assert is_sound(np.frombuffer(sound.readframes(sound.getnframes()), "<i2"))
    document: dict[str, Any] = json.loads((demo.folder / "out" / "call.json").read_text("utf-8"))
    question, interruption, person, talk = document["turns"]
    for turn in (question, interruption, person):
        assert turn["voice_to_voice_ms"] > 0
        assert turn["stages_ms"].keys() >= {"endpoint", "recognition", "meaning", "decision", "voice"}
    assert "giấy chứng sinh" in question["answer"]
    assert interruption["kind"] == "barge_in" and interruption["barge_in_ms"] > 0
    assert "lệ phí" in interruption["answer"]
    assert talk["answered"] and "em nghe rõ rồi" in talk["answer_heard"]
    agent = document["agent"]
    assert agent["rang"] is agent["heard_caller"] is True
    assert agent["reason"] == "caller_asked" and "Đã trả lời" in agent["summary"]


def test_the_call(both: tuple[Done, Done]) -> None:
    _, call = both
    document: dict[str, Any] = json.loads(call.output)
    assert call.status == 0, document
    (turn,) = document["turns"]
    assert turn["said"] == turn["heard_text"] == SAID
    assert "giấy chứng sinh" in turn["answer"]
    assert turn["answered"] and turn["voice_to_voice_ms"] > 0
    assert document["end"] == "caller"
    assert "trợ lý tự động" in document["greeting"]
