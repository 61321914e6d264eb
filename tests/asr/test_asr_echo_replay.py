"""How soon a caller who interrupts is noticed, and that our own voice that comes back is not: whatever the machine."""

import itertools

import numpy as np
import pytest
from echo_replay import OURS, Room, loud_ms, replay, said

VOICES = ("caller1", "caller3", "caller4", "caller5", "caller7", "caller8")
QUESTIONS = (
    "làm giấy khai sinh cho cháu thì mất bao nhiêu tiền",
    "đăng ký kết hôn thì phải đến chỗ nào để nộp",
    "tôi muốn hỏi nhập hộ khẩu",
    "chứng thực bản sao thì mang giấy tờ gì",
    "khoan đã, lệ phí bao nhiêu",
)
GOAL_MS = 120 - 35
"""Interruption to pause, without what the packets and Asterisk's clock take."""
ECHOES = tuple(itertools.product((15, 20, 25), (50, 170, 300), (False, True)))


def noticed_ms(echo: bool) -> list[float]:
    found: list[float] = []
    for number, (voice, text) in enumerate(itertools.product(VOICES, QUESTIONS)):
        db, delay_ms, narrow = ECHOES[number % len(ECHOES)]
        room = Room(echo_db=db if echo else None, delay_ms=delay_ms, narrow=narrow, seed=number)
        caller, at_ms = said(text, voice), 1400.0 + 37 * number
        found.append(replay(said(OURS[number % 4]), room, caller, at_ms).first(at_ms + loud_ms(caller)))
    return found


@pytest.mark.parametrize("echo", [False, True])
def test_an_interruption_is_noticed_at_once(echo: bool) -> None:
    assert np.percentile(noticed_ms(echo), 95) <= GOAL_MS


@pytest.mark.parametrize("jumps", ["", "late", "lost", "place"])
def test_our_own_voice_that_comes_back_never_pauses_us(jumps: str) -> None:
    for number, (db, delay_ms, narrow) in enumerate(ECHOES):
        room = Room(echo_db=db, delay_ms=delay_ms, narrow=narrow, jumps=jumps, seed=number)
        assert replay(said(OURS[number % 4]), room).noticed == [], room
