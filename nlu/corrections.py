""" "Không phải tạm trú mà là thường trú": only what is meant is kept."""

import re

from contracts.syllables import nfc

_NOT_BUT = re.compile(r"\b(?:không|hông|hổng|khôông|nỏ) phải\b.+?\b(?:mà là|mà|à|nhưng là)\b(?P<meant>.+)$")
_BUT_NOT = re.compile(r"^(?P<meant>.+?)\b(?:chứ|chớ|chứ mà) (?:không|hông|hổng|khôông) phải(?: là)?\b(?P<denied>.+)$")


def meant_part(text: str) -> str:
    """The text without the part that the caller takes back; unchanged if nothing is corrected."""
    lowered = nfc(text).lower()
    if match := _NOT_BUT.search(lowered):
        meant = match["meant"].strip()
        return meant if len(meant.split()) > 1 else text
    if match := _BUT_NOT.match(lowered):
        return match["meant"].strip()
    return text
