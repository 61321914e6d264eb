"""The places of one turn, weighed over its hypotheses, and what a turn means that says nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.context import Context
from contracts.meaning import Aspect, Candidate, Intent, Meaning, Slot
from nlu.places import PlacesSaid

LEAST_SHARE = 0.2
"""Of the hypotheses' weight: places with less of it were not said."""
CERTAINTY = 0.95
"""That a turn which names a place and nothing else, or asks what became of it, is understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPlaces:
    """One hypothesis."""

    text: str
    said: PlacesSaid
    confidence: float
    share: float
    """Of the whole turn's confidence."""


def places_of(heard: Sequence[HeardPlaces]) -> tuple[Slot, ...]:
    """The places that most of the hypotheses name, as sure as they are where they were heard best."""
    weight: dict[tuple[tuple[str, str], ...], float] = {}
    best: dict[tuple[tuple[str, str], ...], tuple[Slot, ...]] = {}
    for one in heard:
        if not one.said.slots:
            continue
        key = tuple((slot.name, slot.value) for slot in one.said.slots)
        sure = min(slot.confidence for slot in one.said.slots)
        weight[key] = weight.get(key, 0.0) + one.share * sure
        if key not in best or sure > min(slot.confidence for slot in best[key]):
            best[key] = one.said.slots
    found = max(weight, key=lambda key: weight[key], default=())
    return best[found] if found and weight[found] >= LEAST_SHARE else ()


def place_turn(heard: Sequence[HeardPlaces], slots: tuple[Slot, ...], context: Context, name: str) -> Meaning | None:
    """The meaning of a turn about nothing but places; None: something else is said.

    `name`: of the procedure in `context`; empty: none that is known.
    """
    if not heard or not slots:
        return None
    first = heard[0]
    telling = first if first.said.slots else next(one for one in heard if one.said.slots)
    certainty = CERTAINTY * min(telling.confidence, 1.0)
    meaning = Meaning(
        text=telling.text, intent=Intent.WHERE_NOW, intent_confidence=certainty, slots=slots, acceptance=certainty
    )
    if telling.said.asks_now:
        return meaning
    if not telling.said.only_place:
        return None
    specific = tuple(aspect for aspect in context.aspects if aspect is not Aspect.GENERAL)
    code = context.procedure_code if name else None
    return replace(
        meaning,
        intent=Intent.ASK,
        aspects=specific or (Aspect.PLACE,),
        candidates=(Candidate(procedure_code=code, name=name, score=1.0),) if code else (),
    )
