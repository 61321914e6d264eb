"""The sentences that Asterisk itself plays, rendered by our voice into its sounds folder."""

import json
from pathlib import Path

from telephony.wav import write_wav
from tts.rendering import render

PROMPTS = {
    "handoff": "Xin bác giữ máy, tôi đang nối máy cho cán bộ tư vấn.",
    "busy": "Hiện chưa có cán bộ nào nhận máy. Xin lỗi bác, mời bác gọi lại sau ít phút.",
}
"""File name → what it says."""
_RATE_HZ = 8000
_STAMP = "prompts.json"


def write_prompts(sounds_dir: Path, *, engine: str) -> None:
    """Nothing to do if they are there as they should be. Raises `VoiceError`, `OSError`."""
    stamp = json.dumps({"engine": engine, "prompts": PROMPTS}, ensure_ascii=False)
    kept = sounds_dir / _STAMP
    if kept.is_file() and kept.read_text("utf-8") == stamp:
        return
    sounds_dir.mkdir(parents=True, exist_ok=True)
    for name, text in PROMPTS.items():
        aside = sounds_dir / f"{name}.new"
        write_wav(aside, render(text, engine=engine, rate_hz=_RATE_HZ), rate_hz=_RATE_HZ)
        aside.rename(sounds_dir / f"{name}.wav")
    kept.write_text(stamp, "utf-8")
