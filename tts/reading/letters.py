"""Names of letters, as acronyms are spelled aloud in the North."""

LETTER_NAMES = {
    "a": "a", "ă": "á", "â": "ớ", "b": "bê", "c": "xê", "d": "đê", "đ": "đê", "e": "e", "ê": "ê", "f": "ép",
    "g": "gờ", "h": "hát", "i": "i", "j": "di", "k": "ca", "l": "e lờ", "m": "em", "n": "en", "o": "ô", "ô": "ô",
    "ơ": "ơ", "p": "pê", "q": "quy", "r": "e rờ", "s": "ét", "t": "tê", "u": "u", "ư": "ư", "v": "vê", "w": "vê kép",
    "x": "ích", "y": "y", "z": "dét",
}  # fmt: skip


def letter_names(text: str) -> str:
    """ "HSB" → "hát ét bê"; what is no letter is left out."""
    return " ".join(LETTER_NAMES[char] for char in text.lower() if char in LETTER_NAMES)
