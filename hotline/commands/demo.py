"""Set up what is missing, start Asterisk and the hotline, place a real SIP call and show the conversation live."""

import argparse
import asyncio
import json
import signal
import time
from pathlib import Path
from typing import Any

from contracts.audio import PHONE_RATE_HZ
from hotline.caller_turns import DEFAULT_VOICE
from hotline.demo import AgentSide, run_demo
from hotline.errors import NotReadyError, UsageError
from hotline.event_words import word
from hotline.hearing import hear_all
from hotline.live_view import LiveView
from hotline.placed_call import PlacedCall
from hotline.serve_process import serving
from hotline.settings import load_settings
from hotline.setup import fetch_asterisk, fetch_people
from telephony.errors import SipError
from telephony.wav import write_wav


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--exit", action="store_true", help="stop afterwards; else the hotline and its console stay")
    parser.add_argument("--out", type=Path, default=Path("demo"), metavar="DIR", help="for heard.wav, call.json")
    parser.add_argument("--voice", default=DEFAULT_VOICE, help="the caller's voice")
    parser.add_argument("--json", action="store_true", help="print call.json at the end")


def run(arguments: argparse.Namespace) -> int:
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out: {arguments.out}: {error.strerror}") from error
    fetch_asterisk()
    fetch_people()
    try:
        return asyncio.run(_demo(arguments))
    except SipError as error:
        raise NotReadyError(f"the call failed: {error}") from error


async def _demo(arguments: argparse.Namespace) -> int:
    view = LiveView()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    started = time.monotonic()
    view.note("khởi động Asterisk và tổng đài…")
    async with serving(environment={"TONGDAI__CONSOLE__OPEN_LINK": "true"}) as served:
        view.note(f"sẵn sàng sau {time.monotonic() - started:.1f} giây")
        call, agent = await run_demo(served.state, arguments.voice, observe=view, note=view.note)
        document = await _write(call, agent, arguments.out)
        _summary(document, arguments.out, view)
        if arguments.json:
            print(json.dumps(document, ensure_ascii=False, indent=1))
        if not arguments.exit:
            view.note(f"bảng theo dõi (mở được một lần): {served.state.console_link}   (Ctrl-C để dừng)")
            to = f"{served.state.number}@{served.state.sip}"
            view.note(f"gọi thử: ./tongdai call --to {to} --say 'cho tôi gặp người'")
            await stop.wait()
    return 0 if succeeded(document) else 1


async def _write(call: PlacedCall, agent: AgentSide, folder: Path) -> dict[str, Any]:
    write_wav(folder / "heard.wav", call.heard, rate_hz=PHONE_RATE_HZ)
    sounds = [turn.audio for turn in call.result.turns]
    heard = await asyncio.to_thread(hear_all, sounds, load_settings())
    document = call.document(heard)
    document["agent"] = {
        "rang": agent.rang,
        "reason": agent.reason,
        "summary": agent.summary,
        "heard_caller": agent.heard_caller,
    }
    (folder / "call.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return document


def succeeded(document: dict[str, Any]) -> bool:
    """Every turn was answered, and the person and the caller heard each other."""
    return all(turn["answered"] for turn in document["turns"]) and document["agent"]["heard_caller"]


def _summary(document: dict[str, Any], folder: Path, view: LiveView) -> None:
    view.note("")
    view.note("độ trễ từ lúc người gọi dứt lời đến tiếng đầu tiên của câu trả lời, đo tại tai người gọi:")
    for turn in document["turns"]:
        latency = turn["voice_to_voice_ms"]
        stages = " + ".join(f"{word('stage', name)} {ms:.0f}" for name, ms in turn["stages_ms"].items())
        stopped = "" if turn["barge_in_ms"] is None else f", máy im sau {turn['barge_in_ms']:.0f} ms"
        shown = "–" if latency is None else f"{latency:.0f} ms"
        view.note(f"  {turn['said'][:60]:<60} {shown:>8}{stopped}  {stages}")
    view.note(f"{folder / 'heard.wav'}: những gì người gọi nghe; {folder / 'call.json'}: cuộc gọi")
