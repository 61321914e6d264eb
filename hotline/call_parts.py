"""Loads what all calls share: content, meaning, recogniser, voice, the journal's spool."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import Executor
from contextlib import AsyncExitStack, asynccontextmanager

from asr.adapted import AdaptedRecognizer
from asr.ear import Ear
from asr.engines import start_engine
from asr.vad import warm_up
from calls.barge_in import BargeInPolicy
from calls.feed import EventFeed
from calls.journal.masked import masked
from calls.journal.spool import Spool
from calls.packets.keeper import PacketKeeper
from calls.parts import Parts
from calls.thinking import ThinkingOverran
from hotline.bundles.live import LiveBundle, Making, live_bundle
from hotline.bundles.loading import Bundle, first_bundle, load_bundle
from hotline.bundles.publishing import open_store
from hotline.journal import spool_folder
from hotline.settings import Settings
from procedures.record import Profile
from tts.pool import open_voice


@asynccontextmanager
async def call_parts(
    settings: Settings, feed: EventFeed, packets: PacketKeeper, thinking: Executor
) -> AsyncGenerator[LiveBundle]:
    """Engines stay; what belongs to the content, also what is leaned towards, follows the published bundle.

    Raises `TongdaiError` of the part that cannot be loaded.
    """
    store, profile = open_store(settings), Profile(settings.content.profile)
    first = await asyncio.to_thread(
        first_bundle, store, settings.content.folder, lambda folder: load_bundle(folder, profile)
    )
    await asyncio.to_thread(warm_up)
    async with AsyncExitStack() as stack:
        spool = Spool(spool_folder(settings))
        stack.push_async_callback(asyncio.to_thread, spool.close)
        engine = await start_engine(settings.recognition.engine, workers=settings.recognition.workers)
        stack.push_async_callback(engine.close)
        voice = open_voice(settings.speech.engine, workers=settings.speech.workers, fallback=settings.speech.fallback)
        stack.push_async_callback(voice.close)
        await voice.start()

        async def prepare(bundle: Bundle) -> None:
            await voice.prepare(bundle.prompts)

        def parts(bundle: Bundle) -> Parts:
            def name_of(code: str) -> str:
                procedure = bundle.content.catalogue.get(code)
                return procedure.short_name if procedure is not None else code

            async def completeness(text: str) -> float:
                judge = bundle.interpreter.completeness
                try:
                    return await asyncio.get_running_loop().run_in_executor(thinking, judge, text)
                except ThinkingOverran:
                    return 0.0  # The turn's end waits for longer; the turn is heard.

            recognizer = AdaptedRecognizer(engine, bundle.language_model)
            return Parts(
                make_ear=lambda rate_hz: Ear(recognizer=recognizer, rate_hz=rate_hz, completeness=completeness),
                interpreter=bundle.interpreter,
                engine=bundle.engine,
                bundle_id=bundle.id,
                voice=voice,
                thinking=thinking,
                barge_in=barge_in(bundle),
                listeners=(feed.publish, lambda event: spool.put(masked(event)), packets.listener(name_of)),
                recognizer_load=engine.load,
            )

        making = Making(load=lambda folder: load_bundle(folder, profile), prepare=prepare, parts=parts)
        live = await stack.enter_async_context(live_bundle(store, first, making))
        del first  # Held here, it would outlive its last call.
        yield live


def barge_in(bundle: Bundle) -> BargeInPolicy:
    """With the bundle's words; the program's own where it names none."""
    thresholds, usual = bundle.content.thresholds, BargeInPolicy()
    return BargeInPolicy(
        backchannels=thresholds.backchannels or usual.backchannels,
        one_word_turns=thresholds.one_word_turns or usual.one_word_turns,
    )
