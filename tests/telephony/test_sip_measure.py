import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.g711 import Pcm
from telephony.sip.codec import PCMA, PCMU, Codec
from telephony.sip.measure import (
    LOUD,
    Segment,
    answer_after,
    barge_in_ms,
    first_loud,
    is_cut_off,
    is_loud,
    last_loud,
    segments,
    voice_to_voice_ms,
)
from telephony.sip.tones import level_of, silence, tone
from telephony.sip.track import MAX_SAMPLES, Track


def heard(length: int, *sounds: tuple[int, int]) -> Pcm:
    """Silence with sounds from the first to before the second position of each pair."""
    pcm = np.zeros(length, dtype=np.int16)
    for start, end in sounds:
        pcm[start:end] = 5000
    return pcm


def test_minus_forty_dbfs_is_the_border() -> None:
    assert pytest.approx(327.68) == LOUD
    levels = np.array([0, 327, 328, -327, -328, -32768, 32767], dtype=np.int16)
    assert is_loud(levels).tolist() == [False, False, True, False, True, True, True]


def test_edges_are_exact_and_absent_in_silence() -> None:
    pcm = heard(1000, (101, 203), (500, 501))
    assert (first_loud(pcm), first_loud(pcm, 102), first_loud(pcm, 203)) == (101, 102, 500)
    assert (last_loud(pcm), last_loud(pcm, 500), last_loud(pcm, 150)) == (500, 202, 149)
    assert first_loud(pcm, 501) is None and last_loud(pcm, 101) is None
    assert first_loud(np.zeros(0, dtype=np.int16)) is None


def test_segments_divide_at_gaps_longer_than_asked() -> None:
    pcm = heard(10_000, (100, 200), (279, 300), (381, 400), (9_999, 10_000))
    assert segments(pcm) == (
        Segment(start=100, end=300),
        Segment(start=381, end=400),
        Segment(start=9_999, end=10_000),
    )
    assert segments(pcm, gap=2400) == (Segment(start=100, end=400), Segment(start=9_999, end=10_000))
    assert segments(pcm, start=390) == (Segment(start=390, end=400), Segment(start=9_999, end=10_000))
    assert segments(np.zeros(50, dtype=np.int16)) == ()
    assert Segment(start=0, end=80).ms == 10.0


def test_voice_to_voice_counts_from_the_last_loud_sample_to_the_first() -> None:
    pcm = heard(20_000, (10_400, 15_000))
    (answer,) = answer_after(pcm, 8_000)
    assert answer == Segment(start=10_400, end=15_000)
    # The caller's last loud sample is number 7,999.
    assert voice_to_voice_ms(8_000, answer.start) == pytest.approx(2401 / 8)


def test_what_was_going_on_already_is_no_answer() -> None:
    going_on = heard(30_000, (5_000, 9_000), (15_000, 16_000))
    assert answer_after(going_on, 8_000) == (Segment(start=15_000, end=16_000),)
    # After a pause of less than 300 ms the same phrase goes on.
    resumed = heard(30_000, (5_000, 7_900), (8_100, 9_000))
    assert answer_after(resumed, 8_000) == ()
    assert answer_after(going_on, 8_000, until=12_000) == ()


def test_phrases_of_an_answer_are_told_apart() -> None:
    pcm = heard(60_000, (10_000, 12_000), (20_000, 25_000), (26_000, 30_000))
    assert answer_after(pcm, 8_000) == (Segment(start=10_000, end=12_000), Segment(start=20_000, end=30_000))


@pytest.mark.parametrize(
    ("sounds", "cut_off"),
    [
        ([], False),
        ([(9_000, 9_500)], True),
        ([(12_000, 15_000)], False),
        ([(7_999, 9_000)], False),
        ([(6_000, 8_000), (9_000, 10_000)], False),
        ([(6_000, 8_000), (10_401, 11_000)], True),
    ],
)
def test_cut_off_is_an_onset_after_a_pause_within_the_speech(sounds: list[tuple[int, int]], cut_off: bool) -> None:
    assert is_cut_off(heard(20_000, *sounds), Segment(start=8_000, end=12_000)) is cut_off


@pytest.mark.parametrize(
    ("sounds", "expected_ms"),
    [
        ([(1_000, 9_601)], 200.0),
        ([(1_000, 9_000), (10_000, 10_801)], 350.0),
        ([(1_000, 9_001), (12_000, 14_000)], 125.0),
        ([(1_000, 7_000)], 0.0),
        ([(1_000, 5_000)], None),
        ([], None),
        ([(8_100, 9_000)], None),
    ],
)
def test_barge_in_ends_with_the_last_sample_before_silence(
    sounds: list[tuple[int, int]], expected_ms: float | None
) -> None:
    assert barge_in_ms(heard(20_000, *sounds), 8_000) == expected_ms


@pytest.mark.parametrize("codec", [PCMA, PCMU], ids=lambda codec: codec.name)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 400), st.booleans()), max_size=12))
def test_a_track_finds_the_same_edges_as_the_measures(codec: Codec, placed: list[tuple[int, int, bool]]) -> None:
    track = Track(codec)
    rng = np.random.default_rng(1)
    for position, length, is_sound in placed:
        noise = rng.normal(0, 2000 if is_sound else 60, length).astype(np.int16)
        track.place(position, codec.encode(noise))
    pcm = track.pcm()
    assert len(pcm) == len(track)
    for start in (0, 100, 3000):
        assert track.first_loud(start) == first_loud(pcm, start)


def test_a_track_fills_gaps_and_takes_what_begins_before_its_time() -> None:
    track = Track(PCMA)
    track.place(-100, PCMA.encode(tone(500, 20)))
    track.place(400, PCMA.encode(tone(500, 20)))
    assert len(track) == 560
    assert not is_loud(track.pcm(60, 400)).any()
    assert track.first_loud(60) == 400
    assert track.last_loud == last_loud(track.pcm())
    track.place(MAX_SAMPLES, b"\0")
    track.place(-1000, b"\0" * 160)
    assert len(track) == 560


def test_tones_are_told_apart() -> None:
    pcm = np.concatenate([tone(500, 200, dbfs=-20.0)])
    assert level_of(pcm, 500) == pytest.approx(-20.0, abs=0.2)
    assert level_of(pcm, 900) < -60
    assert level_of(silence(0), 500) == -120.0
    assert is_loud(tone(440, 10))[0]
