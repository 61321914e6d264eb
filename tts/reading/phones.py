"""Telephone numbers in the groups in which people say them."""

import re

from contracts.numbers import digits
from tts.reading.model import Context, Rule, rule

_CALLED = re.compile(
    r"(?<!\w)(?:gọi|tổng đài|điện thoại|hotline|đường dây nóng|số máy|liên hệ|đầu số|alo|sđt|đt|tel|fax|nhắn tin|"
    r"cấp cứu|cứu hỏa|cảnh sát|công an|bảo vệ trẻ em)"
    r"(?:\s+(?:số|cho|ngay|đến|tới|máy|qua|là|theo|vào|gửi|hoặc|công an|cứu thương|cứu hỏa|cấp cứu)){0,3}"
    r"[:\s]*(?:\d{3,4}\s*(?:,|và|hoặc|hay)\s*)*$"
)
"""What stands before a number of three or four digits that is dialled."""
_EMERGENCY = re.compile(r"11[1-5]")
_IN_NEED = re.compile(r"(?:cho công an|cho cứu|khi có cháy|khi cháy|khi cần (?:cấp cứu|cứu)|để (?:báo|gọi))")
"""What stands after an emergency number in a list of such numbers."""
_MOBILE = re.compile(r"0[35789]\d{8}")


def grouped(groups: "list[str] | tuple[str, ...]") -> str:
    return ", ".join(digits(group) for group in groups)


def cut(number: str, sizes: tuple[int, ...]) -> list[str]:
    parts: list[str] = []
    for size in sizes:
        parts.append(number[:size])
        number = number[size:]
    return [part for part in [*parts, number] if part]


def _service(match: "re.Match[str]", context: Context) -> str:
    """1900 and 1800 numbers: eight digits 4-4, ten digits 4-3-3."""
    number = re.sub(r"\D", "", match[0])
    return grouped(cut(number, (4, 4) if len(number) == 8 else (4, 3, 3)))


def _written_groups(match: "re.Match[str]", context: Context) -> str | None:
    groups = re.findall(r"\d+", match[0])
    number = "".join(groups)
    if not 9 <= len(number) <= 11 or not number.startswith("0"):
        return None
    return grouped(cut(number, (4, 3, 3)) if _MOBILE.fullmatch(number) else groups)


def _together(match: "re.Match[str]", context: Context) -> str | None:
    number = match[0]
    if _MOBILE.fullmatch(number):
        return grouped(cut(number, (4, 3, 3)))
    if re.fullmatch(r"02[48]\d{8}", number):
        return grouped(cut(number, (3, 4, 4)))
    if re.fullmatch(r"02\d{9}", number):
        return grouped(cut(number, (4, 4, 3)))
    return None


def _abroad(match: "re.Match[str]", context: Context) -> str:
    groups = re.findall(r"\d+", match["number"])
    if len(groups) == 1:
        groups = cut(groups[0], (3, 3, 3))
    return f"cộng {digits(match['country'])}, {grouped(groups)}"


def _short(match: "re.Match[str]", context: Context) -> str | None:
    emergency = _EMERGENCY.fullmatch(match[0]) and _IN_NEED.match(context.after(match))
    return digits(match[0]) if emergency or _CALLED.search(context.before(match)) else None


RULES: tuple[Rule, ...] = (
    rule("phone", r"(?:1900|1800)(?:[ .\-]?\d){4}(?:(?:[ .\-]?\d){2})?(?![\d])(?!\s?(?:đồng|đ)\b)", _service),
    rule("phone", r"\+(?P<country>84)(?P<number>(?:[ .\-]?\d){9,10})(?!\d)", _abroad),
    rule("phone", r"\+(?P<country>\d{1,3})(?P<number>(?:[ .\-]\d{2,4}){2,4})(?!\d)", _abroad),
    rule("phone", r"\(?0\d{1,3}\)?(?:[ .\-]\d{2,4}){2,4}(?![\d.]*\d)", _written_groups),
    rule("phone", r"\(0\d{1,3}\)\s?\d{6,8}(?!\d)", _written_groups),
    rule("phone", r"0\d{9,10}(?!\d)", _together),
    rule("phone", r"\d{3,4}(?![\d]|[.,/:]\d|\w|\s?(?:đồng|ngày|người|trang|bản|hồ sơ|lần|phút|giờ)\b)", _short),
)
