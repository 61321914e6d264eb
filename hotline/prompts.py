"""The sentences that Asterisk itself plays, rendered by our voice into its sounds folder.

`python -m hotline.prompts FOLDER ENGINE` renders them, in a process of its own: the voice is large, and needed once.
"""

import asyncio
import json
import sys
from pathlib import Path

from hotline.errors import NotReadyError
from hotline.logs import configure_logs
from hotline.settings import ROOT

PROMPTS = {
    "handoff": "Xin bác giữ máy, tôi đang nối máy cho cán bộ tư vấn.",
    "busy": "Hiện chưa có cán bộ nào nhận máy. Xin lỗi bác, mời bác gọi lại sau ít phút.",
}
"""File name → what it says."""
_RATE_HZ = 8000
_STAMP = "prompts.json"


async def ensure_prompts(sounds_dir: Path, *, engine: str) -> None:
    """Nothing to do if they are there as they should be. Raises `NotReadyError`."""
    kept = sounds_dir / _STAMP
    if kept.is_file() and kept.read_text("utf-8") == _stamp(engine):
        return
    command = [sys.executable, "-m", "hotline.prompts", str(sounds_dir), engine]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    if await process.wait():
        raise NotReadyError("the sentences of the exchange could not be spoken: see above")


def write_prompts(sounds_dir: Path, *, engine: str) -> None:
    """Raises `VoiceError`, `OSError`."""
    from telephony.wav import write_wav
    from tts.rendering import render

    sounds_dir.mkdir(parents=True, exist_ok=True)
    for name, text in PROMPTS.items():
        aside = sounds_dir / f"{name}.new"
        write_wav(aside, render(text, engine=engine, rate_hz=_RATE_HZ), rate_hz=_RATE_HZ)
        aside.rename(sounds_dir / f"{name}.wav")
    (sounds_dir / _STAMP).write_text(_stamp(engine), "utf-8")


def _stamp(engine: str) -> str:
    return json.dumps({"engine": engine, "prompts": PROMPTS}, ensure_ascii=False)


if __name__ == "__main__":
    configure_logs()
    write_prompts(Path(sys.argv[1]), engine=sys.argv[2])
