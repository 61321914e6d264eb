"""Plays a script: frame by frame what the caller sends, depending on whether the hotline speaks."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.audio import FRAME_MS, frame_bytes
from telephony.wav_script import HangUp, Press, Say, Stall, Step, When

QUIET_MS = 600
"""The hotline has stopped when it was silent for so long: pauses between its sentences are shorter."""
PATIENCE_MS = 15000
"""A caller whom nobody answers goes on after so long."""
_KEY_EVERY_FRAMES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the caller does in one frame."""

    frames: tuple[bytes, ...] = ()
    """What the carrier delivers."""
    key: str = ""
    hangs_up: bool = False


class WavCaller:
    def __init__(self, script: Iterable[Step], rate_hz: int) -> None:
        """Hangs up at the end of the script, when the hotline is quiet."""
        self._steps = deque(script)
        self._frame_bytes = frame_bytes(rate_hz)
        self._silence = bytes(self._frame_bytes)
        self._doing: deque[Moment] = deque()
        self._held_up: list[bytes] = []
        self._waited = 0
        """Frames since the last step ended, and the following ones."""
        self._ready_for = 0
        self._own_turn = False
        """What is being done is a turn that the hotline has to answer: words or keys."""
        self._answered = False
        """The hotline was heard after the last such turn."""
        self._quiet_for = 0

    def next(self, *, hotline_speaks: bool) -> Moment:
        """The coming 20 ms."""
        self._watch(hotline_speaks)
        if self._doing:
            return self._doing.popleft()
        step = self._steps[0] if self._steps else HangUp()
        self._waited += 1
        self._ready_for = self._ready_for + 1 if self._ready_for or self._is_time(step.when, hotline_speaks) else 0
        if self._ready_for * FRAME_MS <= step.after_ms or not self._ready_for:
            return Moment(frames=(self._silence,))
        if self._steps:
            self._steps.popleft()
        self._begin(step)
        return self._doing.popleft()

    def _watch(self, hotline_speaks: bool) -> None:
        self._quiet_for = 0 if hotline_speaks else self._quiet_for + 1
        # What it says meanwhile answers something else, unless it goes on after the turn.
        if hotline_speaks and not (self._doing and self._own_turn):
            self._answered = True

    def _is_time(self, when: When, hotline_speaks: bool) -> bool:
        match when:
            case When.NOW:
                return True
            case When.SPEAKING:
                return hotline_speaks
            case When.QUIET:
                quiet = self._answered and self._quiet_for * FRAME_MS > QUIET_MS
                return quiet or self._waited * FRAME_MS > PATIENCE_MS

    def _begin(self, step: Step) -> None:
        self._waited = self._ready_for = 0
        self._own_turn = isinstance(step, Say | Press)
        self._answered = self._answered and not self._own_turn
        match step:
            case Say(pcm=pcm):
                for start in range(0, max(len(pcm), 1), self._frame_bytes):
                    frame = pcm[start : start + self._frame_bytes].ljust(self._frame_bytes, b"\0")
                    self._doing.append(Moment(frames=(frame,)))
            case Press(keys=keys):
                for key in keys:
                    self._doing.append(Moment(frames=(self._silence,), key=key))
                    self._doing.extend([Moment(frames=(self._silence,))] * _KEY_EVERY_FRAMES)
            case Stall(ms=ms, late=late):
                count = max(1, ms // FRAME_MS)
                self._doing.extend([Moment()] * count)
                self._doing.append(Moment(frames=(self._silence,) * (count + 1 if late else 1)))
            case HangUp():
                self._doing.append(Moment(hangs_up=True))
        if not self._doing:
            self._doing.append(Moment(frames=(self._silence,)))
