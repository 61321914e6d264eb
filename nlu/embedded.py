"""The embedded interpreter: everything in process, with numpy alone."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contracts.context import Context
from contracts.expectation import Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Candidate, Intent, Meaning
from contracts.syllables import nfc, tokens
from nlu.ambiguities import Ambiguity, load_ambiguities
from nlu.aspects import asked_aspects
from nlu.choices import chosen_code
from nlu.completeness import draft_of, expected_answer
from nlu.corrections import meant_part
from nlu.elsewhere import is_elsewhere
from nlu.errors import ModelFileError
from nlu.evidence import MAX_HYPOTHESES, OUT_OF_SCOPE, Judgement, Weighed, judge
from nlu.features import PLACE
from nlu.interpreter import Content
from nlu.link_targets import load_targets
from nlu.linker import Linker
from nlu.model import Model, content_hash, load_model, save_model
from nlu.place_turns import HeardPlaces, place_turn, places_of
from nlu.places import PlaceReader
from nlu.reading import Reader
from nlu.training import train_model
from nlu.training_data import ASK, TrainingData, intent_and_aspect, load_domain, load_training_data
from procedures.places import Places
from procedures.places_yaml import load_places

log = logging.getLogger(__name__)

YES_NO_FACTOR = 6.0
"""How much likelier yes and no become when they are asked for."""
NAMED = 0.8
"""Link quality at which a greeting that names a procedure is a question about it."""
MAX_CHARS = 600
LEAST_SHARE = 0.1
"""Of the best hypothesis's confidence: below it a hypothesis is not read, as it could not change the meaning."""
_READINGS_KEPT = 64
_OPENING = frozenset({"greet", "yes", "no", "thanks", "continue", "help", "repeat"})
_FOLLOW_UP = frozenset({"còn", "thế", "vậy", "rứa"})


class EmbeddedInterpreter:
    """See `nlu.interpreter.Interpreter`. Holds no state of a call; may be used by many calls in turn."""

    def __init__(
        self, model: Model, linker: Linker, ambiguities: Sequence[Ambiguity] = (), places: Places | None = None
    ) -> None:
        self.model = model
        self.linker = linker
        self._places = PlaceReader(places or Places())
        self._ambiguities = tuple(ambiguities)
        self._reader = Reader(
            linker=linker,
            space=model.space,
            classifier=model.classifier,
            neighbours=model.neighbours,
            known=model.known,
        )
        # The endpointing asks about the very text that is understood a moment later.
        self._read = lru_cache(maxsize=_READINGS_KEPT)(self._reader.read)

    def understand(self, heard: Heard | Sequence[Hypothesis], context: Context) -> Meaning:
        if isinstance(heard, Heard):
            hypotheses, expecting = heard.hypotheses, heard.expectation.kind
        else:
            hypotheses, expecting = tuple(heard), context.expectation.kind
        heard_places = self._heard_places(hypotheses)
        if not heard_places:
            return Meaning(text="", intent=Intent.NOTHING, intent_confidence=1.0)
        slots = places_of(heard_places)
        known = self.linker.targets.get(context.procedure_code or "")
        about_places = place_turn(heard_places, slots, context, known.name if known else "")
        return about_places or replace(self._meant(heard_places, expecting, context), slots=slots)

    def _meant(self, heard: Sequence[HeardPlaces], expecting: Expecting, context: Context) -> Meaning:
        """Without the places."""
        weighed = [
            Weighed(
                reading=replace(self._read(" ".join(one.said.rest) or one.text), text=one.text),
                confidence=one.confidence,
                share=one.share,
            )
            for one in heard
        ]
        judgement = judge(weighed, self.model.classifier.labels, self._prior(expecting))
        chosen = self._chosen(judgement, context)
        if chosen is not None:
            return self._choice(judgement, chosen, context)
        if judgement.label in _OPENING and judgement.best.linked and judgement.best.link.quality >= NAMED:
            judgement = replace(judgement, label=ASK + Aspect.GENERAL.value)
        if judgement.label.startswith(ASK) and is_elsewhere(judgement.best.text):
            judgement = replace(judgement, label=OUT_OF_SCOPE, candidates=())
        if judgement.label.startswith(ASK):
            return self._question(judgement, context)
        intent, _ = intent_and_aspect(judgement.label)
        acceptance = self.model.acceptance.probability(judgement.evidence)
        return Meaning(
            text=judgement.best.text,
            intent=intent,
            intent_confidence=judgement.evidence.intent,
            candidates=judgement.candidates if judgement.label == OUT_OF_SCOPE else (),
            acceptance=acceptance,
        )

    def completeness(self, text: str, expecting: Expecting = Expecting.QUESTION) -> float:
        words = tokens(text[:MAX_CHARS])
        if not words:
            return 0.0
        reading = self._read(" ".join(words))
        draft = draft_of(reading.frame, self._reader, reading.link.quality if reading.linked else 0.0)
        known = expected_answer(words, expecting, draft.label)
        return known if known is not None else self.model.completeness.probability(draft)

    def _heard_places(self, hypotheses: Sequence[Hypothesis]) -> list[HeardPlaces]:
        """The hypotheses that count, best first, each with its places apart."""
        merged: dict[str, float] = {}
        for hypothesis in hypotheses[:MAX_HYPOTHESES]:
            text = meant_part(" ".join(tokens(nfc(hypothesis.text[:MAX_CHARS]))))
            if text:
                merged[text] = merged.get(text, 0.0) + min(max(hypothesis.confidence, 0.0), 1.0)
        whole = sum(merged.values())
        share = {text: value / whole if whole > 0 else 1 / len(merged) for text, value in merged.items()}
        ranked = sorted(merged, key=lambda text: -merged[text])
        telling = [text for text in ranked if merged[text] >= LEAST_SHARE * merged[ranked[0]]]
        return [
            HeardPlaces(text=text, said=self._places.read(text), confidence=merged[text], share=share[text])
            for text in telling
        ]

    def _prior(self, expecting: Expecting) -> npt.NDArray[np.float32] | None:
        if expecting is not Expecting.YES_NO:
            return None
        labels = self.model.classifier.labels
        return np.array([YES_NO_FACTOR if label in ("yes", "no") else 1.0 for label in labels], dtype=np.float32)

    def _chosen(self, judgement: Judgement, context: Context) -> str | None:
        offered = [self.linker.targets[code] for code in context.offered if code in self.linker.targets]
        return chosen_code(judgement.best, offered, self._ambiguities) if offered else None

    def _choice(self, judgement: Judgement, code: str, context: Context) -> Meaning:
        asked = judgement.label.startswith(ASK) and judgement.label != ASK + Aspect.GENERAL.value
        confident = judgement.evidence.intent >= 0.6
        aspects = asked_aspects(judgement.best, judgement.label, self._reader) if asked and confident else ()
        candidate = Candidate(
            procedure_code=code, name=self.linker.targets[code].name, score=1.0, matched=judgement.best.text
        )
        certainty = 0.6 + 0.35 * judgement.evidence.confidence
        return Meaning(
            text=judgement.best.text,
            intent=Intent.ASK,
            intent_confidence=certainty,
            aspects=aspects or context.aspects or (Aspect.GENERAL,),
            candidates=(candidate,),
            acceptance=certainty,
        )

    def _question(self, judgement: Judgement, context: Context) -> Meaning:
        aspects = asked_aspects(judgement.best, judgement.label, self._reader)
        candidates, ambiguous, evidence = judgement.candidates, judgement.ambiguous, judgement.evidence
        if len(aspects) > 1:
            # The sentence's probability is shared out between its questions.
            labels = self.model.classifier.labels
            both = float(sum(judgement.best.probabilities[labels.index(ASK + aspect.value)] for aspect in aspects))
            evidence = replace(evidence, intent=max(evidence.intent, both), margin=max(evidence.margin, 2 * both - 1))
        if not candidates and context.procedure_code in self.linker.targets:
            target = self.linker.targets[context.procedure_code or ""]
            candidates = (Candidate(procedure_code=target.code, name=target.name, score=1.0),)
            evidence = replace(evidence, from_context=True)
        elif aspects == (Aspect.GENERAL,) and candidates and context.aspects and _only_names(judgement, context):
            aspects = context.aspects
        return Meaning(
            text=judgement.best.text,
            intent=Intent.ASK,
            intent_confidence=evidence.intent,
            aspects=aspects,
            candidates=candidates,
            ambiguous=ambiguous,
            acceptance=self.model.acceptance.probability(evidence),
        )


def _only_names(judgement: Judgement, context: Context) -> bool:
    """The caller names the procedure that was still open, or goes on with another one."""
    frame = judgement.best.frame
    return context.procedure_code is None or (PLACE in frame and frame[0] in _FOLLOW_UP)


def start_embedded(content: Content) -> EmbeddedInterpreter:
    """Trains, or loads what was trained from the same content. Raises `TrainingDataError`."""
    data, linker, ambiguities, digest = load_content(content)
    path = content.cache / f"{digest}.npz" if content.cache else None
    model = _stored(path) if path else None
    if model is None:
        model = train_model(data, linker)
        log.info("meaning trained", extra={"content": digest, "examples": len(data.examples)})
        if path:
            save_model(model, path)
    return EmbeddedInterpreter(model, linker, ambiguities, load_places(content.folder))


def _stored(path: Path) -> Model | None:
    if not path.exists():
        return None
    try:
        return load_model(path)
    except ModelFileError as error:
        log.warning("meaning model unreadable, training again", extra={"error": str(error)})
        return None


def load_content(content: Content) -> tuple[TrainingData, Linker, list[Ambiguity], str]:
    """Training data, linker, ambiguities and the hash of all that a model depends on."""
    folder = content.folder
    data = load_training_data(folder / "nlu.yml", load_domain(folder / "domain.yml"))
    merged = load_targets(folder, content.procedures)
    ambiguities = load_ambiguities(folder / "ambiguities.yml", merged.same)
    frames = [example.with_procedure(" ") for example in data.examples if example.intent != OUT_OF_SCOPE]
    linker = Linker(merged.targets, ambiguities, frames)
    digest = content_hash(
        [
            *(repr(example) for example in data.examples),
            *(repr(target) for target in merged.targets),
            *(repr(family) for family in ambiguities),
        ]
    )
    return data, linker, ambiguities, digest
