"""Control messages of the media socket, good and bad."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.ari.models import Malformed
from telephony.media_messages import (
    COMMAND_LIMIT,
    TEXT_LIMIT,
    BufferingCompleted,
    DtmfEnd,
    MarkProcessed,
    MediaStart,
    MediaXoff,
    MediaXon,
    QueueDrained,
    Refused,
    Status,
    Unknown,
    command,
    parse_message,
)

FIXTURES = Path(__file__).parent / "fixtures" / "media"


def test_what_asterisk_sends() -> None:
    lines = (FIXTURES / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    assert [parse_message(line) for line in lines] == [
        MediaStart(channel_id="m-1764000000.3", format="slin", frame_bytes=320),
        DtmfEnd(key="5"),
        DtmfEnd(key="A"),
        MediaXoff(),
        MediaXon(),
        BufferingCompleted(correlation_id="b1"),
        MarkProcessed(correlation_id="17"),
        QueueDrained(),
        Status(queue_length=42, paused=True),
        Refused(),
        Unknown(),
    ]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "not JSON"),
        ("DTMF_END digit:5", "not JSON"),
        ("[" * 9000, "not JSON"),
        ("[]", "not an object"),
        ("{}", "event"),
        ('{"event": 5}', "event"),
        ('{"event": "DTMF_END"}', "digit"),
        ('{"event": "DTMF_END", "digit": "12"}', "digit"),
        ('{"event": "DTMF_END", "digit": "x"}', "digit"),
        ('{"event": "STATUS", "queue_length": true, "media_paused": false}', "queue_length"),
        ('{"event": "STATUS", "queue_length": -1, "media_paused": false}', "queue_length"),
        ('{"event": "STATUS", "queue_length": 1}', "media_paused"),
        (
            '{"event": "MEDIA_START", "channel_id": "x", "format": "slin", "optimal_frame_size": 0}',
            "optimal_frame_size",
        ),
        ('{"event": "MEDIA_START", "channel_id": "x", "optimal_frame_size": 320}', "format"),
        ('{"event": "' + "x" * TEXT_LIMIT + '"}', "too long"),
    ],
)
def test_junk_is_named(text: str, field: str) -> None:
    with pytest.raises(Malformed, match=field):
        parse_message(text)


@given(st.text() | st.from_type(dict[str, int | str]).map(json.dumps))
def test_nothing_but_malformed_is_raised(text: str) -> None:
    with contextlib.suppress(Malformed):
        parse_message(text)


def test_commands_are_short_enough_for_asterisk() -> None:
    assert command("FLUSH_MEDIA") == '{"command":"FLUSH_MEDIA"}'
    assert len(command("MARK_MEDIA", correlation_id=str(10**12))) < COMMAND_LIMIT
