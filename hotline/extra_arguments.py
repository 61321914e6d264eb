"""A text on the command line whose quotes were forgotten."""

import argparse

from hotline.errors import UsageError


def refuse_extra(arguments: argparse.Namespace) -> None:
    """Raises `UsageError` for what nobody takes; of words beside TEXT it says that they need quotes."""
    extra: list[str] = arguments.extra
    if not extra:
        return
    if arguments.text is None or any(word.startswith("-") for word in extra):
        raise UsageError(f"unrecognized arguments: {' '.join(extra)}")
    raise UsageError(f'put the text in quotes: "{" ".join([arguments.text, *extra])}"')
