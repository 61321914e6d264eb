"""Who has talked for as long as is listened to is answered while he talks: politely, the first time."""

from dataclasses import replace

from contracts.acts import Act, Say
from contracts.heard import Ended, Heard
from dialogs.content import Content
from dialogs.state import State


def politely(state: State, acts: tuple[Act, ...], heard: Heard, content: Content) -> tuple[State, tuple[Act, ...]]:
    """What the answer to `heard` makes of state and acts: a few words before the first sentence, once in a call.

    They are part of that sentence, so that they are not said alone, and "nhắc lại" says it without them.
    """
    first = next((act for act in acts if isinstance(act, Say)), None)
    if heard.ended is not Ended.MAX_TURN or not heard.text or state.cut_in or first is None:
        return state, acts
    longer = replace(first, text=f"{content.responses.text('cut_in')} {first.text}")
    return replace(state, cut_in=True), tuple(longer if act is first else act for act in acts)
