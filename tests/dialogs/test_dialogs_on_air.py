"""What is stopped is not said any more, on calls that go on, too; bulletins are told once where they belong."""

import pytest
from talk import TODAY, Talk

from contracts.acts import HandoffReason
from contracts.events import OnAirChanged
from contracts.meaning import Aspect, Intent
from contracts.on_air import Bulletin, OnAir, Stop
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.state import State
from procedures.record import Profile, SpokenFact

BIRTH = "1.001193"


def facts(content: Content, aspect: Aspect) -> tuple[SpokenFact, ...]:
    return content.catalogue.facts(BIRTH, aspect, TODAY, Profile.DEMO)


@pytest.mark.parametrize("stop", [Stop(code=BIRTH), Stop(code=BIRTH, aspect=Aspect.TIME)])
def test_what_is_stopped_goes_to_a_person(engine: Engine, stop: Stop) -> None:
    talk = Talk(engine, BIRTH, on_air=OnAir(stops=(stop,)))
    assert "1 ngày" not in talk.ask(Aspect.TIME)
    assert talk.transfers == [HandoffReason.NO_SOURCE]


def test_other_aspects_and_procedures_go_on(engine: Engine) -> None:
    on_air = OnAir(stops=(Stop(code=BIRTH, aspect=Aspect.TIME), Stop(code="1.000656")))
    talk = Talk(engine, BIRTH, on_air=on_air)
    assert "giấy chứng sinh" in talk.ask(Aspect.DOCUMENTS)


def test_a_fact_is_stopped_during_a_call(engine: Engine, content: Content) -> None:
    talk = Talk(engine, BIRTH)
    normal, *cases = facts(content, Aspect.DOCUMENTS)
    assert normal.phrase in talk.ask(Aspect.DOCUMENTS)
    talk.step(OnAirChanged(on_air=OnAir(stops=(Stop(code=BIRTH, aspect=Aspect.DOCUMENTS, fact=cases[0].id),))))
    assert talk.acts == ()
    assert normal.phrase not in talk.hear("nhắc lại", Intent.REPEAT)
    said = talk.ask(Aspect.DOCUMENTS, text="không có giấy chứng sinh thì cần gì")
    assert normal.phrase in said and cases[0].phrase not in said


def test_without_its_normal_case_nothing_is_said_of_an_aspect(engine: Engine, content: Content) -> None:
    normal = facts(content, Aspect.DOCUMENTS)[0]
    on_air = OnAir(stops=(Stop(code=BIRTH, aspect=Aspect.DOCUMENTS, fact=normal.id),))
    talk = Talk(engine, BIRTH, on_air=on_air)
    talk.ask(Aspect.DOCUMENTS)
    assert talk.transfers == [HandoffReason.NO_SOURCE]


def test_what_is_put_on_again_is_said_again(engine: Engine) -> None:
    talk = Talk(engine, BIRTH, on_air=OnAir(stops=(Stop(code=BIRTH),)))
    talk.step(OnAirChanged(on_air=OnAir()))
    assert "1 ngày làm việc" in talk.ask(Aspect.TIME)


@pytest.mark.parametrize(
    ("bulletin", "told"),
    [
        (Bulletin(id="a", text="Cổng đang bảo trì."), True),
        (Bulletin(id="a", text="Cổng đang bảo trì.", codes=(BIRTH,)), True),
        (Bulletin(id="a", text="Cổng đang bảo trì.", codes=("1.000656",)), False),
        (Bulletin(id="a", text="Cổng đang bảo trì.", aspects=(Aspect.ONLINE,)), False),
        (Bulletin(id="a", text="Cổng đang bảo trì.", aspects=(Aspect.ONLINE, Aspect.TIME)), True),
    ],
)
def test_bulletins_are_told_once_where_they_belong(engine: Engine, bulletin: Bulletin, told: bool) -> None:
    talk = Talk(engine, BIRTH, on_air=OnAir(bulletins=(bulletin,)))
    said = talk.ask(Aspect.TIME)
    assert said.startswith("Cổng đang bảo trì.") is told
    assert "Cổng đang bảo trì" not in talk.ask(Aspect.TIME)


def test_what_is_on_air_is_part_of_the_state(engine: Engine) -> None:
    on_air = OnAir(stops=(Stop(code=BIRTH, aspect=Aspect.FEE),), bulletins=(Bulletin(id="a", text="Nghỉ lễ."),))
    state = Talk(engine, BIRTH, on_air=on_air).state
    assert State.from_json(state.to_json()) == state
