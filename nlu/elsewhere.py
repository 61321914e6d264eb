"""Questions about doing something in another province or city: what is known holds for Hà Nội."""

from collections.abc import Sequence

from contracts.syllables import tokens

HERE = "hà nội"
_PLACES = """
an giang, bà rịa, bà rịa vũng tàu, vũng tàu, bạc liêu, bắc giang, bắc kạn, bắc ninh, bến tre, bình dương, bình định,
bình phước, bình thuận, cà mau, cao bằng, cần thơ, đà nẵng, đắk lắk, đắc lắc, đắk nông, đắc nông, điện biên, đồng nai,
đồng tháp, gia lai, hà giang, hà nam, hà tĩnh, hải dương, hải phòng, hậu giang, hòa bình, huế, thừa thiên huế, hưng yên,
khánh hòa, nha trang, kiên giang, kon tum, lai châu, lạng sơn, lào cai, lâm đồng, đà lạt, long an, nam định, nghệ an,
ninh bình, ninh thuận, phú thọ, phú yên, quảng bình, quảng nam, quảng ngãi, quảng ninh, quảng trị, sóc trăng, sơn la,
tây ninh, thái bình, thái nguyên, thanh hóa, tiền giang, hồ chí minh, sài gòn, trà vinh, tuyên quang, vĩnh long,
vĩnh phúc, yên bái
"""
"""The provinces and cities of before and after the mergers of 2025, and what their cities are called."""
ELSEWHERE = frozenset(tuple(tokens(name)) for name in _PLACES.split(","))
_LONGEST = max(map(len, ELSEWHERE))
_WHERE = frozenset({"ở", "tại", "trong", "ngoài", "tỉnh", "phố", "dưới"})
"""Words before a place at which something is done. (`phố`: the second syllable of "thành phố".)"""
_ORIGIN = frozenset({"quê", "gốc", "người", "khẩu", "từ"})
"""One of these shortly before: where somebody comes from."""
_SHORTLY = 3


def is_elsewhere(text: str) -> bool:
    """Whether a place other than Hà Nội is named as the one where it is to be done."""
    words = tokens(text)
    if HERE in " ".join(words):
        return False
    return any(_is_place_of_doing(words, at) for at in range(1, len(words)) if _place_at(words, at))


def _place_at(words: list[str], at: int) -> bool:
    return any(tuple(words[at : at + length]) in ELSEWHERE for length in range(1, _LONGEST + 1))


def _is_place_of_doing(words: list[str], at: int) -> bool:
    before = at - 1
    if words[before] not in _WHERE:
        return False
    while before > 0 and (words[before] in _WHERE or words[before] == "thành"):
        before -= 1
    return not tells_origin(words[: before + 1])


def tells_origin(before: Sequence[str]) -> bool:
    """Whether the words before a place say that somebody comes from there: "tôi quê ở"."""
    shortly = before[-_SHORTLY:]
    return bool(_ORIGIN.intersection(shortly)) or _is_birth(shortly)


def _is_birth(words: Sequence[str]) -> bool:
    """ "tôi sinh ở", "sinh ra ở", but not "khai sinh ở"."""
    return "sinh" in words[-2:] and "khai" not in words
