"""A telephone number of Vietnam as people write it, and the name beside it."""

import re
import unicodedata

from chat.errors import FieldRefused

NAME_CHARS = 80
PHONE_CHARS = 30
_WRITTEN = re.compile(r"\+?[\d\s.()-]+")
_MOBILE = re.compile(r"0[35789]\d{8}")
_FIXED = re.compile(r"02\d{9}")
"""Ten digits for mobiles, eleven for fixed lines (Circular 22/2014/TT-BTTTT)."""


def phone_number(written: str) -> str:
    """Digits from 0: "+84 901-234-567" → "0901234567". Raises `FieldRefused`."""
    written = unicodedata.normalize("NFKC", written).strip()
    digits = "".join(char for char in written if char in "0123456789")
    if written.startswith(("+84", "0084")):
        digits = "0" + digits.removeprefix("00").removeprefix("84").removeprefix("0")
    if not _WRITTEN.fullmatch(written) or not (_MOBILE.fullmatch(digits) or _FIXED.fullmatch(digits)):
        raise FieldRefused("phone", "Số điện thoại chưa đúng. Ví dụ: 0901234567 hoặc 02439123456.")
    return digits


def name(written: str) -> str:
    """One line without control characters."""
    kept = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in written)
    return " ".join(kept.split())[:NAME_CHARS]
