"""Saying what the list of wards knows: the office of the caller's ward, and to which ward an old unit belongs."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.acts import Behaviour, Source
from contracts.meaning import Aspect
from dialogs.responses import capital
from dialogs.state import Counts
from dialogs.turn import Turn
from dialogs.whereabouts import listed, old_name
from procedures.places import SOURCE_CODE, Point, Unit

MOST_OLD_UNITS = 5
"""Named at once."""


def say_ward_office(turn: Turn) -> None:
    """Where the last answer told an office of each ward: the one of the caller's ward, and verified points there."""
    where, text = turn.state.whereabouts, turn.content.responses.text
    office = turn.ward_office()
    if office is None:
        return
    if where.ward:
        name = turn.content.places.wards[where.ward].unit.full_name
        sentences = [text("ward_office", ward=name, office=office.of(name))]
        sentences += [text("ward_other")] if where.loosely else []
        sentences += [_point(turn, name, point) for point in _points(turn)]
        if where.old and not where.told:
            sentences.insert(0, _belongs(turn))
            turn.set(whereabouts=replace(where, told=True))
        sources = (*turn.source(), *_sources(turn))
        turn.utter(" ".join(sentences), behaviour=Behaviour.ANSWER, aspects=(Aspect.PLACE,), sources=sources)
    elif where.unknown:
        turn.utter(text("ward_unclear"), behaviour=Behaviour.DIALOGUE)
    elif where.district:
        turn.utter(text("ward_of_district", district=where.district), behaviour=Behaviour.DIALOGUE)


def say_where_now(turn: Turn) -> None:
    """To which ward the old unit belongs that was named last; nothing known: the state says `answered=False`."""
    where, text = turn.state.whereabouts, turn.content.responses.text
    sentence = ""
    if turn.may_say_places() and where.old:
        sentence = _belongs(turn)
        turn.set(whereabouts=replace(where, told=bool(where.ward)))
    elif turn.may_say_places() and where.ward:
        sentence = _made_of(turn)
    turn.set(answered=bool(sentence), missing=(), rest=(), interrupted=None)
    if sentence:
        told = turn.content.places.told
        noted = text("places_source", as_of=f"{told.as_of.day}/{told.as_of.month}/{told.as_of.year}") if told else ""
        turn.utter(f"{sentence} {noted}", behaviour=Behaviour.ANSWER, sources=_sources(turn), of_question=False)
        topic = text("topic_where_now", place=where.old or turn.content.places.wards[where.ward].unit.full_name)
        turn.set(counts=Counts(), topics=tuple(dict.fromkeys((*turn.state.topics, topic))))


def _belongs(turn: Turn) -> str:
    """ "Phường Láng Hạ cũ nay thuộc …"."""
    places, responses = turn.content.places, turn.content.responses
    old = turn.state.whereabouts.old
    wards = places.now(places.olds(old))
    sentence = responses.text(
        "old_ward_now",
        old_ward=capital(old_name(old, places)),
        wards=listed([ward.unit for ward in wards], responses, "list_and"),
    )
    return sentence if len(wards) == 1 else f"{sentence} {responses.text('old_ward_several')}"


def _made_of(turn: Turn) -> str:
    """What the caller takes for an old name is one of today."""
    ward, responses = turn.content.places.wards[turn.state.whereabouts.ward], turn.content.responses
    olds: Sequence[Unit] = ward.merged_from
    more = (responses.text("and_others"),) if len(olds) > MOST_OLD_UNITS else ()
    names = listed(olds[:MOST_OLD_UNITS], responses, "list_and", *more)
    return responses.text("ward_made_of", ward=capital(ward.unit.full_name), olds=names)


def _points(turn: Turn) -> tuple[Point, ...]:
    today = turn.state.today
    return turn.content.places.points_in(turn.state.whereabouts.ward, today) if today else ()


def _point(turn: Turn, ward: str, point: Point) -> str:
    told = ", ".join(part for part in (point.name, point.address, point.hours, point.phone) if part)
    return turn.content.responses.text("ward_point", ward=ward, point=told)


def _sources(turn: Turn) -> tuple[Source, ...]:
    told, today = turn.content.places.told, turn.state.today
    return (Source(code=SOURCE_CODE, version=told.version, as_of=today.isoformat()),) if told and today else ()
