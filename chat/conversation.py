"""One chat: what is written or chosen goes through meaning and dialog as on the telephone, and comes back as text."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from calls.recorder import CallRecorder, Listener
from calls.turns import TurnTaker
from chat.errors import FieldRefused
from contracts.acts import Act, Behaviour, HandoffReason, HangUp, Say, Transfer
from contracts.audio import PHONE_RATE_HZ
from contracts.clock import HANOI, Clock
from contracts.events import ActFailed, CallStarted, Event, OnAirChanged, Understood
from contracts.heard import Heard, Hypothesis
from contracts.on_air import OnAir
from dialogs.ask import Reply, reply
from dialogs.choices import Choice
from dialogs.engine import Engine
from nlu.interpreter import Interpreter

log = logging.getLogger(__name__)

CHANNEL = "web"
NO_TELEPHONE = "chat.no_telephone"
"""Code of every transfer: nobody can be put through, so that the conversation goes on."""
_FAULT_WORDS = "Máy đang gặp lỗi. Bác để lại số điện thoại để cán bộ gọi lại, hoặc hỏi lại giúp tôi ạ."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatParts:
    """What a chat has of the bundle with which it began."""

    bundle_id: str
    engine: Engine
    interpreter: Interpreter
    typed: Callable[[str], tuple[Hypothesis, ...]]
    """What a typed text may say, best first; see `nlu.typed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    reply: Reply
    choices: tuple[Choice, ...]
    handoff: HandoffReason | None = None
    """A person is to answer: a contact can be left now."""
    ended: bool = False


class Conversation:
    """One turn at a time: the owner sees to that."""

    def __init__(
        self, call_id: str, parts: ChatParts, clock: Clock, thinking: Executor, listeners: Sequence[Listener]
    ) -> None:
        self.call_id = call_id
        self.person_wanted: Transfer | None = None
        """The last time a person was to take over."""
        self._engine = parts.engine
        self._typed = parts.typed
        self._clock = clock
        self._recorder = CallRecorder(
            # A chat has no line and no samples; its events have the time of day.
            call_id=call_id, bundle_id=parts.bundle_id, clock=clock, position=lambda: 0, listeners=listeners,
        )  # fmt: skip
        self._turns = TurnTaker(parts.interpreter, thinking, clock, self._recorder, rate_hz=PHONE_RATE_HZ)
        self._state = parts.engine.start()

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self._engine.choices(self._state)

    def begin(self, on_air: OnAir) -> Answer:
        self._recorder.record("call.started", {"caller": "", "channel": CHANNEL}, personal=("caller",))
        today = self._clock.utc().astimezone(HANOI).date()
        return self._done(self._step(CallStarted(today=today, on_air=on_air)))

    async def write(self, text: str, on_air: OnAir) -> Answer:
        """`text`: NFC. Never raises: a fault is a matter for a person."""
        try:
            self._follow(on_air)
            heard = Heard(
                hypotheses=self._typed(text), start_sample=0, end_sample=0, expectation=self._state.expectation
            )
            meaning = await self._turns.understand(heard, self._state.context())
            return self._done(self._step(Understood(heard=heard, meaning=meaning)))
        except Exception as error:  # noqa: BLE001 – the edge of the chat: no fault may leave it without an answer.
            return self._fault(error)

    def choose(self, key: str, on_air: OnAir) -> Answer:
        """Raises `FieldRefused` for what is not offered now."""
        choice = next((one for one in self.choices if one.key == key), None)
        if choice is None:
            raise FieldRefused("choice", "Lựa chọn này không còn. Hãy chọn lại hoặc viết câu hỏi.")
        try:
            self._follow(on_air)
            self._recorder.record("choice.taken", {"key": choice.key, "text": choice.text})
            return self._done(self._step(choice.event))
        except Exception as error:  # noqa: BLE001 – as above.
            return self._fault(error)

    def contact_left(self) -> None:
        self._recorder.record("contact.left")

    def end(self) -> None:
        self._recorder.record("call.ended")

    def _follow(self, on_air: OnAir) -> None:
        if on_air != self._state.on_air:
            self._recorder.record("on_air.changed", {"stops": len(on_air.stops), "bulletins": len(on_air.bulletins)})
            self._step(OnAirChanged(on_air=on_air))

    def _step(self, event: Event) -> tuple[Act, ...]:
        self._state, acts = self._engine.step(self._state, event)
        for act in acts:
            match act:
                case Say():
                    self._record_say(act)
                case Transfer():
                    self._go_on_without(act)
                case _:
                    pass
        return acts

    def _go_on_without(self, transfer: Transfer) -> None:
        self.person_wanted = transfer
        fields = {"reason": transfer.reason.value, "summary": transfer.summary, "to": ""}
        self._recorder.record("handoff.started", fields, personal=("summary",))
        self._recorder.record("handoff.failed", {"code": NO_TELEPHONE})
        said = self._state.last_says
        # What is said of a transfer that failed is not true here: a contact can be left.
        self._state, _ = self._engine.step(self._state, ActFailed(act_id=transfer.act_id, code=NO_TELEPHONE))
        self._state = replace(self._state, last_says=said)

    def _record_say(self, say: Say) -> None:
        self._recorder.record(
            "say.started",
            {
                "act_id": say.act_id,
                "text": say.text,
                "behaviour": say.behaviour.value,
                "sources": [f"{source.code}@{source.version}" for source in say.sources],
                "as_of": say.sources[0].as_of if say.sources else "",
            },
        )

    def _done(self, acts: tuple[Act, ...]) -> Answer:
        transfer = next((act for act in acts if isinstance(act, Transfer)), None)
        return Answer(
            reply=reply(acts),
            choices=self.choices,
            handoff=transfer.reason if transfer else None,
            ended=any(isinstance(act, HangUp) for act in acts),
        )

    def _fault(self, error: Exception) -> Answer:
        log.exception("chat fault", extra={"call_id": self.call_id})
        self._recorder.record("fault", {"error": type(error).__name__})
        reason = HandoffReason.FAULT
        self.person_wanted = Transfer(act_id=0, reason=reason, summary="")
        words = Reply(
            behaviour=Behaviour.HANDOFF, qualified=False, procedure_codes=(), aspects=(), says=(_FAULT_WORDS,),
            sources=(),
        )  # fmt: skip
        return Answer(reply=words, choices=self.choices, handoff=reason)
