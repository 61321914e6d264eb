"""Matters that are no administrative procedures, such as those of courts: known by name, for a person to answer."""

_OF_OTHERS = "0."


def is_matter_of_others(code: str) -> bool:
    """Whether a code stands for such a matter. No code of the national portal begins so."""
    return code.startswith(_OF_OTHERS)
