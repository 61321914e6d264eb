"""Reading aloud: written Vietnamese administrative text to the words that a voice says.

`read` is the whole interface; every decision it took can be shown. The rules stand in one module per kind of writing
(dates, money, laws …), the abbreviations in `lexicon.yml`. Nothing is dropped: what no rule knows is spelled.
"""

from tts.reading.model import Decision, Reading, Style
from tts.reading.scanner import read_text

PLAIN = Style()
ON_CALL = Style(mask_personal=True, pause_in_codes=True)
"""As the hotline speaks: personal numbers masked, codes with pauses."""

__all__ = ["ON_CALL", "PLAIN", "Decision", "Reading", "Style", "read"]


def read(text: str, style: Style = PLAIN) -> Reading:
    """Never raises; a text without words gives empty `words`."""
    return read_text(text, style)
