"""Taking a call over: the control API with and without its token, two at once, and the call that is taken."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from fakes import PAPERS, TODAY, FakeCall, WatchedEngine, WatchedLine, spoken

from calls.api import create_api
from calls.control import CallControl
from calls.feed import EventFeed
from calls.session import Session
from contracts.acts import HandoffReason, Transfer
from contracts.call_event import CallEvent
from contracts.events import ActFailed, OnAirChanged, TakenOver
from contracts.on_air import OnAir, Stop
from dialogs.content import Content
from telephony.wav_script import HangUp, Say

TOKEN = "a-token"
TRUE = {"Authorization": f"Bearer {TOKEN}"}


class Taken:
    """A call that does what it is told."""

    def __init__(self) -> None:
        self.taken_over: TakenOver | None = None
        self.on_air: list[OnAir] = []

    def put_on_air(self, event: OnAirChanged) -> None:
        self.on_air.append(event.on_air)

    def take_over(self, event: TakenOver) -> None:
        self.taken_over = event


@asynccontextmanager
async def api_of(control: CallControl) -> AsyncGenerator[httpx.AsyncClient]:
    api = create_api(feed=EventFeed(), token=TOKEN, calls_now=lambda: 1, control=control)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://calls") as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": TOKEN}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}],
)
async def test_without_its_token_nothing_is_told_or_done(headers: dict[str, str]) -> None:
    control, call = CallControl(frozenset({"1001"})), Taken()
    async with api_of(control) as client:
        with control.holding("c1", call):
            assert (await client.get("/calls", headers=headers)).status_code == 401
            answer = await client.post("/calls/c1/take-over", json={"to": "1001", "by": "hoa"}, headers=headers)
            assert answer.status_code == 401
            assert call.taken_over is None
        assert (await client.get("/openapi.json")).status_code == 404


async def test_of_two_the_first_has_the_call_and_the_second_is_told_by_whom() -> None:
    control, call = CallControl(frozenset({"1001"})), Taken()
    async with api_of(control) as client:
        with control.holding("c1", call):
            wanted = [{"to": "1001", "by": "hoa"}, {"to": "", "by": "minh"}]
            answers = await asyncio.gather(
                *(client.post("/calls/c1/take-over", json=one, headers=TRUE) for one in wanted)
            )
            assert sorted(answer.status_code for answer in answers) == [202, 409]
            assert call.taken_over is not None
            late = next(answer for answer in answers if answer.status_code == 409)
            assert late.json()["detail"] == {"code": "control.taken", "by": call.taken_over.by}
            (now,) = (await client.get("/calls", headers=TRUE)).json()
            assert (now["call_id"], now["taken_over_by"]) == ("c1", call.taken_over.by)
            call.taken_over = None
            again = await client.post("/calls/c1/take-over", json={"by": "minh"}, headers=TRUE)
            assert again.status_code == 202
        assert (await client.get("/calls", headers=TRUE)).json() == []


@pytest.mark.parametrize(
    ("call_id", "body", "status"),
    [
        ("c2", {"to": "1001", "by": "hoa"}, 404),
        ("c1", {"to": "999", "by": "hoa"}, 422),
        ("c1", {"to": "1001,s", "by": "hoa"}, 422),
        ("c1", {"to": "1001"}, 422),
        ("c1", {"to": "1001", "by": "hoa", "more": 1}, 422),
    ],
)
async def test_what_is_wrong_is_refused(call_id: str, body: dict[str, object], status: int) -> None:
    control, call = CallControl(frozenset({"1001"})), Taken()
    async with api_of(control) as client:
        with control.holding("c1", call):
            assert (await client.post(f"/calls/{call_id}/take-over", json=body, headers=TRUE)).status_code == status
            assert call.taken_over is None


async def taken_over_while_it_answers(call: FakeCall) -> None:
    session: Session | None = None

    def look(event: CallEvent) -> None:
        asked = len(call.fields("turn.heard"))
        if event.kind == "say.started" and asked == 1 and not call.fields("takeover.asked"):
            assert session is not None
            session.take_over(TakenOver(to="1001", by="hoa"))

    call.listeners = (look,)
    session = Session(call.line, call.parts(), today=TODAY)
    async with asyncio.timeout(30):
        await session.run()
    assert (session.taken_over is None) is bool(call.fields("handoff.failed"))


async def test_what_is_being_said_stops_and_that_phone_gets_the_caller(content: Content) -> None:
    line = WatchedLine([Say(pcm=spoken(PAPERS)), HangUp(after_ms=5000)], agents=True)
    call = FakeCall(line=line, engine=WatchedEngine(content))
    await taken_over_while_it_answers(call)
    (transfer,) = [act for act in call.engine.acts if isinstance(act, Transfer)]
    assert (transfer.reason, transfer.to, line.transferred_to) == (HandoffReason.SUPERVISOR, "1001", "1001")
    assert call.fields("takeover.asked") == [{"to": "1001", "by": "hoa"}]
    assert call.kinds.index("handoff.started") - call.kinds.index("takeover.asked") == 1
    assert "giám sát" in transfer.summary


async def test_a_call_that_nobody_took_can_be_taken_again(content: Content) -> None:
    line = WatchedLine([Say(pcm=spoken(PAPERS)), HangUp(after_ms=5000)], agents=False)
    call = FakeCall(line=line, engine=WatchedEngine(content))
    await taken_over_while_it_answers(call)
    assert any(isinstance(event, ActFailed) for event in call.engine.events)
    assert "say.started" in call.kinds[call.kinds.index("handoff.failed") :]


def test_what_is_on_air_reaches_every_call_once() -> None:
    control, calls = CallControl(), [Taken(), Taken()]
    stopped = OnAir(stops=(Stop(code="1.001193"),))
    with control.holding("c1", calls[0]), control.holding("c2", calls[1]):
        for on_air in (stopped, stopped, OnAir()):
            control.put_on_air(on_air)
    control.put_on_air(stopped)
    assert [call.on_air for call in calls] == [[stopped, OnAir()]] * 2
    assert control.on_air == stopped


async def test_an_answer_is_stopped_while_its_call_goes_on(content: Content) -> None:
    line = WatchedLine([Say(pcm=spoken(PAPERS)), Say(pcm=spoken(PAPERS)), HangUp(after_ms=5000)])
    call = FakeCall(line=line, engine=WatchedEngine(content))
    session: Session | None = None

    def look(event: CallEvent) -> None:
        if event.kind == "say.started" and len(call.fields("turn.heard")) == 1 and not call.fields("on_air.changed"):
            assert session is not None
            session.put_on_air(OnAirChanged(on_air=OnAir(stops=(Stop(code="1.001193"),))))

    call.listeners = (look,)
    session = Session(call.line, call.parts(), today=TODAY)
    async with asyncio.timeout(30):
        await session.run()
    assert call.fields("on_air.changed")[0] == {"stops": 1, "bulletins": 0}
    assert [act.reason for act in call.engine.acts if isinstance(act, Transfer)] == [HandoffReason.NO_SOURCE]
