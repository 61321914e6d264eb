"""The way to the caller: utterances go to the media leg, never more than a few seconds ahead, and are accounted for."""

import asyncio
from collections.abc import Callable

from contracts.audio import SAMPLE_BYTES, frame_bytes, ms_to_samples
from telephony.errors import LineClosed
from telephony.ledger import PlayoutLedger
from telephony.line import Playout
from telephony.media_leg import MediaLeg

AHEAD_MS = 5000
"""What is queued at the exchange at most. Asterisk drops silently what lies more than 20 s ahead."""
CHUNK_MS = 500
"""Audio goes in pieces of at most so much, each with a mark, by which the estimate of what was heard is corrected."""
STATUS_WAIT_MS = 200
"""How long a cut waits for the exact place, on the line's clock; after that the estimate counts."""


class Playing:
    """Owned by a line, which tells it what passes (`advance`) and what the leg answers."""

    def __init__(self, leg: MediaLeg, on_played: Callable[[str], None]) -> None:
        self._leg = leg
        self._on_played = on_played
        self._ledger = PlayoutLedger()
        self._frame_bytes = frame_bytes(leg.rate_hz)
        self._chunk_bytes = ms_to_samples(CHUNK_MS, leg.rate_hz) * SAMPLE_BYTES
        self._ahead = ms_to_samples(AHEAD_MS - CHUNK_MS, leg.rate_hz)
        self._rest = b""
        """Of the current utterance, less than a frame: it goes with what follows, or padded at the end."""
        self._unmarked = 0
        """Bytes sent since the last mark."""
        self._held = False
        self._closed = False
        self._order = asyncio.Lock()
        self._room = asyncio.Event()
        self._asked = 0
        self._answered = 0
        self._answers: dict[int, asyncio.Future[int | None]] = {}
        self._answer_due = 0
        self._passed = 0
        self._status_wait = ms_to_samples(STATUS_WAIT_MS, leg.rate_hz)

    async def play(self, utterance_id: str, pcm: bytes) -> None:
        async with self._order:
            if self._begin(utterance_id):
                self._ledger.give(len(pcm) // SAMPLE_BYTES)
                await self._send(utterance_id, pcm)

    async def end(self, utterance_id: str) -> None:
        async with self._order:
            if self._ledger.knows(utterance_id) and self._ledger.current != utterance_id:
                return
            if self._begin(utterance_id):
                self._finish(utterance_id)

    def pause(self) -> None:
        if not self._closed and not self._ledger.paused:
            self._ledger.paused = True
            self._leg.pause()

    def resume(self) -> None:
        if not self._closed and self._ledger.paused:
            self._ledger.paused = False
            self._leg.resume()

    async def flush(self) -> Playout:
        """The audio stops before this awaits anything; then it waits for the exact place."""
        cut = self._ledger.cut()
        self._rest = b""
        if self._closed:
            return cut.playout(None)
        answer = None
        if not cut.empty:
            answer = self._ask_queue_length()
            self._leg.flush()
        self.resume()
        self._room.set()
        return cut.playout(None if answer is None else await answer)

    def heard(self, utterance_id: str) -> int:
        return self._ledger.heard(utterance_id)

    def advance(self, samples: int) -> None:
        """So much of the line's time has passed."""
        self._passed += samples
        self._ledger.advance(samples)
        if not self._room.is_set() and self._has_room():
            self._room.set()
        if self._answers and self._passed >= self._answer_due:
            self._give_up_answers()

    def marked(self, number: int) -> None:
        for utterance_id in self._ledger.marked(number):
            self._on_played(utterance_id)

    def queue_length(self, samples: int) -> None:
        self._answered += 1
        if (waiter := self._answers.pop(self._answered, None)) is not None and not waiter.done():
            waiter.set_result(samples)

    def hold(self, held: bool) -> None:
        self._held = held
        if self._has_room():
            self._room.set()

    def close(self) -> None:
        """Whoever waits learns that the line is closed."""
        self._closed = True
        self._room.set()
        self._give_up_answers()

    def _begin(self, utterance_id: str) -> bool:
        """False: the utterance was cut."""
        if self._closed:
            raise LineClosed("the call is over")
        if self._ledger.is_cut(utterance_id):
            return False
        current = self._ledger.current
        if current != utterance_id:
            if current is not None:
                self._finish(current)
            self._ledger.begin(utterance_id)
        return True

    async def _send(self, utterance_id: str, pcm: bytes) -> None:
        pcm = self._rest + pcm if self._rest else pcm
        whole = len(pcm) - len(pcm) % self._frame_bytes
        for start in range(0, whole, self._chunk_bytes):
            while not (self._has_room() or self._ledger.is_cut(utterance_id)):
                self._room.clear()
                await self._room.wait()
            if self._closed:
                raise LineClosed("the call is over")
            if self._ledger.is_cut(utterance_id):
                return
            self._send_frames(pcm[start : min(start + self._chunk_bytes, whole)])
        self._rest = pcm[whole:]

    def _send_frames(self, pcm: bytes) -> None:
        self._leg.send_audio(pcm)
        self._ledger.send(len(pcm) // SAMPLE_BYTES)
        self._unmarked += len(pcm)
        if self._unmarked >= self._chunk_bytes:
            self._leg.mark(self._ledger.mark())
            self._unmarked = 0

    def _finish(self, utterance_id: str) -> None:
        if self._rest:
            self._send_frames(self._rest.ljust(self._frame_bytes, b"\0"))
            self._rest = b""
        self._leg.mark(self._ledger.mark(finishes=utterance_id))

    def _has_room(self) -> bool:
        return self._closed or (not self._held and self._ledger.level <= self._ahead)

    def _ask_queue_length(self) -> asyncio.Future[int | None]:
        """Samples that waited at the exchange when it was asked; None: no answer in time."""
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._asked += 1
        self._answers[self._asked] = answer
        self._answer_due = self._passed + self._status_wait
        self._leg.ask_queue_length()
        return answer

    def _give_up_answers(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)
        self._answers.clear()
