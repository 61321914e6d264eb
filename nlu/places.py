"""Which ward, commune or old unit a text names, and what it says besides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.meaning import Slot
from contracts.syllables import canonical, syllables, tokens
from nlu.elsewhere import ELSEWHERE, tells_origin
from nlu.place_names import EXACT, SAME_BUT_TONES, Heard, PlaceName, district_names, unit_names
from procedures.places import OLD_DISTRICT, OLD_WARD, WARD, Places

WITHOUT_TYPE = 0.9
DISTRICT_TOO = 0.6
"""Confidence in the ward where its name alone was said, which was a district's, too."""

_UNIT_TYPES = {
    ("phường",): "phường",
    ("phương",): "phường",
    ("xã",): "xã",
    ("thị", "trấn"): "thị trấn",
    ("thị", "chấn"): "thị trấn",
}
_MISHEARD = ("phương",)
_NO_UNIT_AFTER = frozenset({"tác", "thị", "làng"})
"""Before "xã": "hợp tác xã"."""
_DISTRICT_TYPES = {("quận",): "quận", ("huyện",): "huyện", ("thị", "xã"): "thị xã"}
_AT = frozenset({"ở", "tại", "bên", "trên", "dưới", "trong"})
_LIVING = frozenset("tôi tui em mình nhà đang sống hiện".split())
"""Before "ở": who lives there is of no account."""
_GOING_ON = frozenset({"còn", "thế", "vậy", "của"})
_AFTER_ALONE = frozenset("thì giờ bây nay cũ thuộc hiện sáp nhập đổi".split())
"""What follows a name alone that begins a sentence or goes on: "còn Tây Hồ thì sao", "Láng Hạ giờ là phường nào"."""
_POLITE = frozenset(
    "dạ vâng ạ à ờ ừ ơi em anh chị bác cháu con cô chú ông bà tôi tui cho hỏi xin với nhé nha hả vậy thế rứa nhà"
    " mình".split()
)
_FILLER = _POLITE | frozenset("còn thì sao là ở đang sống hiện tại nay giờ bây đây đấy kia người bên chỗ nếu".split())
_AGES_AGO = (("trước", "đây"), ("trước", "kia"), ("ngày", "trước"), ("ngày", "xưa"), ("hồi", "trước"), ("hồi", "xưa"))
_ABOUT_CHANGE = _POLITE | frozenset(
    "bây giờ nay hiện thì là thuộc về vào sang thành phường xã nào gì đâu mô ở cũ mới tên gọi đổi sáp nhập gộp sau"
    " khi được bị rồi đã chi tách ra chia của trước kia đây xưa ngày hồi có phải không còn nữa mấy những tại".split()
)
_ASKED = frozenset("nào gì đâu mô chi mấy".split())
_CHANGED = frozenset("giờ nay thuộc nhập đổi gộp tách thành mới tên phường xã".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesSaid:
    slots: tuple[Slot, ...] = ()
    """In the order in which they were said; each once."""
    rest: tuple[str, ...] = ()
    """The words without them."""
    asks_now: bool = False
    """What became of the place is asked: "phường Láng Hạ bây giờ là phường nào"."""

    @property
    def only_place(self) -> bool:
        """Nothing else is said: "còn ở Tây Hồ thì sao", "tôi ở phường Láng"."""
        return bool(self.slots) and not set(self.rest) - _FILLER


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    start: int
    end: int
    """Past the last word; "tôi ở" before the name, and "cũ" and "thì" behind it belong to it."""
    text: str
    type: str
    """That was said; empty: the name alone."""
    names: tuple[PlaceName, ...]
    likeness: float
    old: bool
    """ "cũ" was said."""


class PlaceReader:
    """Immutable."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._units, self._districts = unit_names(places), district_names(places)
        everyday = places.told.everyday_words if places.told else ()
        self._never_alone = frozenset({*map(syllables, everyday), *(syllables(" ".join(name)) for name in ELSEWHERE)})

    def read(self, text: str) -> PlacesSaid:
        """Cheap: a few look-ups for each word."""
        written = tokens(text)
        words = tuple(map(canonical, written))
        mentions = tuple(self._mentions(words)) if self._places.wards else ()
        rest = tuple(word for at, word in enumerate(written) if not any(one.start <= at < one.end for one in mentions))
        if not mentions:
            return PlacesSaid(rest=rest)
        old = any(one.old for one in mentions)
        asks_now = _asks_now(rest, old=old)
        past = asks_now or any(words[at : at + 2] in _AGES_AGO for at in range(len(words)))
        slots = self._slots(mentions, words, past=past)
        if not slots:
            return PlacesSaid(rest=tuple(written))
        return PlacesSaid(slots=slots, rest=rest, asks_now=asks_now)

    def _mentions(self, words: Sequence[str]) -> Iterable[_Mention]:
        at = 0
        while at < len(words):
            one = self._with_type(words, at) or self._alone(words, at)
            if one is not None:
                yield one
            at = max(at + 1, one.end if one else 0)

    def _with_type(self, words: Sequence[str], at: int) -> _Mention | None:
        for types, names in ((_DISTRICT_TYPES, self._districts), (_UNIT_TYPES, self._units)):
            for type_words, kind in types.items():
                after = at + len(type_words)
                if tuple(words[at:after]) != type_words:
                    continue
                heard = names.at(words, after)
                if heard and _is_name(words, at, after, heard, kind):
                    return _mention(words, at, heard, kind)
        return None

    def _alone(self, words: Sequence[str], at: int) -> _Mention | None:
        """A name without its type counts only as it is spelt, and where a place is to be expected."""
        units, districts = self._units.at(words, at), self._districts.at(words, at)
        heard = max((one for one in (units, districts) if one), key=lambda one: one.end, default=None)
        if heard is None or heard.likeness < EXACT or heard.end - at < 2:
            return None
        if tuple(words[at : heard.end]) in self._never_alone or not _place_expected(words, at, heard.end):
            return None
        return _mention(words, at, heard, "")

    def _slots(self, mentions: Sequence[_Mention], words: Sequence[str], *, past: bool) -> tuple[Slot, ...]:
        found = [self._slot(one, words, past=past or one.old) for one in mentions]
        slots = {(slot.name, slot.value): slot for slot in found if slot is not None}
        smaller = [slot for slot in slots.values() if slot.name != OLD_DISTRICT]
        return tuple(smaller or slots.values())

    def _slot(self, one: _Mention, words: Sequence[str], *, past: bool) -> Slot | None:
        of_type = tuple(name for name in one.names if name.type == one.type) or one.names
        certainty = one.likeness * (1.0 if one.type else WITHOUT_TYPE)
        olds = tuple(name for name in of_type if name.old)
        wards = {name.ward.code for name in of_type if name.ward}
        districts = [name.district for name in of_type if name.district]
        if districts:
            return Slot(name=OLD_DISTRICT, value=districts[0], text=one.text, confidence=certainty)
        if wards and not (past and olds):
            if not one.type and self._districts.at(one.text.split(), 0):
                certainty = DISTRICT_TOO
            code = min(wards)
            return Slot(name=WARD, value=code, text=one.text, confidence=certainty) if len(wards) == 1 else None
        value = _old_value(olds, words)
        return Slot(name=OLD_WARD, value=value, text=one.text, confidence=certainty) if value else None


def _is_name(words: Sequence[str], at: int, after: int, heard: Heard, kind: str) -> bool:
    """Whether what stands behind a type is a name: what only sounds like one must fit in every other way."""
    said = words[after : heard.end]
    if at and words[at - 1] in _NO_UNIT_AFTER:
        return False
    if heard.likeness == EXACT:
        return True
    if words[at] in _MISHEARD or not any(name.type == kind for name in heard.names):
        return False
    return not set(said) & {"phường", "xã"} and (len(said) > 1 or heard.likeness == SAME_BUT_TONES)


def _mention(words: Sequence[str], at: int, heard: Heard, kind: str) -> _Mention:
    start, end = at, heard.end
    text = " ".join(words[at:end])
    old = words[end : end + 1] == ("cũ",)
    end += old
    while start > 0 and words[start - 1] in _AT:
        start -= 1
    if start < at:
        while start > 0 and words[start - 1] in _LIVING:
            start -= 1
        end += words[end : end + 1] == ("thì",)
    return _Mention(start=start, end=end, text=text, type=kind, names=heard.names, likeness=heard.likeness, old=old)


def _place_expected(words: Sequence[str], start: int, end: int) -> bool:
    before = words[start - 1] if start else ""
    if before in _AT:
        return not tells_origin(words[:start])
    begins = all(word in _POLITE for word in words[:start])
    return (begins or before in _GOING_ON) and (set(words[end:]) <= _POLITE or words[end] in _AFTER_ALONE)


def _old_value(olds: Sequence[PlaceName], words: Sequence[str]) -> str:
    """A name under which exactly these units are known; empty: they only sound alike."""
    if len({name.words for name in olds}) != 1:
        return ""
    said = f" {' '.join(words)} "
    in_district = [
        name.old
        for name in olds
        if name.old and name.old.district and f" {' '.join(syllables(name.old.district))} " in said
    ]
    if len(in_district) == 1:
        return in_district[0].key
    types = {name.type for name in olds}
    return f"{olds[0].type} {olds[0].said}" if len(types) == 1 else olds[0].said


def _asks_now(rest: Sequence[str], *, old: bool) -> bool:
    words = set(rest)
    return not words - _ABOUT_CHANGE and bool(words & _ASKED) and (old or bool(words & _CHANGED))
