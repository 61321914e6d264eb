"""The names that the program and `config/asterisk/extensions.conf` share."""

from urllib.parse import quote, unquote

HANDOFF = ("handoff", "s", 1)
"""Context, extension and priority at which a person takes the call; by `AriClient.continue_in_dialplan`."""
TAKEOVER = "takeover"
"""Context whose extensions are the numbers of people's phones: that phone rings first, then those of the queue."""
HANGUP_CAUSE_NORMAL = 16

REASON_VARIABLE = "HANDOFF_REASON"
SUMMARY_VARIABLE = "HANDOFF_SUMMARY"
PAGE_VARIABLE = "HANDOFF_PAGE"
"""URL of what is known of the call; the person's program may open it when the phone rings."""
DEADMAN_VARIABLE = "TIMEOUT(absolute)"
"""Set to the seconds that the call may go without another setting; 0 switches the dead-man's timer off."""
STASIS_APPS_VARIABLE = "STASIS_APPS"
"""Global variable: names of the applications that answer calls, joined by `APPS_SEPARATOR`."""
APPS_SEPARATOR = "&"
INBOUND = "inbound"
"""First argument of `StasisStart` for a call from a trunk; the second is the number that was dialled."""

REASON_HEADER = "X-Tongdai-Reason"
SUMMARY_HEADER = "X-Tongdai-Summary"
CALL_HEADER = "X-Tongdai-Call"
"""The call id."""
PAGE_HEADER = "X-Tongdai-Page"

HANDOFF_SOUND = "handoff.wav"
"""In the sounds folder, 8 kHz mono 16 bit: said while the phones ring, to callers whom the program has told nothing."""
BUSY_SOUND = "busy.wav"
"""Said when nobody took the call, before it ends."""
NOBODY_SOUND = "nobody.wav"
"""Nobody is there to take the call; `CHOICE_SOUND` follows."""
ALL_BUSY_SOUND = "all-busy.wav"
"""Nobody has taken it so far; `CHOICE_SOUND` follows."""
CHOICE_SOUND = "choice.wav"
"""1: wait on; 2: leave a number."""

SUMMARY_LIMIT = 900
"""Encoded characters: an INVITE with it stays well inside pjsip's 4,000 bytes."""


def encode_text(text: str, limit: int = SUMMARY_LIMIT) -> str:
    """Percent-encoded UTF-8 (RFC 3986), cut at a character so that it has at most `limit` characters.

    Nothing in it means anything to the dialplan or to SIP; line breaks become spaces.
    """
    encoded = [quote(character, safe="") for character in " ".join(text.split())]
    while sum(map(len, encoded)) > limit:
        encoded.pop()
    return "".join(encoded)


def decode_text(value: str) -> str:
    """What `encode_text` was given, for programs that read the headers."""
    return unquote(value)


def media_client(port: int) -> str:
    """The `external_host` by which Asterisk dials `ws://127.0.0.1:PORT/media` (websocket_client.conf)."""
    return f"media-{port}"
