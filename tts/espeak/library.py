"""libespeak-ng by ctypes: synchronous synthesis, audio by callback.

The library keeps its voice, buffers and callback in globals: one `Library` in a process, one thread.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import espeakng_loader

from tts.errors import EngineBroken

_RETRIEVE_SYNCHRONOUSLY = 2
_UTF8 = 1
_END_PAUSE = 0x1000
_POSITION_CHARACTER = 1
_RATE_PARAMETER = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
NORMAL_WORDS_PER_MINUTE = 175

Sink = Callable[[bytes], bool]
"""Takes PCM16; returns False to stop at once."""


class Library:
    """Raises `EngineBroken` if the library, its data or the voice cannot be loaded."""

    def __init__(self, voice: str, buffer_ms: int = 60) -> None:
        try:
            self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise EngineBroken(f"espeak-ng: {error}") from error
        data = espeakng_loader.get_data_path().encode()
        self._lib.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
            ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        self._lib.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        self.rate_hz = int(self._lib.espeak_Initialize(_RETRIEVE_SYNCHRONOUSLY, buffer_ms, data, 0))
        if self.rate_hz <= 0:
            raise EngineBroken("espeak-ng: no data")
        # The library keeps only a pointer: the callback object must live as long as it.
        self._callback = _CALLBACK(self._receive)
        self._lib.espeak_SetSynthCallback(self._callback)
        # An unknown voice keeps the one before without an error elsewhere.
        if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EngineBroken(f"espeak-ng: no voice {voice}")
        self._sink: Sink = lambda pcm: False

    def speak(self, text: str, words_per_minute: int, sink: Sink) -> None:
        self._sink = sink
        self._lib.espeak_SetParameter(_RATE_PARAMETER, words_per_minute, 0)
        raw = text.replace("\0", " ").encode()
        self._lib.espeak_Synth(raw, len(raw) + 1, 0, _POSITION_CHARACTER, 0, _UTF8 | _END_PAUSE, None, None)

    def _receive(self, wave: Any, samples: int, events: int | None) -> int:
        """0 goes on, 1 stops: anything else that is true would stop too."""
        if samples <= 0 or not wave:
            return 0
        return 0 if self._sink(ctypes.string_at(wave, 2 * samples)) else 1
