"""The engines by name; each is loaded only in the process that uses it."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from tts.engine import Engine
from tts.errors import EngineBroken, UnknownEngine

_MAKERS = {
    "vais": "tts.vais.opening",
    "espeak": "tts.espeak.opening",
}
"""Modules with `open_engine(rate_hz, variant) -> Engine`."""


def engine_names() -> tuple[str, ...]:
    return tuple(_MAKERS)


def check_engine(name: str) -> None:
    """Raises `UnknownEngine`."""
    if name not in _MAKERS:
        raise UnknownEngine(f"engine: {name} is not one of {', '.join(_MAKERS)}")


def open_engine(name: str, *, rate_hz: int = 8000, variant: str | None = None) -> Engine:
    """In this process. Raises `UnknownEngine`, `UnknownCaller`, `EngineBroken`."""
    check_engine(name)
    try:
        maker = cast(Callable[[int, str | None], Engine], import_module(_MAKERS[name]).open_engine)
    except (ImportError, OSError) as error:
        raise EngineBroken(f"engine {name}: {error}") from error
    return maker(rate_hz, variant)
