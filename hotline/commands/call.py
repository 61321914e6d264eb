"""Place a test call over real SIP: the options are its turns, in order, each when the hotline has stopped speaking."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contracts.audio import PHONE_RATE_HZ
from hotline.caller_turns import DEFAULT_VOICE, interrupting, keys_turn, play_turn, say_turn
from hotline.errors import NotReadyError, UsageError
from hotline.hearing import hear_all
from hotline.placed_call import PlacedCall, place_call
from hotline.settings import Telephony, load_settings
from hotline.state import RunState, read_state, run_dir
from telephony.errors import SipError
from telephony.sip.caller import Target
from telephony.sip.turns import Turn
from telephony.wav import write_wav


class _InOrder(argparse.Action):
    """Keeps the order in which different options were given."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        namespace.turns = [*(namespace.turns or []), (self.dest, values)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(turns=[])
    parser.add_argument("--to", metavar="NUMBER[@HOST:PORT]", help="default: the running hotline's number")
    parser.add_argument("--say", action=_InOrder, metavar="TEXT", help="say this")
    parser.add_argument("--play", action=_InOrder, metavar="WAV", help="play this sound file")
    parser.add_argument("--dtmf", action=_InOrder, metavar="KEYS", help="press these keys")
    parser.add_argument("--voice", default=DEFAULT_VOICE, help="the caller's voice: caller1 … caller8")
    parser.add_argument("--barge-in", action="store_true", help="each later turn interrupts the answer before")
    parser.add_argument("--record", type=Path, metavar="WAV", help="write what the caller heard")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the hotline's settings file")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    state = read_state(run_dir(settings) / "state.json")
    to = _checked(_target(arguments.to, state, settings.telephony))
    turns = make_turns(arguments.turns, arguments.voice, barge_in=arguments.barge_in)
    ours = state if state is not None and to.endswith("@" + state.sip) else None
    try:
        call = asyncio.run(place_call(to, turns, state=ours))
    except SipError as error:
        raise NotReadyError(f"{to}: {error}; is the hotline running (./tongdai serve)?") from error
    if arguments.record is not None:
        _record(arguments.record, call)
    document = call.document(hear_all([turn.audio for turn in call.result.turns], settings))
    if arguments.json:
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print_document(document)
    return 0 if all(turn["answered"] for turn in document["turns"]) and len(document["turns"]) == len(turns) else 1


def make_turns(given: Sequence[tuple[str, str]], voice: str, *, barge_in: bool) -> list[Turn]:
    """Raises `UsageError` naming the option."""
    made: list[Turn] = []
    for option, value in given:
        if option == "say":
            made.append(say_turn(value, voice))
        elif option == "play":
            made.append(play_turn(Path(value)))
        else:
            made.append(keys_turn(value))
    if barge_in and len(made) == 1:
        return [interrupting(made[0])]
    return [interrupting(turn) if barge_in and number else turn for number, turn in enumerate(made)]


def print_document(document: dict[str, Any]) -> None:
    if document["greeting"]:
        print(f"Máy:       {document['greeting']}")
    for turn in document["turns"]:
        print(f"Người gọi: {turn['said']}")
        if turn["heard_text"] is not None:
            print(f"  máy nghe: {turn['heard_text']}")
        latency = "" if turn["voice_to_voice_ms"] is None else f"  ({turn['voice_to_voice_ms']:.0f} ms)"
        print(f"Máy:       {turn['answer'] or '(không trả lời)'}{latency}")
    print(f"Kết thúc:  {document['end']}")


def _target(to: str | None, state: RunState | None, phone: Telephony) -> str:
    if to is not None and "@" in to:
        return to
    if state is not None:
        return f"{to or state.number}@{state.sip}"
    if not phone.sip_port:
        raise UsageError("--to: give NUMBER@HOST:PORT; no hotline is running with these settings")
    return f"{to or phone.number}@{phone.sip_host}:{phone.sip_port}"


def _checked(to: str) -> str:
    try:
        Target.parse(to)
    except ValueError as error:
        raise UsageError(f"--to: {error}") from error
    return to


def _record(file: Path, call: PlacedCall) -> None:
    try:
        write_wav(file, call.heard, rate_hz=PHONE_RATE_HZ)
    except OSError as error:
        print(f"tongdai: --record: {file}: {error.strerror}", file=sys.stderr)
