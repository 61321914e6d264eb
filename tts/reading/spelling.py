"""Spelling: what is not a Vietnamese word is said letter by letter and digit by digit, and nothing is dropped."""

from contracts.numbers import digits
from contracts.syllables import nfc, strip_marks, take_tone
from tts.reading.letters import LETTER_NAMES

SYMBOL_NAMES = {
    ".": "chấm", "-": "gạch ngang", "–": "gạch ngang", "/": "trên", "_": "gạch dưới", "@": "a còng", "&": "và",
    "+": "cộng", "%": "phần trăm", "=": "bằng", "#": "thăng", "*": "sao", "<": "nhỏ hơn", ">": "lớn hơn", "~": "khoảng",
    "°": "độ", "$": "đô la", "€": "ơ rô", "×": "nhân", "÷": "chia", "±": "cộng trừ", "§": "mục", "№": "số",
    "\\": "gạch chéo",
}  # fmt: skip


def spell_word(text: str) -> str:
    """Names of the letters, digits and known signs of `text`; a sign without a name is silent."""
    names: list[str] = []
    for char in nfc(text).lower():
        if char.isdecimal():
            names.append(digits(char))
        elif char in LETTER_NAMES:
            names.append(LETTER_NAMES[char])
        elif char in SYMBOL_NAMES:
            names.append(SYMBOL_NAMES[char])
        else:
            names += _foreign_letter(char)
    return " ".join(names)


def _foreign_letter(char: str) -> list[str]:
    untoned = take_tone(char)[0]
    plain = untoned if untoned in LETTER_NAMES else strip_marks(char).lower()
    return [LETTER_NAMES[letter] for letter in plain if letter in LETTER_NAMES]
