"""Is an utterance, as far as recognised, a whole thing to say? Decides how much silence ends a turn."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.expectation import Expecting
from contracts.syllables import canonical, fold
from nlu.features import PLACE
from nlu.optimise import fit_binary, sparse_rows
from nlu.reading import Reader

PARTICLES = frozenset(
    "ạ à ơi em chị anh cô chú bác cháu con nhé nha nghen nhá hả hở hỉ hè vậy thế rứa đấy đó ấy với nhỉ ha hen".split()
)
"""May end a sentence that is already whole."""
BACKCHANNELS = frozenset("dạ vâng ừ ờ à ừm ừa ơ không có được phải đúng alo a lô thôi".split())
BARE_MENTION = 0.35
"""The most that a sentence which has only named a procedure so far can reach."""
OPENERS = frozenset({"greet", "yes", "no"})
"""What callers say on the way to a question: no sign that a turn is over."""

_WANTING = frozenset(
    "cần làm xin cấp đăng ký nộp muốn hỏi là thì mà và với cho của để khi nếu vì ở tại từ đến bị được phải có những các"
    " một hai ba bao mấy nào cái giấy thủ tục hồ sơ theo về trong mang đem gồm mất hết tốn đổi mở".split()
)
"""Words that want another word after them."""
_ASKING = frozenset("gì chi đâu mô nào sao răng không hông khôông ai lâu chưa".split())
_COUNTING = frozenset("mấy bao nhiêu nào gì bi".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An utterance so far."""

    frame: tuple[str, ...]
    label: str
    """Likeliest intent."""
    quality: float
    """Of the link; 0 if none."""


def draft_of(frame: Sequence[str], reader: Reader, quality: float) -> Draft:
    top = int(reader.probabilities(frame).argmax())
    return Draft(frame=tuple(frame), label=reader.classifier.labels[top], quality=quality)


def draft_features(draft: Draft) -> list[str]:
    """Names of the features that are present."""
    frame = [word if word == PLACE else canonical(word) for word in draft.frame]
    folded = [word if word == PLACE else fold(word) for word in frame]
    while_polite = len(frame)
    while while_polite > 1 and frame[while_polite - 1] in PARTICLES:
        while_polite -= 1
    core, size = folded[:while_polite], len(frame)
    place = folded.index(PLACE) if PLACE in folded else -1
    after = size - 1 - place if place >= 0 else -1
    found = [
        "1:" + folded[-1],
        "2:" + " ".join(folded[-2:]),
        "3:" + " ".join(folded[-3:]),
        "4:" + " ".join(folded[-4:]),
        "c1:" + core[-1],
        "c2:" + " ".join(core[-2:]),
        "c3:" + " ".join(core[-3:]),
        "e1:" + frame[-1],
        f"size:{min(size, 9)}",
        f"label:{draft.label}",
        f"after:{min(after, 6)}",
        f"after:{min(after, 6)}:{draft.label}",
        f"polite:{while_polite < size}",
        f"wanting:{frame[-1] in _WANTING}",
        f"link:{int(draft.quality * 5)}",
    ]
    question = _question(frame[:while_polite])
    asked = any(word in _ASKING or word in _COUNTING for word in frame)
    found += [
        f"asked:{question}",
        f"any:{asked}:{draft.label}",
        f"place:{place == size - 1}:{asked}",
        f"place:{place == size - 1}:{asked}:{draft.label}",
        f"since:{_since_question(frame)}",
        f"asked:{question}:{draft.label}",
        f"asked:{question}:{while_polite < size}",
        f"asks:{draft.label.startswith('ask_')}:{question != ''}",
    ]
    if size <= 2:
        found.append("whole:" + " ".join(frame))
    return found


def _since_question(frame: Sequence[str]) -> int:
    """Words after the last question word, at most 5; 9: there is none."""
    for back, word in enumerate(reversed(frame)):
        if word in _ASKING or word in _COUNTING:
            return min(back, 5)
    return 9


def _question(core: Sequence[str]) -> str:
    """The question word that ends the sentence, or stands before the last word or two ("bao nhiêu tiền")."""
    if core[-1] in _ASKING:
        return core[-1]
    for back in (2, 3):
        if len(core) >= back and core[-back] in _COUNTING:
            return f"{core[-back]}+{back - 1}"
    return ""


@dataclass(frozen=True, slots=True)
class Completeness:
    numbers: dict[str, int]
    weights: npt.NDArray[np.float32]
    intercept: float
    wholes: dict[str, float]
    """Training sentences (words joined by spaces), each with how often it is not the beginning of a longer one."""

    def probability(self, draft: Draft) -> float:
        known = self.wholes.get(" ".join(draft.frame), 0.0)
        fitted = self._fitted(draft)
        if draft.frame[-1] == PLACE and not any(word in _ASKING or word in _COUNTING for word in draft.frame):
            fitted = min(fitted, BARE_MENTION)
        return max(known, fitted)

    def _fitted(self, draft: Draft) -> float:
        score = self.intercept
        for feature in draft_features(draft):
            number = self.numbers.get(feature)
            if number is not None:
                score += float(self.weights[number])
        return float(1 / (1 + np.exp(-max(min(score, 30.0), -30.0))))


def expected_answer(words: Sequence[str], expecting: Expecting, label: str) -> float | None:
    """What a question model cannot know: an answer to yes or no, a choice, digits; None: no opinion."""
    if not words:
        return 0.0
    if expecting is Expecting.YES_NO and (label in ("yes", "no") or all(word in BACKCHANNELS for word in words)):
        return 1.0
    if expecting is Expecting.CHOICE and len(words) >= 2 and words[-1] in ("một", "hai", "ba", "nhất", "đầu", "cuối"):
        return 1.0
    if expecting is Expecting.DIGITS:
        return 0.3
    if expecting is Expecting.QUESTION and all(word in BACKCHANNELS or word in PARTICLES for word in words):
        return 0.1
    return None


def split_prefixes(words: Sequence[str], wholes: frozenset[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The proper beginnings of a sentence that are not whole themselves."""
    core = len(words)
    while core > 1 and words[core - 1] in PARTICLES:
        core -= 1
    return [tuple(words[:at]) for at in range(1, core) if tuple(words[:at]) not in wholes]


def whole_endings(frames: Sequence[Sequence[str]], least: int = 3) -> frozenset[tuple[str, ...]]:
    """Last three words that end at least `least` sentences: after them a sentence is whole, wherever it stands."""
    counts = Counter(tuple(frame[-3:]) for frame in frames if len(frame) >= 3)
    return frozenset(ending for ending, count in counts.items() if count >= least)


def with_particles(frame: Sequence[str], generator: random.Random) -> tuple[str, ...]:
    tail = generator.choice(
        (("ạ",), ("em",), ("hả", "em"), ("vậy", "em"), ("em", "ơi"), ("nhỉ",), ("vậy", "ạ"), ("hả", "cháu"))
    )
    return (*frame, *tail)


def known_wholes(frames: Sequence[tuple[tuple[str, ...], str]]) -> dict[str, float]:
    """`frames`: sentences with their labels. A command is whole even if a longer one begins like it."""
    beginnings = Counter(frame[:at] for frame, _ in frames for at in range(1, len(frame)))
    found: dict[str, float] = {}
    for frame, label in frames:
        if label not in OPENERS and frame[-1] != PLACE:
            asks = label.startswith("ask_") or label in ("out_of_scope", "complaint")
            found[" ".join(frame)] = 1 / (1 + beginnings[frame]) if asks else 1.0
    return found


def train_completeness(
    drafts: Sequence[Draft], whole: Sequence[bool], weights: Sequence[float], wholes: dict[str, float]
) -> Completeness:
    """`weights`: how much each draft counts."""
    named = [draft_features(draft) for draft in drafts]
    found = Counter(feature for names in named for feature in names)
    kept = sorted(feature for feature, count in found.items() if count >= 2)
    numbers = {feature: at for at, feature in enumerate(kept)}
    vectors = [
        (
            np.array([numbers[name] for name in names if name in numbers], dtype=np.int32),
            np.ones(sum(name in numbers for name in names), dtype=np.float32),
        )
        for names in named
    ]
    coefficients, intercept = fit_binary(sparse_rows(vectors, len(kept)), whole, strength=1.0, weights=weights)
    return Completeness(numbers, coefficients.astype(np.float32), intercept, wholes)
