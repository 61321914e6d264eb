"""The gold conversations that ship hold for the content that ships."""

from pathlib import Path

import pytest

from dialogs.content import Content
from dialogs.gold import Gold, load_gold, play
from procedures.errors import ContentFileError

GOLD = load_gold(Path(__file__).parents[2] / "config" / "content" / "gold")


@pytest.mark.parametrize("gold", GOLD, ids=[gold.file for gold in GOLD])
def test_gold_conversation(content: Content, gold: Gold) -> None:
    assert play(content, gold) == ()


def test_a_broken_conversation_says_which_turn(content: Content, tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(
        "version: 1\nname: x\ntoday: 2026-11-24\nturns:\n"
        '- hear: {aspects: [time], procedures: ["1.001193"]}\n  expect: {behaviour: handoff, says: [chín năm]}\n',
        encoding="utf-8",
    )
    problems = [(one.turn, one.problem) for one in play(content, load_gold(tmp_path)[0])]
    assert (1, "behaviour: cần handoff, được answer") in problems
    assert (1, "không nói: chín năm") in problems


def test_a_turn_with_two_events_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(
        'version: 1\nname: x\ntoday: 2026-11-24\nturns:\n- key: "1"\n  silence: true\n  expect: {}\n', encoding="utf-8"
    )
    with pytest.raises(ContentFileError, match=r"x\.yml:5: turns\.0: mỗi lượt"):
        load_gold(tmp_path)
