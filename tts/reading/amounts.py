"""Quantities: whole numbers, decimals, ordinals, fractions, and two numbers with a slash."""

import re

from contracts.numbers import cardinal, digits
from contracts.syllables import tokens
from tts.reading.letters import letter_names
from tts.reading.model import Context, Rule, ends_with_word, rule

WHOLE = r"\d{1,3}(?:\.\d{3})+(?![\d])|\d+"
NUMBER = r"(?:\d{1,3}(?:\.\d{3})+(?!\d)(?:,\d+)?|\d+,\d+|\d+\.\d{1,2}(?![\d.])|\d+)"
SCALES = r"nghìn|ngàn|triệu|tỷ|tỉ"

_CODE_NOUNS = (
    "số|mẫu|mã|phòng|quầy|cửa|bàn|tờ|ô|thửa|lô|tuyến|xe|biển|tòa|tầng|ki ốt|ca|đội|tổ|đề án|phụ lục|biểu|mã số|nhánh|"
    "phím|series|seri|khóa"
)
_NAMED = "điều|khoản|mục|chương|phần|bước|lớp|khối|tiết|điểm|lần|bản|câu|bậc|hạng|loại|nhóm|khóa|mức|vùng"
_ADDRESS = "ngõ|ngách|hẻm|kiệt|số|nhà|lô|căn|phố|đường|tổ|thôn"


def number_words(written: str, context: Context) -> str:
    """Any form of `NUMBER`: "86,50" → "tám mươi sáu phẩy năm mươi", "1.250.000" → whole."""
    if "," in written:
        whole, part = written.split(",", 1)
        return f"{context.number(whole)} phẩy {decimals(part, context)}"
    if re.fullmatch(r"\d+\.\d{1,2}", written):
        whole, part = written.split(".")
        return f"{context.number(whole)} phẩy {decimals(part, context)}"
    return context.number(written)


def decimals(part: str, context: Context) -> str:
    """One or two places are a number, more or a leading zero are digits."""
    return digits(part) if part.startswith("0") or len(part) > 2 else context.number(part)


def ordinal(written: str, context: Context) -> str:
    value = int(written)
    return {1: "nhất", 4: "tư"}.get(value, context.number(value))


def _said_twice(match: "re.Match[str]", context: Context) -> str | None:
    """ "02 (hai) ngày": the number is said once."""
    inside = tokens(match["again"])
    value = int(match["number"].replace(".", ""))
    same = inside in (cardinal(value).split(), cardinal(value, southern=True).split())
    if same or inside == [match["number"].replace(".", "")]:
        return context.number(value)
    return None


def _ordinal(match: "re.Match[str]", context: Context) -> str | None:
    if not ends_with_word(context.before(match), "thứ"):
        return None
    rest = f" trên {context.number(match['of'])}" if match["of"] else ""
    return ordinal(match["number"], context) + rest


def _slashed(match: "re.Match[str]", context: Context) -> str | None:
    """Two numbers with a slash that the dates did not claim."""
    first, second = match["first"], match["second"]
    if ends_with_word(context.before(match), _ADDRESS) or match["more"]:
        parts = match[0].split("/")
        return " trên ".join(context.numbered(part) for part in parts)
    if (first, second) == ("24", "7"):
        return f"{context.number(24)} trên {context.number(7)}"
    value, whole = int(first), int(second)
    unit = re.match(r"(ngày|tháng|năm|giờ|tiếng|suất|buổi|lương|số|mức)\b", context.after(match))
    if (value, whole) == (1, 2) and unit:
        return "nửa"
    if 0 < value < whole:
        return f"{context.number(value)} phần {ordinal(second, context) if whole == 4 else context.number(whole)}"
    return f"{context.number(value)} trên {context.number(whole)}"


def _with_letter(match: "re.Match[str]", context: Context) -> str:
    return f"{context.number(match['number'])} {letter_names(match['letter'])}"


def _dotted_decimal(match: "re.Match[str]", context: Context) -> str:
    after = context.after(match)
    point = "phẩy" if re.match(rf"(?:%|{SCALES}|m\b|m2|km|kg|lít|ha\b)", after) else "chấm"
    return f"{context.number(match['whole'])} {point} {decimals(match['part'], context)}"


def _decimal(match: "re.Match[str]", context: Context) -> str:
    return number_words(match[0], context)


def _thousands_by_comma(match: "re.Match[str]", context: Context) -> str:
    return context.number(match[0].replace(",", ""))


def _whole(match: "re.Match[str]", context: Context) -> str | None:
    written, before = match[0], context.before(match)
    plain = written.replace(".", "")
    if ends_with_word(before, "tháng") and plain.lstrip("0") == "4" and not _counts_months(before):
        return "tư"
    leading_zero = len(plain) > 1 and plain[0] == "0"
    if leading_zero and (len(plain) > 2 or _names_something(before, context.after(match))):
        return digits(plain)
    if len(plain) > 15:
        return digits(plain)
    return context.number(plain)


def _names_something(before: str, after: str) -> bool:
    if ends_with_word(before, _NAMED):
        return False
    counted = re.match(r"[a-zà-ỹđ]", after) is not None
    return ends_with_word(before, _CODE_NOUNS) and not (counted and ends_with_word(before, "có|gồm|là|cần"))


def _counts_months(before: str) -> bool:
    """ "3 tháng 4": hardly ever; a month name follows "tháng" unless a number of months stands before it."""
    return re.search(r"(?:\d|nửa|mỗi|mấy)\s+tháng$", before) is not None and not re.search(
        r"ngày\s+\d+\s+tháng$", before
    )


RULES: tuple[Rule, ...] = (
    rule("said_twice", rf"(?P<number>{WHOLE})\s*\((?P<again>[^()]{{1,60}})\)", _said_twice),
    rule("ordinal", r"(?P<number>\d{1,3})(?:/(?P<of>\d{1,4}))?(?![\d.,]*\d)", _ordinal),
    rule("slash", r"(?P<first>\d{1,5})/(?P<second>\d{1,5})(?P<more>(?:/\d{1,5})*)(?![\d/])", _slashed),
    rule("number", r"\d{1,3}(?:,\d{3}){2,}(?![\d,])", _thousands_by_comma),
    rule("decimal", r"\d{1,3}(?:\.\d{3})+,\d+|\d+,\d+(?![\d,])", _decimal),
    rule("number", r"\d{1,3}(?:\.\d{3})+(?![\d])", _whole),
    rule("decimal", r"(?P<whole>\d+)\.(?P<part>\d{1,2})(?![\d.]*\d)", _dotted_decimal),
    rule("number_letter", r"(?P<number>\d{1,4})(?P<letter>[A-Za-zĐđ])(?![\w])", _with_letter),
    rule("number", r"\d+", _whole),
)
