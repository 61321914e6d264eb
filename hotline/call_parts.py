"""Loads what all calls share: content, meaning, recogniser, voice, the journal's spool."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager

from asr.ear import Ear
from asr.engines import start_engine
from asr.vad import warm_up
from calls.feed import EventFeed
from calls.journal.spool import Spool
from calls.parts import Parts
from dialogs.content import Content
from dialogs.engine import Engine
from hotline.journal import spool_folder
from hotline.knowledge import load_interpreter, load_language_model
from hotline.settings import Settings
from procedures.record import Profile
from tts.pool import open_voice


@asynccontextmanager
async def call_parts(settings: Settings, feed: EventFeed) -> AsyncGenerator[Parts]:
    """Raises `TongdaiError` of the part that cannot be loaded."""
    content = await asyncio.to_thread(Content.load, settings.content.folder)
    interpreter = await asyncio.to_thread(load_interpreter, settings.content.folder, content.catalogue)
    language_model = await asyncio.to_thread(load_language_model, settings.content)
    await asyncio.to_thread(warm_up)
    engine = Engine(content, profile=Profile(settings.content.profile))
    async with AsyncExitStack() as stack:
        spool = Spool(spool_folder(settings))
        stack.push_async_callback(asyncio.to_thread, spool.close)
        recognizer = await start_engine(
            settings.recognition.engine, language_model=language_model, workers=settings.recognition.workers
        )
        stack.push_async_callback(recognizer.close)
        voice = open_voice(settings.speech.engine, workers=settings.speech.workers, fallback=settings.speech.fallback)
        stack.push_async_callback(voice.close)
        await voice.start()
        await voice.prepare([text for text in content.responses.texts.values() if "{" not in text])
        thinking = stack.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="meaning"))

        async def completeness(text: str) -> float:
            return await asyncio.get_running_loop().run_in_executor(thinking, interpreter.completeness, text)

        yield Parts(
            make_ear=lambda rate_hz: Ear(recognizer=recognizer, rate_hz=rate_hz, completeness=completeness),
            interpreter=interpreter,
            engine=engine,
            bundle_id=engine.bundle_id,
            voice=voice,
            thinking=thinking,
            listeners=(feed.publish, spool.put),
            recognizer_load=recognizer.load,
        )
