"""A conversation with an engine, told what was understood."""

from datetime import date

from contracts.acts import Act, HandoffReason, Say, Transfer
from contracts.events import CallStarted, Event, KeyPressed, Understood
from contracts.expectation import Expectation
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning, Slot
from contracts.on_air import OnAir
from dialogs.engine import Engine
from dialogs.state import State

TODAY = date(2026, 11, 24)


class Talk:
    def __init__(self, engine: Engine, code: str, *, on_air: OnAir | None = None) -> None:
        self._engine = engine
        self._code = code
        self.state: State = engine.start()
        self.acts: tuple[Act, ...] = ()
        self.step(CallStarted(today=TODAY, on_air=on_air or OnAir()))

    def step(self, event: Event) -> str:
        self.state, self.acts = self._engine.step(self.state, event)
        return self.said

    @property
    def said(self) -> str:
        return " ".join(act.text for act in self.acts if isinstance(act, Say))

    @property
    def transfers(self) -> list[HandoffReason]:
        return [act.reason for act in self.acts if isinstance(act, Transfer)]

    def ask(self, *aspects: Aspect, text: str = "", named: bool = True, slots: tuple[Slot, ...] = ()) -> str:
        candidates = (Candidate(procedure_code=self._code, name="", score=1.0),) if named else ()
        return self.hear(text, Intent.ASK, aspects=aspects, candidates=candidates, slots=slots)

    def hear(
        self,
        text: str,
        intent: Intent = Intent.NOTHING,
        *,
        aspects: tuple[Aspect, ...] = (),
        candidates: tuple[Candidate, ...] = (),
        slots: tuple[Slot, ...] = (),
    ) -> str:
        meaning = Meaning(
            text=text,
            intent=intent,
            intent_confidence=0.9,
            aspects=aspects,
            candidates=candidates,
            slots=slots,
            acceptance=0.9,
        )
        hypotheses = (Hypothesis(text=text, confidence=0.9),)
        heard = Heard(hypotheses=hypotheses, start_sample=0, end_sample=800, expectation=Expectation())
        return self.step(Understood(heard=heard, meaning=meaning))

    def press(self, key: str) -> str:
        return self.step(KeyPressed(key=key))
