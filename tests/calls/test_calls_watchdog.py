"""The watchdog's policy, frame by frame."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.watchdog import Sight, Trouble, Watchdog, WatchdogSettings

SETTINGS = WatchdogSettings(no_audio_ms=1000, idle_ms=2000, sentence_ms=3000)


def frames(
    ms: int, *, start: int = 0, inserted: bool = False, busy: bool = False,
    saying: int | None = None, moves: bool = True,
) -> Iterator[Sight]:  # fmt: skip
    for at in range(start, start + ms, 20):
        heard = at * 8 if moves else 0
        yield Sight(ms=at, inserted=inserted, busy=busy, saying=saying, heard_samples=heard)


def troubles(*stretches: Iterator[Sight]) -> list[tuple[float, Trouble]]:
    watchdog = Watchdog(SETTINGS)
    seen = ((sight.ms, watchdog.look(sight)) for stretch in stretches for sight in stretch)
    return [(ms, trouble) for ms, trouble in seen if trouble is not None]


def test_a_call_that_listens_and_speaks_is_left_alone() -> None:
    assert not troubles(frames(60_000, busy=True), frames(60_000, start=60_000, saying=1))


def test_a_leg_that_gives_nothing_is_noticed_once() -> None:
    assert troubles(frames(500, busy=True), frames(9000, start=500, inserted=True, busy=True)) == [
        (1480, Trouble.NO_AUDIO)
    ]


def test_short_gaps_are_none() -> None:
    pieces = [frames(900, start=at, inserted=bool(at // 900 % 2), busy=True) for at in range(0, 18_000, 900)]
    assert not troubles(*pieces)


def test_a_call_that_does_nothing_is_stuck() -> None:
    assert troubles(frames(1000, busy=True), frames(9000, start=1000)) == [(2980, Trouble.STUCK)]


def test_a_decision_may_take_its_time() -> None:
    assert not troubles(frames(1000, busy=True), frames(1500, start=1000), frames(5000, start=2500, saying=1))


@pytest.mark.parametrize("busy", [True, False])
def test_a_sentence_that_does_not_move_is_stuck(busy: bool) -> None:
    assert troubles(frames(9000, saying=1, busy=busy, moves=False)) == [(3000, Trouble.STUCK)]


def test_sentence_after_sentence_moves() -> None:
    pieces = [frames(2500, start=at, saying=at, moves=False) for at in range(0, 25_000, 2500)]
    assert not troubles(*pieces)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.one_of(st.none(), st.integers(0, 3))), max_size=400))
def test_it_never_tells_twice(course: list[tuple[bool, bool, int | None]]) -> None:
    watchdog = Watchdog(SETTINGS)
    told = [
        watchdog.look(Sight(ms=at * 100, inserted=inserted, busy=busy, saying=saying, heard_samples=0))
        for at, (inserted, busy, saying) in enumerate(course)
    ]
    assert sum(one is not None for one in told) <= 1
