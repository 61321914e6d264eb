"""A caller's line without time and machine: our sentences, their echo, a room and a caller, through the real detector.

What is found depends on the sounds alone. Late packets and our place in the sentence, which make an echo jump by whole
frames, are played through too.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from asr.speech_onset import OnsetSettings
from asr.speech_watch import SpeechWatch
from asr.vad import VadStream
from contracts.audio import frame_bytes, frame_samples, ms_to_samples
from telephony.sip.measure import first_loud
from tts.rendering import render

RATE_HZ = 8000
FRAME = frame_samples(RATE_HZ)
TRANSPORT_MS = 60
"""To the phone and back."""
OURS = (
    "Dạ, hồ sơ đăng ký khai sinh gồm tờ khai theo mẫu, giấy chứng sinh, và giấy tờ tùy thân của cha mẹ.",
    "Lệ phí cấp lại thẻ căn cước là bảy mươi nghìn đồng. Bác có thể nộp trực tuyến, hoặc tại công an quận.",
    "Để đăng ký kết hôn, hai bên nam nữ cần có mặt, mang theo tờ khai, giấy xác nhận tình trạng hôn nhân.",
    "Xin chào, đây là tổng đài trả lời tự động về thủ tục hành chính của thành phố. Bác cần hỏi thủ tục nào ạ?",
)

Pcm = NDArray[np.int16]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    echo_db: float | None = None
    """The echo is so much quieter than we are; None: there is none."""
    delay_ms: float = 150.0
    narrow: bool = False
    jumps: str = ""
    """What moves the echo by frames: `late` packets, `lost` ones for which silence is put in, our wrong `place`."""
    seed: int = 0


@dataclass(slots=True)
class Found:
    noticed: list[float] = field(default_factory=list[float])
    """Milliseconds at which a voice was noticed, or was taken to have begun."""
    begun: list[float] = field(default_factory=list[float])

    def first(self, after_ms: float) -> float:
        """Milliseconds from then to the first notice."""
        return next(at for at in self.noticed if at > after_ms) - after_ms


@lru_cache(maxsize=64)
def said(text: str, voice: str | None = None) -> Pcm:
    return render(text, variant=voice)


def loud_ms(pcm: Pcm) -> float:
    first = first_loud(pcm)
    assert first is not None
    return first * 1000 / RATE_HZ


def replay(ours: Pcm, room: Room, caller: Pcm | None = None, at_ms: float = 0.0) -> Found:
    """Our sentence in a room; what the caller says from `at_ms` on is laid over it."""
    chance = np.random.default_rng(room.seed)
    heard = chance.normal(0, 32768 * 10 ** (-60 / 20), len(ours)) + _echo(ours, room)
    if caller is not None:
        at = ms_to_samples(at_ms, RATE_HZ)
        heard[at : at + len(caller)] += caller[: len(heard) - at]
    came, sounding = _jumping(np.clip(np.rint(heard), -32768, 32767).astype(np.int16), ours, room.jumps, chance)
    return _watched(came.astype("<i2").tobytes(), sounding.astype("<i2").tobytes())


def _echo(ours: Pcm, room: Room) -> Floats:
    if room.echo_db is None:
        return np.zeros(len(ours))
    delay = ms_to_samples(TRANSPORT_MS + room.delay_ms, RATE_HZ)
    late = np.concatenate([np.zeros(delay), ours])[: len(ours)].astype(np.float64) * 10 ** (-room.echo_db / 20)
    if not room.narrow:
        return late
    spectrum, hertz = np.fft.rfft(late), np.fft.rfftfreq(len(late), 1 / RATE_HZ)
    spectrum[(hertz < 300) | (hertz > 2600)] = 0
    return np.fft.irfft(spectrum, len(late))


def _jumping(heard: Pcm, ours: Pcm, jumps: str, chance: np.random.Generator) -> tuple[Pcm, Pcm]:
    came, sounding = [list(pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)) for pcm in (heard, ours)]
    silence, at, late = np.zeros(FRAME, np.int16), int(chance.integers(20, 60)), 0
    while jumps and at < len(came) - 10:
        frames = int(chance.integers(1, 5))
        match jumps:
            case "late":
                # All that follows is heard later, and sooner again once the phone has caught up.
                came[at : at if late == 0 else at + late] = [silence] * frames if late == 0 else []
                late = frames if late == 0 else 0
            case "lost":
                came[at : at + frames] = [silence] * frames
            case _:
                sounding[at : at + 15] = sounding[at - frames : at + 15 - frames]
        at += int(chance.integers(20, 60))
    size = min(len(came), len(sounding))
    return np.concatenate(came[:size]), np.concatenate(sounding[:size])


def _watched(came: bytes, sounding: bytes) -> Found:
    watch = SpeechWatch(VadStream(), rate_hz=RATE_HZ, onset=OnsetSettings(), pre_roll_ms=300)
    found, size, begun = Found(), frame_bytes(RATE_HZ), False
    for at in range(0, len(came), size):
        ours = sounding[at : at + size]
        watch.take(came[at : at + size], ours if any(ours) else b"")
        now_ms = watch.sample * 1000 / RATE_HZ
        for _ in watch.look(came[at : at + size]):
            if watch.news():
                found.noticed.append(now_ms)
            if watch.onset.started and not begun:
                found.begun.append(now_ms)
            begun = watch.onset.started
        if begun and watch.silence_ms > 400:
            watch.forget_speech()
            begun = False
    return found
