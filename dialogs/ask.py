"""One question in text, one answer: the acts of a turn folded into what `tongdai ask` prints."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contracts.acts import Act, Behaviour, Say, Source, Transfer
from contracts.events import CallStarted, Understood
from contracts.heard import Heard
from contracts.meaning import Aspect, Meaning
from dialogs.engine import Engine

_WEIGHT = (Behaviour.HANDOFF, Behaviour.ANSWER, Behaviour.CLARIFY, Behaviour.OUT_OF_SCOPE, Behaviour.DIALOGUE)
"""Which behaviour names a turn that has several, heaviest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    behaviour: Behaviour
    qualified: bool
    procedure_codes: tuple[str, ...]
    aspects: tuple[Aspect, ...]
    says: tuple[str, ...]
    sources: tuple[Source, ...]


def reply(acts: Iterable[Act]) -> Reply:
    acts = tuple(acts)
    says = [act for act in acts if isinstance(act, Say)]
    behaviours = {say.behaviour for say in says}
    if any(isinstance(act, Transfer) for act in acts):
        behaviours.add(Behaviour.HANDOFF)
    return Reply(
        behaviour=next((one for one in _WEIGHT if one in behaviours), Behaviour.DIALOGUE),
        qualified=any(say.qualified for say in says),
        procedure_codes=tuple(dict.fromkeys(code for say in says for code in say.procedure_codes)),
        aspects=tuple(dict.fromkeys(aspect for say in says for aspect in say.aspects)),
        says=tuple(say.text for say in says),
        sources=tuple(dict.fromkeys(source for say in says for source in say.sources)),
    )


def ask(engine: Engine, heard: Heard, meaning: Meaning, today: date) -> Reply:
    """The reply to the first question of a fresh conversation, without the greeting."""
    state, _ = engine.step(engine.start(), CallStarted(today=today))
    _, acts = engine.step(state, Understood(heard=heard, meaning=meaning))
    return reply(acts)
