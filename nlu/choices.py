"""Which of the offered procedures the caller takes: "cái thứ hai", "cái đầu", or by name."""

from collections.abc import Sequence

from contracts.syllables import fold, tokens
from nlu.ambiguities import Ambiguity
from nlu.link_targets import LinkTarget
from nlu.reading import Reading

_ORDINALS: dict[str, int] = {
    "một": 0, "nhất": 0, "đầu": 0, "hai": 1, "nhì": 1, "ba": 2, "bốn": 3, "tư": 3, "năm": 4,
}  # fmt: skip
_LAST = frozenset({"cuối", "sau", "chót"})
_LEADS = frozenset({"cái", "thứ", "số", "việc", "loại", "trường", "hợp", "lựa", "chọn", "ý", "thủ", "tục", "mục", "là"})
_POLITE = frozenset(
    "dạ vâng ừ ờ à thì ạ nhé nha nghen em chị anh cháu bác cô chú đi đó đấy ấy tiên cùng cho tôi tui lấy hỏi"
    " muốn".split()
)


def _ordinal(words: Sequence[str], count: int) -> int | None:
    content = [word for word in words if word not in _POLITE]
    marks = [word for word in content if word in _ORDINALS or word in _LAST]
    if len(marks) != 1 or any(word not in _LEADS and word not in marks for word in content):
        return None
    at = count - 1 if marks[0] in _LAST else _ORDINALS[marks[0]]
    return at if at < count else None


def _by_distinct_words(words: Sequence[str], offered: Sequence[LinkTarget]) -> str | None:
    """The one whose names share the most words that not all of the offered have."""
    names = {target.code: {fold(word) for name in target.names for word in tokens(name)} for target in offered}
    shared = set[str].intersection(*names.values()) if names else set[str]()
    said = {fold(word) for word in words if word not in _POLITE and word not in _LEADS}
    scores = sorted((len(said & found - shared), code) for code, found in names.items())
    if not scores or scores[-1][0] == 0 or (len(scores) > 1 and scores[-1][0] == scores[-2][0]):
        return None
    return scores[-1][1]


def chosen_code(reading: Reading, offered: Sequence[LinkTarget], families: Sequence[Ambiguity]) -> str | None:
    """The code that was chosen among `offered`; None if none can be told."""
    codes = [target.code for target in offered]
    if not codes:
        return None
    at = _ordinal(reading.words, len(codes))
    if at is not None:
        return codes[at]
    for family in families:
        if set(codes) <= set(family.codes) and (decided := family.decided(reading.text)) in codes:
            return decided
    if reading.linked and not reading.link.ambiguous:
        code = reading.link.code
        return code if code in codes else None
    return _by_distinct_words(reading.words, offered) if len(reading.words) <= 8 else None
