"""What the callers of `bench turns` say or make a noise with; rendered before the calls, as RTP cannot wait."""

import random
from dataclasses import dataclass

import numpy as np

from contracts.audio import PHONE_RATE_HZ, ms_to_samples
from hotline.bench.questions import QUESTIONS
from telephony.g711 import Pcm
from telephony.sip.measure import segments
from telephony.sip.noises import NOISES, music, quieter
from tts.rendering import render
from tts.vais.variants import CALLERS

BACKCHANNELS = (
    "dạ", "vâng", "ừ", "ờ", "à", "dạ vâng", "vâng vâng", "vâng ạ", "thế à", "ok", "rồi ạ", "ừm", "vâng cháu nghe",
    "ừ đúng rồi", "vâng đúng ạ", "dạ rồi", "ừ ừ", "ok ok", "vâng vâng vâng",
)  # fmt: skip
BACKGROUND_MS = 2000
BACKGROUND_DB = (12.0, 20.0)
"""So much quieter than a caller is another voice in the room."""
OPENINGS = ("", "", "", "dạ ", "khoan đã, ", "à ")
"""Before a question that interrupts: every second one begins with what could be a backchannel or a call to wait."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    kind: str
    """`noise`, `backchannel`, `music`, `murmur` or `interruption`."""
    text: str
    """What is said, or the noise's name."""
    pcm: Pcm


def trimmed(pcm: Pcm) -> Pcm:
    loud = segments(pcm)
    return pcm[loud[0].start : loud[-1].end] if loud else pcm


class SoundBox:
    """Deterministic by its seed."""

    def __init__(self, seed: int, voices: int) -> None:
        self._chance = random.Random(seed)
        self._voices = list(CALLERS)[:voices]

    def noises(self, count: int) -> list[Sound]:
        names = list(NOISES)
        return [
            Sound(kind="noise", text=name, pcm=NOISES[name](self._chance.randrange(10**6)))
            for name in (names[at % len(names)] for at in range(count))
        ]

    def backchannels(self, count: int) -> list[Sound]:
        return [self._said("backchannel", BACKCHANNELS[at % len(BACKCHANNELS)]) for at in range(count)]

    def background(self, count: int) -> list[Sound]:
        """Music, and a voice in the room that nobody can understand: speech played backwards."""
        return [self._music() if at % 2 else self._murmur() for at in range(count)]

    def interruptions(self, count: int) -> list[Sound]:
        questions = [self._chance.choice(QUESTIONS).text for _ in range(count)]
        return [self._said("interruption", OPENINGS[at % len(OPENINGS)] + text) for at, text in enumerate(questions)]

    def _music(self) -> Sound:
        return Sound(kind="music", text="music", pcm=music(self._chance.randrange(10**6), BACKGROUND_MS))

    def _murmur(self) -> Sound:
        said = self._said("murmur", self._chance.choice(QUESTIONS).text).pcm
        heard = said[::-1][: ms_to_samples(BACKGROUND_MS, PHONE_RATE_HZ)]
        return Sound(kind="murmur", text="voice", pcm=quieter(heard, self._chance.uniform(*BACKGROUND_DB)))

    def _said(self, kind: str, text: str) -> Sound:
        pcm = trimmed(render(text, variant=self._chance.choice(self._voices)))
        return Sound(kind=kind, text=text, pcm=np.concatenate([pcm, np.zeros(160, np.int16)]))
