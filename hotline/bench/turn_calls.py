"""One caller of `bench turns`: speaks or makes a noise into what the hotline says, and sees what came of it."""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

from contracts.audio import PHONE_RATE_HZ, ms_to_samples
from contracts.call_event import CallEvent
from hotline.bench.turn_sounds import Sound
from hotline.feed_reader import CallLog
from hotline.state import RunState
from telephony.errors import SipError
from telephony.sip.caller import SipCaller
from telephony.sip.conditions import Conditions, Echo
from telephony.sip.measure import PAUSE_SAMPLES, barge_in_ms
from telephony.sip.phrases import Phrases

INTO_MS = (900.0, 2200.0)
"""So long has the hotline been speaking when a sound comes."""
SETTLE_S = 1.6
"""After a sound that should do nothing, until the next thing."""
_QUIET_SAMPLES = 9600
"""1.2 s: so long does the hotline say nothing before it is asked for something."""
_SPEAKING_SAMPLES = 800
"""100 ms: what was heard longer ago may have been the end of the sentence."""
_NEARLY_HEARD_CHARS = 30
"""What is said in 1.2 s: `calls.barge_in` takes answers to a question from so long before its end."""
_LOOKED_BACK_SAMPLES = 80_000
"""10 s."""
_FEED_S = 0.05
"""The feed comes after what it tells of."""
REPEAT_KEY = "*"
"""Has the hotline say its last answer again: there is always something to speak into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    kind: str
    """Of the sound; `key` and `sentence` are the others."""
    text: str
    echo: bool
    paused: bool = False
    interrupted: bool = False
    became_turn: bool = False
    pause_ms: float | None = None
    """From the first loud sample at the caller's mouth to the hotline's pause."""
    flush_ms: float | None = None
    """From there to the decision that the turn is the caller's."""
    silent_ms: float | None = None
    """From there to the last that is heard of the hotline's sentence, at the caller's ear."""


@dataclass(slots=True)
class Work:
    """What callers do together: each takes the next thing until there is none."""

    echo: bool
    sounds: list[Sound] = field(default_factory=list[Sound])
    keys: int = 0
    sentences: int = 0
    """To be listened to without a word."""
    done: list[Outcome] = field(default_factory=list[Outcome])

    @property
    def left(self) -> bool:
        return bool(self.sounds) or self.keys > 0 or self.sentences > 0


def conditions(chance: random.Random, *, echo: bool) -> Conditions:
    """A room with a little noise; the echo of a hybrid or a loudspeaker."""
    path = Echo(attenuation_db=chance.uniform(15, 25), delay_ms=chance.uniform(50, 300), narrow=chance.random() < 0.5)
    return Conditions(noise_dbfs=-60.0, echo=path if echo else None, seed=chance.randrange(1000))


async def work_off(state: RunState, logs: list[CallLog], work: Work, seed: int, deadline: float) -> None:
    """Calls, and calls again when a call ends before the work is done. `deadline`: of `time.monotonic`."""
    chance = random.Random(seed)
    while work.left and time.monotonic() < deadline:
        log = CallLog(f"09{secrets.randbelow(10**8):08d}")
        logs.append(log)
        with contextlib.suppress(SipError, TimeoutError):
            async with (
                asyncio.timeout(deadline - time.monotonic()),
                TurnCall(state, log, chance, work) as call,
            ):
                while work.left and await call.step():
                    pass
        logs.remove(log)


class TurnCall:
    """Use as an async context manager."""

    def __init__(self, state: RunState, log: CallLog, chance: random.Random, work: Work) -> None:
        self._log = log
        self._chance = chance
        self._work = work
        self._caller = SipCaller(
            f"{state.number}@{state.sip}", number=log.number, conditions=conditions(chance, echo=work.echo)
        )
        self._phrases = Phrases(self._caller)

    async def __aenter__(self) -> Self:
        await self._caller.place()
        await self._caller.wait_answered()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._caller.close()

    async def step(self) -> bool:
        """The next thing; False: the call is over."""
        if not await self._into_speech():
            return False
        work = self._work
        if work.sounds:
            sound = work.sounds.pop()
            outcome = await self._make(sound)
            if outcome is None:
                work.sounds.insert(0, sound)
            else:
                work.done.append(outcome)
        elif work.keys > 0:
            work.keys -= 1
            await self._press()
        elif work.sentences > 0:
            work.sentences -= 1
            await self._listen()
        return self._caller.end is None

    @property
    def _left(self) -> bool:
        """The caller is on the way to a person: what is heard now is the music of the queue."""
        return any(event.kind == "handoff.started" for event in self._log.events)

    async def _into_speech(self) -> bool:
        """Until the hotline has been speaking for a while; asks it to say something when it is silent."""
        after = ms_to_samples(self._chance.uniform(*INTO_MS), PHONE_RATE_HZ)
        while True:
            waited = partial(self._silent_since, self._caller.position)
            if not await self._caller.when(lambda waited=waited: self._speaks_for(after) or waited()) or self._left:
                return False
            if self._speaks_for(after):
                return True
            await self._caller.send_keys(REPEAT_KEY)

    def _speaks_for(self, samples: int) -> bool:
        found = self._phrases.since(0)
        now = self._caller.position
        return bool(found) and now - found[-1].start >= samples and now - self._caller.last_loud < _SPEAKING_SAMPLES

    def _silent_since(self, since: int) -> bool:
        return self._caller.position - since > _QUIET_SAMPLES and self._silent_for(_QUIET_SAMPLES)

    def _silent_for(self, samples: int) -> bool:
        return self._caller.position - self._caller.last_loud > samples

    async def _make(self, sound: Sound) -> Outcome | None:
        """None: the hotline had just ended by itself, or the call did."""
        seen = len(self._log.events)
        spoken = await self._caller.say(sound.pcm)
        loud = spoken.loud.start if spoken.loud is not None else spoken.start
        ends = self._caller.instant(spoken.end) + SETTLE_S
        if not await self._caller.when(lambda: time.monotonic() >= ends or self._decided(seen, sound)):
            return None
        await asyncio.sleep(_FEED_S)
        events = self._log.events[seen:]
        kinds = [event.kind for event in events]
        if "say.started" in kinds and "barge_in.paused" not in kinds[: kinds.index("say.started")]:
            return None
        if sound.kind == "backchannel" and self._was_asked(seen):
            return None
        begun = self._caller.instant(loud)
        return Outcome(
            kind=sound.kind,
            text=sound.text,
            echo=self._work.echo,
            paused="barge_in.paused" in kinds,
            interrupted="barge_in.interrupted" in kinds,
            became_turn="turn.heard" in kinds,
            pause_ms=_since(begun, events, "barge_in.paused"),
            flush_ms=_since(begun, events, "barge_in.interrupted"),
            silent_ms=self._silent_ms(loud, spoken.end),
        )

    def _silent_ms(self, loud: int, end: int) -> float | None:
        """Of the last moments only: calls are long, and a caller who computes sends no audio."""
        first = max(0, loud - _LOOKED_BACK_SAMPLES)
        return barge_in_ms(self._caller.received(first, end), loud - first)

    def _was_asked(self, seen: int) -> bool:
        """Whether what was cut off was a question that had nearly been heard: "dạ vâng" is its answer then."""
        cut = next((one for one in self._log.events[seen:] if one.kind == "barge_in.interrupted"), None)
        said = [one for one in self._log.events if one.kind == "say.started"]
        asked = next((one for one in said if cut and one.fields["act_id"] == cut.fields["act_id"]), None)
        if cut is None or asked is None:
            return False
        text, heard = str(asked.fields["text"]), cut.fields["heard_chars"]
        return text.endswith("?") and isinstance(heard, int) and len(text) - heard <= _NEARLY_HEARD_CHARS

    def _decided(self, seen: int, sound: Sound) -> bool:
        """An interruption is answered: nothing more is to be waited for."""
        return sound.kind == "interruption" and any(one.kind == "turn.heard" for one in self._log.events[seen:])

    async def _press(self) -> None:
        seen = len(self._log.events)
        spoken = await self._caller.send_keys(REPEAT_KEY)
        await self._caller.when(lambda: self._left or any(one.kind == "say.started" for one in self._log.events[seen:]))
        delay = _since(self._caller.instant(spoken.start), self._log.events[seen:], "say.started")
        if delay is not None:
            self._work.done.append(Outcome(kind="key", text=REPEAT_KEY, echo=self._work.echo, flush_ms=delay))

    async def _listen(self) -> None:
        """To the end of what is being said."""
        seen = len(self._log.events)
        await self._caller.when(lambda: self._left or self._silent_for(PAUSE_SAMPLES * 2))
        kinds = [event.kind for event in self._log.events[seen:]]
        self._work.done.append(
            Outcome(
                kind="sentence",
                text="",
                echo=self._work.echo,
                paused="barge_in.paused" in kinds,
                interrupted="barge_in.interrupted" in kinds,
                became_turn="turn.heard" in kinds,
            )
        )


def _since(begun: float, events: Sequence[CallEvent], kind: str) -> float | None:
    """Milliseconds until the first event of that kind. Both are on this machine's clock."""
    found = next((event for event in events if event.kind == kind), None)
    if found is None:
        return None
    return (found.utc.timestamp() - (time.time() - time.monotonic()) - begun) * 1000
