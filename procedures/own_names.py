"""A name belongs to one procedure: what callers say must not name two."""

from collections.abc import Iterator, Sequence

from contracts.syllables import syllables
from procedures.errors import ContentFileError
from procedures.record import Procedure
from procedures.yaml_source import Location, YamlSource


def names_of_others(read: Sequence[tuple[YamlSource, Procedure]]) -> Iterator[ContentFileError]:
    """One for each short name or alias that another procedure has as its name, short name or alias."""
    owners: dict[str, tuple[YamlSource, Procedure]] = {}
    for source, procedure in read:
        # Two records of the national portal may have the same name.
        owners.setdefault(_key(procedure.name), (source, procedure))
    # Of a name and an alias that are the same, the alias is wrong.
    for own in (_short_name, _aliases):
        for source, procedure in read:
            for place, name in own(procedure):
                owner_source, owner = owners.setdefault(_key(name), (source, procedure))
                if owner.code != procedure.code:
                    yield source.fail(
                        place,
                        f"tên gọi {name!r} của {procedure.code} ({procedure.short_name}) "
                        f"đã là tên của {owner.code} ({owner.short_name}, tệp {owner_source.file})",
                    )


def _short_name(procedure: Procedure) -> Iterator[tuple[Location, str]]:
    yield ("short_name",), procedure.short_name


def _aliases(procedure: Procedure) -> Iterator[tuple[Location, str]]:
    return ((("aliases", index), alias) for index, alias in enumerate(procedure.aliases))


def _key(name: str) -> str:
    """The same for both places of a tone mark: "hoà", "hòa"."""
    return " ".join(syllables(name))
