"""Several questions in one sentence: "cần giấy tờ gì và hết bao nhiêu tiền"."""

from collections.abc import Sequence

from contracts.meaning import Aspect
from nlu.features import PLACE
from nlu.reading import Reader, Reading
from nlu.training_data import ASK

_JOINS = frozenset({"và", "với", "rồi", "còn", "xong", "thêm", "cả", "lẫn", "kèm"})
_STARTS = frozenset(
    {"hết", "mất", "bao", "mấy", "nộp", "lệ", "phí", "cần", "ở", "làm", "thời", "có", "theo", "khi", "ra"}
)
MIN_SIDE = 0.5
"""Least probability of each of the two questions."""
MAX_SPLITS = 8
_QUESTION = frozenset("gì chi đâu mô mấy bao nhiêu nào sao răng không hông ai lâu".split())
_GENERAL = ASK + Aspect.GENERAL.value


def _splits(frame: Sequence[str]) -> list[tuple[Sequence[str], Sequence[str]]]:
    """Where a second question may begin: after a joining word, or without one after a question that has ended."""
    found: list[tuple[Sequence[str], Sequence[str]]] = []
    for at in range(2, len(frame) - 1):
        word, left = frame[at], frame[:at]
        if sum(part != PLACE for part in left) < 2:
            continue
        if word in _JOINS and len(frame) - at > 2:
            found.append((left, frame[at + 1 :]))
        elif word in _STARTS and len(frame) - at >= 3 and any(part in _QUESTION for part in left[-3:]):
            found.append((left, frame[at:]))
    return found[:MAX_SPLITS]


def asked_aspects(reading: Reading, label: str, reader: Reader) -> tuple[Aspect, ...]:
    """The aspects that the sentence asks, in its order; `label` is the likeliest `ask_` label of the whole."""
    labels = reader.classifier.labels
    best, pair = 0.0, (label,)
    for left, right in _splits(reading.frame):
        first, second = reader.probabilities(left), reader.probabilities(right)
        one, two = int(first.argmax()), int(second.argmax())
        names = labels[one], labels[two]
        low = float(min(first[one], second[two]))
        asks = all(name.startswith(ASK) and name != _GENERAL for name in names)
        if asks and one != two and low >= MIN_SIDE and low > best and label in (*names, _GENERAL):
            best, pair = low, names
    return tuple(Aspect(name.removeprefix(ASK)) for name in pair)
