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

PARTICLES = frozenset(
    "ạ à ơi em chị anh cô chú bác cháu con nhé nha nghen nhá hả hở hỉ hè vậy thế rứa đấy đó ấy với đi nhỉ ha"
    " hen".split()
)
"""May end a sentence that is already whole."""
BACKCHANNELS = frozenset("dạ vâng ừ ờ à ừm ừa ơ không có được phải đúng alo a lô thôi".split())
OPENERS = frozenset({"greet", "yes", "no"})
"""What callers say on the way to a question: no sign that a turn is over."""

_WANTING = frozenset(
    "cần làm xin cấp đăng ký nộp muốn hỏi là thì mà và với cho của để khi nếu vì ở tại từ đến bị được phải có những các"
    " một hai ba bao mấy nào cái giấy thủ tục hồ sơ theo về trong mang đem gồm mất hết tốn đổi mở".split()
)
"""Words that want another word after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An utterance so far."""

    frame: tuple[str, ...]
    label: str
    """Likeliest intent."""
    probability: float
    quality: float
    """Of the link; 0 if none."""


def draft_features(draft: Draft) -> list[str]:
    """Names of the features that are present."""
    frame = [word if word == PLACE else canonical(word) for word in draft.frame]
    folded = [word if word == PLACE else fold(word) for word in frame]
    while_polite = len(frame)
    while while_polite > 1 and frame[while_polite - 1] in PARTICLES:
        while_polite -= 1
    core, size = folded[:while_polite], len(frame)
    level = min(int(draft.probability * 5), 4)
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
        f"level:{level}",
        f"label:{draft.label}:{level}",
        f"after:{min(after, 6)}",
        f"after:{min(after, 6)}:{draft.label}",
        f"polite:{while_polite < size}",
        f"wanting:{frame[-1] in _WANTING}",
        f"link:{int(draft.quality * 5)}",
    ]
    if size <= 2:
        found.append("whole:" + " ".join(frame))
    return found


@dataclass(frozen=True, slots=True)
class Completeness:
    numbers: dict[str, int]
    weights: npt.NDArray[np.float32]
    intercept: float

    def probability(self, draft: Draft) -> float:
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


def train_completeness(drafts: Sequence[Draft], whole: Sequence[bool], weights: Sequence[float]) -> Completeness:
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
    return Completeness(numbers, coefficients.astype(np.float32), intercept)
