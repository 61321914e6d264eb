"""The content that ships: fit for an elderly person on the phone, and honest about what the record does not say."""

import re
from datetime import date
from pathlib import Path

import pytest

from contracts.meaning import Aspect
from procedures.catalogue import Catalogue
from procedures.record import FactStatus, Money, Procedure, Profile

CATALOGUE = Catalogue.load(Path(__file__).parents[2] / "config" / "content" / "procedures")
PROCEDURES = CATALOGUE.procedures()
DAY = date(2026, 11, 24)
WORDS_LIMIT = 48
"""About a quarter of a minute of speech."""


def test_enough_procedures() -> None:
    assert len(PROCEDURES) >= 22


@pytest.mark.parametrize("procedure", PROCEDURES, ids=[one.code for one in PROCEDURES])
def test_a_procedure_is_fit_to_speak(procedure: Procedure) -> None:
    assert len(procedure.aliases) >= 6
    assert all(alias == alias.lower() and not any(c.isdigit() for c in alias) for alias in procedure.aliases)
    assert len(procedure.short_name.split()) <= 10
    answered = CATALOGUE.aspects(procedure.code, DAY, Profile.DEMO)
    assert {Aspect.GENERAL, Aspect.DOCUMENTS, Aspect.PLACE, Aspect.RESULT} <= set(answered)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=[one.code for one in PROCEDURES])
def test_it_is_known_since_when_a_record_holds(procedure: Procedure) -> None:
    assert procedure.known_since is not None and date(2020, 1, 1) < procedure.known_since < DAY
    assert not procedure.in_force(date(1999, 1, 1))


@pytest.mark.parametrize("procedure", PROCEDURES, ids=[one.code for one in PROCEDURES])
def test_facts_are_short_and_end_as_sentences(procedure: Procedure) -> None:
    for fact in procedure.facts:
        assert len(fact.phrase.split()) <= WORDS_LIMIT, fact.phrase
        assert fact.phrase.endswith("."), fact.phrase
        assert not fact.limitation or fact.limitation.endswith(".")
        assert not re.search(r"\b(UBND|TTHC|HĐND|BHXH|cấp huyện|quận)\b", fact.phrase), fact.phrase
        assert bool(fact.cues) <= bool(fact.case), "cues lead to a case"
        assert fact.status is FactStatus.UNREVIEWED, "nobody has signed these yet"


@pytest.mark.parametrize("procedure", PROCEDURES, ids=[one.code for one in PROCEDURES])
def test_every_aspect_begins_with_the_normal_case_or_asks_for_the_callers(procedure: Procedure) -> None:
    asked = {aspect for question in procedure.questions for aspect in question.aspects}
    for aspect in CATALOGUE.aspects(procedure.code, DAY, Profile.DEMO):
        facts = CATALOGUE.facts(procedure.code, aspect, DAY, Profile.DEMO)
        assert not facts[0].case or (aspect in asked and all(fact.case for fact in facts)), aspect


def test_free_of_charge_only_where_it_is_a_value() -> None:
    for procedure in PROCEDURES:
        for fact in procedure.facts:
            if "miễn phí" in fact.phrase:
                assert isinstance(fact.value, Money)
                assert fact.value.amount_vnd == 0


def test_fees_left_to_the_city_are_qualified() -> None:
    for procedure in PROCEDURES:
        for fact in procedure.facts:
            if fact.aspect is Aspect.FEE and "Hội đồng nhân dân" in fact.phrase:
                assert fact.qualified


def test_birth_registration_is_never_said_to_be_free() -> None:
    """The portal has a bare 0, no word of an exemption, and a step in which a fee may be paid."""
    facts = CATALOGUE.facts("1.001193", Aspect.FEE, DAY, Profile.DEMO)
    assert facts and all(fact.limitation and "miễn" not in fact.phrase for fact in facts)
