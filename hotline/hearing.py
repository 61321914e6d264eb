"""The recogniser on sound that is there already: files, and what a test caller heard."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from asr.adapted import AdaptedRecognizer
from asr.engines import DEFAULT, start_engine
from asr.recognizer import Recognizer
from asr.transcribe import Transcript, transcribe_file
from contracts.audio import PHONE_RATE_HZ
from hotline.knowledge import load_language_model
from hotline.settings import Settings
from telephony.g711 import Pcm
from telephony.wav import write_wav


@asynccontextmanager
async def listening(settings: Settings, engine: str = DEFAULT) -> AsyncGenerator[Recognizer]:
    """A recogniser that leans towards the content's words."""
    language_model = await asyncio.to_thread(load_language_model, settings.content.folder)
    recognizer = await start_engine(engine)
    try:
        yield AdaptedRecognizer(recognizer, language_model)
    finally:
        await recognizer.close()


def hear_all(sounds: Sequence[Pcm], settings: Settings) -> list[str]:
    """What each piece of 8 kHz sound says; empty for silence."""

    async def hear() -> list[str]:
        async with listening(settings) as recognizer:
            return [(await _hear(pcm, recognizer)).text if len(pcm) else "" for pcm in sounds]

    return asyncio.run(hear()) if any(len(pcm) for pcm in sounds) else ["" for _ in sounds]


async def _hear(pcm: Pcm, recognizer: Recognizer) -> Transcript:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "heard.wav"
        write_wav(file, pcm, rate_hz=PHONE_RATE_HZ)
        return await transcribe_file(file, recognizer)
