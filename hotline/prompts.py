"""The sentences that Asterisk itself plays, rendered by our voice into its sounds folder.

`python -m hotline.prompts FOLDER ENGINE` renders them, in a process of its own: the voice is large, and needed once.
"""

import asyncio
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

from contracts.numbers import DIGIT_WORDS
from contracts.paths import cache_dir
from hotline.errors import NotReadyError
from hotline.logs import configure_logs
from hotline.settings import ROOT

PROMPTS = {
    "handoff": "Xin bác giữ máy, tôi đang nối máy cho cán bộ tư vấn.",
    "nobody": "Hiện chưa có cán bộ trực máy.",
    "all-busy": "Các cán bộ đang bận, chưa ai nhận máy được.",
    "choice": "Bác bấm phím 1 để chờ tiếp. Bác bấm phím 2 để lại số điện thoại, cán bộ sẽ gọi lại cho bác.",
    "waiting": "Mời bác chờ máy ạ.",
    "lost": "Máy của cán bộ bị mất tiếng. Xin bác giữ máy, tôi nối lại ngay.",
    "number": "Mời bác bấm số điện thoại, xong bác bấm phím thăng.",
    "number-or-own": "Mời bác bấm số điện thoại, xong bấm phím thăng. Nếu là số đang gọi, bác chỉ cần bấm phím thăng.",
    "number-wrong": "Số này chưa đúng. Số điện thoại bắt đầu bằng số 0, có từ 9 đến 11 chữ số.",
    "number-is": "Tôi nhắc lại số của bác.",
    "confirm": "Nếu đúng và bác đồng ý để cán bộ gọi lại, bác bấm phím 1. Nếu sai, bác bấm phím 2.",
    "number-kept": "Tôi đã ghi số của bác. Cán bộ sẽ gọi lại. Chào bác ạ.",
    "number-not-kept": "Xin lỗi bác, tôi chưa ghi được số. Mời bác gọi lại sau ít phút.",
    "busy": "Hiện chưa có cán bộ nào nhận máy. Xin lỗi bác, mời bác gọi lại sau ít phút.",
} | {f"digit-{digit}": f"{word}." for digit, word in enumerate(DIGIT_WORDS)}
"""File name → what it says."""
_RATE_HZ = 8000
_STAMP = "prompts.json"


async def ensure_prompts(sounds_dir: Path, *, engine: str) -> None:
    """Nothing to do if they are there as they should be; rendered once for all folders. Raises `NotReadyError`."""
    if _is_current(sounds_dir, engine):
        return
    kept = cache_dir() / "prompts" / hashlib.sha256(_stamp(engine).encode()).hexdigest()[:16]
    if not _is_current(kept, engine):
        command = [sys.executable, "-m", "hotline.prompts", str(kept), engine]
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
        if await process.wait():
            raise NotReadyError("the sentences of the exchange could not be spoken: see above")
    await asyncio.to_thread(_copy, kept, sounds_dir)


def write_prompts(sounds_dir: Path, *, engine: str) -> None:
    """Raises `VoiceError`, `OSError`."""
    from telephony.wav import write_wav
    from tts.rendering import render

    sounds_dir.mkdir(parents=True, exist_ok=True)
    for name, text in PROMPTS.items():
        aside = sounds_dir / f"{name}.{os.getpid()}"
        write_wav(aside, render(text, engine=engine, rate_hz=_RATE_HZ), rate_hz=_RATE_HZ)
        aside.rename(sounds_dir / f"{name}.wav")
    (sounds_dir / _STAMP).write_text(_stamp(engine), "utf-8")


def _copy(kept: Path, sounds_dir: Path) -> None:
    sounds_dir.mkdir(parents=True, exist_ok=True)
    for name in [*(f"{prompt}.wav" for prompt in PROMPTS), _STAMP]:
        aside = sounds_dir / f"{name}.new"
        shutil.copyfile(kept / name, aside)
        aside.rename(sounds_dir / name)


def _is_current(folder: Path, engine: str) -> bool:
    stamp = folder / _STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == _stamp(engine)


def _stamp(engine: str) -> str:
    return json.dumps({"engine": engine, "prompts": PROMPTS}, ensure_ascii=False)


if __name__ == "__main__":
    configure_logs()
    write_prompts(Path(sys.argv[1]), engine=sys.argv[2])
