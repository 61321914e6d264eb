"""What is written for the screen and would be read aloud, or heard from nobody: tags, entities, emphasis."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from contracts.mistakes import Mistake
from procedures.yaml_source import Location, read_yaml

_MARKUP = re.compile(
    r"</?[A-Za-z][^<>]*>|<!--"  # HTML
    r"|&(?:[A-Za-z]+|#\d+|#x[0-9A-Fa-f]+);"  # HTML's names for characters
    r"|\*\*|__|`|\]\(https?:"  # Markdown
)


def markup_problems(file: Path) -> Iterator[Mistake]:
    """Each text of a YAML file that holds markup; a file that cannot be read is told of elsewhere."""
    try:
        source = read_yaml(file)
    except Mistake:
        return
    for place, text in _texts(source.data, ()):
        if found := _MARKUP.search(text):
            yield source.fail(place, f"có ký hiệu trình bày {found[0]!r}; chỉ viết chữ để đọc lên")


def _texts(data: object, at: Location) -> Iterator[tuple[Location, str]]:
    match data:
        case str():
            yield at, data
        case dict():
            for name, value in cast(dict[str, object], data).items():
                yield from _texts(value, (*at, name))
        case list():
            for index, value in enumerate(cast(list[object], data)):
                yield from _texts(value, (*at, index))
        case _:
            pass
