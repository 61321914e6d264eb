"""Dates, months with years, quarters, and numbers with a slash that are a day and a month."""

import re
from calendar import monthrange

from tts.reading.model import Context, Rule, ends_with_word, rule
from tts.reading.romans import roman_value

_DAY_BEFORE = "ngày|mùng|mồng|hôm"
_TIME_BEFORE = (
    "ngày|mùng|mồng|hôm|từ|đến|tới|trước|sau|sáng|chiều|tối|lễ|dịp|hết|kể từ|vào|nghỉ|tết|hạn|cuối|đầu|"
    "thứ [a-zà-ỹ]+|chủ nhật|ngày \\d{1,2}/\\d{1,2},? và|và"
)
_DATE_AFTER = (
    r"(?:$|[^\w\s]|(?:và|hằng|hàng|đến|thì|là|năm|tới|vừa|này|được|sẽ|có|dương|âm|tại|ở|mới|phải|hoặc|đã|đang|vẫn)\b)"
)
_NO_DATE_BEFORE = "ngõ|ngách|hẻm|kiệt|số|nhà|lô|căn|thứ|trên|hơn|gần|chiếm|ít nhất|tối thiểu"


_LEAP_YEAR = 2024


def is_day(day: int, month: int, year: int = _LEAP_YEAR) -> bool:
    """`year`: where it is not known, 29 February is a day."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def month_words(month: int | str, context: Context) -> str:
    return "tư" if int(month) == 4 else context.number(int(month))


def _lead(match: "re.Match[str]", context: Context, word: str = "ngày", known: str = _DAY_BEFORE) -> str:
    return "" if ends_with_word(context.before(match), known) else f"{word} "


def _full(match: "re.Match[str]", context: Context) -> str | None:
    day, month, year = int(match["day"]), int(match["month"]), int(match["year"])
    if not is_day(day, month, year):
        return _as_written(match, context)
    words = f"{context.number(day)} tháng {month_words(month, context)} năm {context.number(year)}"
    return _lead(match, context) + words


def _as_written(match: "re.Match[str]", context: Context) -> str | None:
    """What looks like a day and is none; with slashes it may be a house or a code, which later rules know."""
    if "/" in match[0]:
        return None
    sign = "chấm" if "." in match[0] else "gạch ngang"
    return f" {sign} ".join(context.numbered(part) for part in re.findall(r"\d+", match[0]))


def _days_of_month(match: "re.Match[str]", context: Context) -> str | None:
    """ "15-20/7[/2025]"."""
    first, last, month = int(match["first"]), int(match["last"]), int(match["month"])
    if not (first < last and is_day(last, month, int(match["year"] or _LEAP_YEAR))) or (
        not match["year"] and not _dated(match, context)
    ):
        return None
    year = f" năm {context.number(match['year'])}" if match["year"] else ""
    days = f"{context.number(first)} đến {context.number(last)} tháng {month_words(month, context)}{year}"
    return _lead(match, context) + days


def _month(match: "re.Match[str]", context: Context) -> str | None:
    before = context.before(match)
    month, year = int(match["month"]), match["year"]
    if ends_with_word(before, "quý") and month <= 4:
        return f"{context.number(month)} năm {context.number(year)}"
    if not 1 <= month <= 12 or not 1900 <= int(year) <= 2100 or ends_with_word(before, "số|ngõ|ngách|hẻm|nhà"):
        return None
    return f"{_lead(match, context, 'tháng', 'tháng')}{month_words(month, context)} năm {context.number(year)}"


def _quarter(match: "re.Match[str]", context: Context) -> str | None:
    value = roman_value(match["roman"])
    if value is None or not ends_with_word(context.before(match), "quý|kỳ|đợt|học kỳ|lần|khóa"):
        return None
    return f"{context.number(value)} năm {context.number(match['year'])}"


def _day_and_month(match: "re.Match[str]", context: Context) -> str | None:
    day, month = int(match["day"]), int(match["month"])
    before = context.before(match)
    if not is_day(day, month) or ends_with_word(before, _NO_DATE_BEFORE):
        return None
    # "24/7" is round the clock unless a day is spoken of.
    if (day, month) == (24, 7) and not ends_with_word(before, _TIME_BEFORE):
        return None
    if not _dated(match, context):
        return None
    return f"{_lead(match, context)}{context.number(day)} tháng {month_words(month, context)}"


def _dated(match: "re.Match[str]", context: Context) -> bool:
    if ends_with_word(context.before(match), _TIME_BEFORE):
        return True
    return re.match(_DATE_AFTER, context.after(match)) is not None


def _iso(match: "re.Match[str]", context: Context) -> str | None:
    return _full(match, context)


_SEPARATED = r"(?P<day>\d{1,2})(?P<sep>\s?[/\-.]\s?)(?P<month>\d{1,2})(?P=sep)(?P<year>[12]\d{3})(?![\d/])"

RULES: tuple[Rule, ...] = (
    rule("date", _SEPARATED, _full),
    rule("date", r"(?P<year>[12]\d{3})-(?P<month>\d{2})-(?P<day>\d{2})(?![\d-])", _iso),
    rule(
        "date",
        r"(?P<first>\d{1,2})\s?[-–]\s?(?P<last>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>[12]\d{3}))?(?![\d/])",
        _days_of_month,
    ),
    rule("date", r"(?P<month>\d{1,2})\s?[/\-]\s?(?P<year>[12]\d{3})(?![\d/\-])", _month),
    rule("date", r"(?P<roman>[IVX]+)\s?/\s?(?P<year>[12]\d{3})(?![\d/\-])", _quarter),
    rule("date", r"(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\d/]|,\d)", _day_and_month),
)
