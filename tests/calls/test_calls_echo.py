"""What we say, as it sounds at the caller's, frame by frame; and what of it comes back is no turn."""

import numpy as np
import pytest
from fakes import PAPERS, FakeCall, WatchedEngine, WatchedLine, sound_of, spoken

from asr.ear import Ear
from contracts.audio import frame_bytes
from dialogs.content import Content
from telephony.wav_script import HangUp, Say, When

FRAME = frame_bytes(8000)


async def test_the_ear_is_told_what_the_caller_hears(content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bytes] = []
    feed = Ear.feed

    def keep(ear: Ear, frame: bytes, sounding: bytes = b"") -> None:
        told.append(sounding.ljust(FRAME, b"\0"))
        feed(ear, frame, sounding)

    monkeypatch.setattr(Ear, "feed", keep)
    call = FakeCall(
        line=WatchedLine([Say(pcm=spoken(PAPERS), when=When.SPEAKING, after_ms=1000), HangUp(after_ms=4000)]),
        engine=WatchedEngine(content),
    )
    await call.run()
    heard = [frame for frame in call.line.heard_frames if frame]
    known = [int(number) for number in np.frombuffer(b"".join(told), "<i2")[::160] if number]
    # As it was heard, in its order, and no more than a few frames behind at each cut.
    assert len(heard) - 10 <= len(known) <= len(heard)
    assert known[:40] == list(range(1, 41))
    assert sound_of(call.said[0]).startswith(b"".join(told).lstrip(b"\0")[: 40 * FRAME])
