"""Which facts may be said, on which day, to whom."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.meaning import Aspect
from procedures.catalogue import Catalogue
from procedures.errors import UnknownProcedure
from procedures.record import FactSource, FactStatus, Procedure, Profile, RecordSource, SpokenFact

DAY = date(2026, 11, 24)
SOURCE = FactSource(field="documents", hash="0123456789ab")


def fact(phrase: str, status: FactStatus = FactStatus.UNREVIEWED) -> SpokenFact:
    return SpokenFact(aspect=Aspect.FEE, phrase=phrase, source=SOURCE, status=status)


def procedure(*facts: SpokenFact) -> Procedure:
    return Procedure(
        code="1.000001",
        name="Thủ tục thử",
        short_name="thử",
        aliases=("làm thử",),
        facts=facts,
        version="0123456789ab",
        source=RecordSource(decision="", updated=None, hash="0123456789ab"),
    )


def phrases(one: Procedure, day: date, profile: Profile) -> list[str]:
    return [found.phrase for found in Catalogue([one]).facts(one.code, Aspect.FEE, day, profile)]


def test_demo_speaks_unreviewed_facts_and_production_refuses_them() -> None:
    one = procedure(fact("một"))
    assert phrases(one, DAY, Profile.DEMO) == ["một"]
    assert phrases(one, DAY, Profile.PRODUCTION) == []


def test_production_needs_a_reviewer_and_a_review_that_counts() -> None:
    sayable = fact("một", FactStatus.SAYABLE)
    assert phrases(procedure(sayable), DAY, Profile.PRODUCTION) == []
    reviewed = replace(sayable, reviewer="cán bộ A", review_by=DAY)
    assert phrases(procedure(reviewed), DAY, Profile.PRODUCTION) == ["một"]
    assert phrases(procedure(reviewed), DAY + timedelta(days=1), Profile.PRODUCTION) == []


@pytest.mark.parametrize("profile", Profile)
def test_what_must_be_handed_over_is_never_said(profile: Profile) -> None:
    handed = replace(fact("một", FactStatus.HAND_OVER), reviewer="cán bộ A")
    assert phrases(procedure(handed), DAY, profile) == []


def test_facts_hold_on_their_days_only() -> None:
    half = replace(fact("một nửa"), valid_from=date(2025, 7, 1), valid_to=date(2026, 12, 31))
    whole = replace(fact("cả"), valid_from=date(2027, 1, 1))
    one = procedure(half, whole)
    assert phrases(one, date(2026, 12, 31), Profile.DEMO) == ["một nửa"]
    assert phrases(one, date(2027, 1, 1), Profile.DEMO) == ["cả"]
    assert phrases(one, date(2025, 6, 30), Profile.DEMO) == []


def test_the_normal_case_comes_first() -> None:
    one = procedure(replace(fact("riêng"), case="trẻ em"), fact("thường"))
    assert phrases(one, DAY, Profile.DEMO) == ["thường", "riêng"]


def test_records_of_one_code_follow_each_other() -> None:
    old = replace(procedure(fact("cũ")), valid_to=date(2026, 6, 30))
    new = replace(procedure(fact("mới")), valid_from=date(2026, 7, 1), version="ba9876543210")
    catalogue = Catalogue([new, old])
    assert catalogue.require("1.000001", date(2026, 6, 30)).version == old.version
    assert catalogue.require("1.000001", date(2026, 7, 1)).version == new.version
    assert catalogue.get("1.000001") == new
    assert catalogue.procedures() == (new,)


@pytest.mark.parametrize(
    "source",
    [
        RecordSource(decision="", updated=DAY, read=DAY + timedelta(days=30), hash="0123456789ab"),
        RecordSource(decision="", updated=None, read=DAY, hash="0123456789ab"),
    ],
)
def test_a_record_tells_nothing_of_the_time_before_it_was_seen(source: RecordSource) -> None:
    one = replace(procedure(fact("một")), source=source)
    catalogue, before = Catalogue([one]), DAY - timedelta(days=1)
    assert phrases(one, DAY, Profile.DEMO) == ["một"] and catalogue.unknown_before(one.code, DAY) is None
    assert phrases(one, before, Profile.DEMO) == [] and catalogue.unknown_before(one.code, before) == DAY
    assert catalogue.get(one.code) == one
    dated = replace(one, valid_from=date(2020, 1, 1))
    assert phrases(dated, before, Profile.DEMO) == ["một"]
    assert Catalogue([one, replace(dated, valid_to=before)]).unknown_before(one.code, date(2019, 1, 1)) == date(
        2020, 1, 1
    )


def test_unknown_codes() -> None:
    catalogue = Catalogue([procedure(fact("một"))])
    assert catalogue.get("9.999999") is None and catalogue.unknown_before("9.999999", date.min) is None
    assert catalogue.facts("9.999999", Aspect.FEE, DAY, Profile.DEMO) == ()
    with pytest.raises(UnknownProcedure, match=r"9\.999999"):
        catalogue.require("9.999999")


def test_a_limitation_qualifies() -> None:
    assert not fact("một").qualified
    assert replace(fact("một"), limitation="Hỏi lại.").qualified
