"""Where the hotline keeps what is for people: handoff packets, and the numbers that callers left."""

from functools import partial
from pathlib import Path
from urllib.parse import urljoin

from calls.packets.files import PacketFiles
from calls.packets.keeper import Exchange, PacketKeeper
from hotline.settings import Settings
from hotline.state import run_dir
from telephony.ari.client import AriClient
from telephony.call_notes import has_caller, leave_note


def handoffs_folder(settings: Settings) -> Path:
    return run_dir(settings).resolve() / "handoffs"


def call_backs_folder(settings: Settings) -> Path:
    return run_dir(settings).resolve() / "call_backs"


def packet_keeper(settings: Settings, ari: AriClient, console_url: str) -> PacketKeeper:
    exchange = Exchange(leave_note=partial(leave_note, ari), has_caller=partial(has_caller, ari))

    def page(call_id: str, key: str) -> str:
        return urljoin(console_url, f"handoff/{call_id}?key={key}")

    return PacketKeeper(PacketFiles(handoffs_folder(settings)), exchange, page=page)
