"""What was queued and what was heard."""

from telephony.ledger import NOTHING_CUT, PlayoutLedger
from telephony.line import Playout


def queued(*utterances: tuple[str, int]) -> PlayoutLedger:
    ledger = PlayoutLedger()
    for name, samples in utterances:
        ledger.begin(name)
        ledger.give(samples)
        ledger.send(samples)
        ledger.mark(finishes=name)
    return ledger


def test_what_was_heard_is_estimated_by_the_line_clock_and_never_beyond_what_was_sent() -> None:
    ledger = queued(("a", 800))
    assert ledger.heard("a") == 0
    ledger.advance(160)
    assert ledger.heard("a") == 160 and ledger.level == 640
    for _ in range(10):
        ledger.advance(160)
    assert ledger.heard("a") == 800 and ledger.level == 0


def test_nothing_is_heard_in_a_pause() -> None:
    ledger = queued(("a", 800))
    ledger.advance(160)
    ledger.paused = True
    ledger.advance(160)
    assert ledger.heard("a") == 160
    ledger.paused = False
    ledger.advance(160)
    assert ledger.heard("a") == 320


def test_a_mark_corrects_the_estimate_both_ways() -> None:
    ledger = PlayoutLedger()
    ledger.begin("a")
    ledger.give(1600)
    ledger.send(800)
    first = ledger.mark()
    ledger.send(800)
    assert ledger.marked(first) == () and ledger.heard("a") == 800
    second = ledger.mark()
    for _ in range(20):
        ledger.advance(160)
    assert ledger.heard("a") == 1600
    ledger.send(800)
    assert ledger.marked(second) == () and ledger.heard("a") == 1600


def test_utterances_finish_in_order_and_once() -> None:
    ledger = queued(("a", 160), ("b", 0), ("c", 160))
    assert ledger.marked(2) == ("a", "b")
    assert ledger.marked(2) == ()
    assert ledger.heard("a") == 0 and ledger.knows("c")
    assert ledger.marked(3) == ("c",)
    assert ledger.cut().playout(0) == NOTHING_CUT


def test_a_cut_tells_the_exact_place_of_the_utterance_that_was_being_said() -> None:
    ledger = queued(("a", 800), ("b", 800), ("c", 800))
    cut = ledger.cut()
    assert cut.playout(1600 - 320) == Playout(utterance_id="b", heard_samples=320, queued_samples=800)
    assert cut.playout(2400) == Playout(utterance_id="a", heard_samples=0, queued_samples=800)
    assert cut.playout(0) == Playout(utterance_id="c", heard_samples=800, queued_samples=800)
    assert ledger.is_cut("a") and ledger.is_cut("c") and not ledger.is_cut("d")


def test_padding_is_not_heard() -> None:
    ledger = PlayoutLedger()
    ledger.begin("a")
    ledger.give(100)
    ledger.send(160)
    ledger.mark(finishes="a")
    ledger.advance(160)
    assert ledger.heard("a") == 100


def test_marks_of_before_a_cut_mean_nothing_after_it() -> None:
    ledger = queued(("a", 800))
    ledger.cut()
    ledger.begin("b")
    ledger.give(800)
    ledger.send(800)
    number = ledger.mark(finishes="b")
    assert ledger.marked(number - 1) == () and ledger.heard("b") == 0
    assert ledger.marked(number) == ("b",)
