"""Times of day and days of the week."""

import re

from tts.reading.model import Context, Rule, rule

_WEEKDAYS = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}


def _time(match: "re.Match[str]", context: Context) -> str | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    second = int(match["second"] or 0)
    if minute > 59 or second > 59 or (match["mark"] == ":" and (hour > 24)):
        return None
    words = f"{context.number(hour)} giờ"
    if minute or second:
        words += f" {context.number(minute)}"
    if second:
        words += f" phút {context.number(second)} giây"
    elif minute and match["unit"]:
        words += " phút"
    return words


def _weekday(match: "re.Match[str]", context: Context) -> str:
    return f"thứ {_WEEKDAYS[match['day']]}"


def _weekday_number(match: "re.Match[str]", context: Context) -> str | None:
    """The second of "thứ 2-6", "từ T2 đến 6" has no word of its own."""
    if not re.search(r"(?<!\w)thứ\s*\d\s*(?:-|–|đến|,|và)$", context.before(match)) or match[0] not in _WEEKDAYS:
        return None
    return f"thứ {_WEEKDAYS[match[0]]}"


def _sunday(match: "re.Match[str]", context: Context) -> str | None:
    near = context.before(match) + " " + context.after(match).lower()
    return "chủ nhật" if re.search(r"thứ|\bt[2-7]\b|ngày|sáng|chiều|nghỉ|^\W*$", near) else None


def _minutes(match: "re.Match[str]", context: Context) -> str:
    return f"{context.number(match['number'])} phút"


RULES: tuple[Rule, ...] = (
    rule(
        "time",
        r"(?P<hour>\d{1,2})\s?(?P<mark>[hHg:]|giờ)\s?(?P<minute>\d{2})(?:[:m](?P<second>\d{2}))?(?P<unit>\s?(?:phút|ph|p|'|’)(?!\w))?(?![\d:]|\w)",
        _time,
    ),
    rule("time", r"(?P<hour>\d{1,3})(?P<mark>h|H|g)(?P<minute>)(?P<second>)(?P<unit>)(?!\w)", _time),
    rule("weekday", r"T(?P<day>[2-7])(?!\w)", _weekday),
    rule("weekday", r"[2-7](?!\w)(?![.,/]\d)", _weekday_number),
    rule("weekday", r"CN(?!\w)", _sunday),
    rule("time", r"(?P<number>\d{1,2})\s?['’](?!\w)", _minutes),
)
