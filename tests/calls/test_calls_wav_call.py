"""A whole call from sound through the real detector, recogniser, meaning, dialog and voice, without an exchange."""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from at_once import AtOnce
from fakes import TODAY
from settling import WaitedForRecognizer, WaitedForVoice, Work

from asr.adapted import AdaptedRecognizer
from asr.ear import Ear
from asr.engines import start_engine
from asr.errors import ModelUnavailable
from asr.models import ensure_people
from asr.recognizer import Recognizer
from asr.transcribe import transcribe_file
from calls.parts import Parts
from calls.session import Session
from contracts.call_event import CallEvent
from contracts.paths import cache_dir
from dialogs.content import Content
from dialogs.engine import Engine
from hotline.knowledge import load_language_model
from hotline.settings import Settings
from nlu.interpreter import start_interpreter
from telephony.sip.measure import first_loud
from telephony.wav import write_wav
from telephony.wav_line import WavLine
from telephony.wav_script import HangUp, Say, Step, When
from tts.pool import open_voice
from tts.rendering import render
from tts.telling import Deadlines

PAPERS = "cho tôi hỏi làm giấy khai sinh cho con thì cần những giấy tờ gì"
FEE = "thế còn lệ phí hết bao nhiêu tiền"
PERSON = "cho tôi gặp cán bộ tư vấn"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(slots=True, kw_only=True)
class Hotline:
    parts: Parts
    recognizer: Recognizer
    work: Work
    events: list[CallEvent]

    async def call(self, script: Sequence[Step]) -> WavLine:
        self.events.clear()
        line = WavLine(script, settle=self.work.settled)
        async with asyncio.timeout(60):
            await Session(line, self.parts, today=TODAY).run()
        return line

    def fields(self, kind: str, name: str) -> list[object]:
        return [event.fields[name] for event in self.events if event.kind == kind]


@pytest.fixture(scope="module")
def people_model() -> None:
    """Fetched on first use; without a network these tests are skipped, except in CI."""
    try:
        ensure_people()
    except ModelUnavailable as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hotline(people_model: None, content: Content) -> AsyncGenerator[Hotline]:
    settings, work, events = Settings(), Work(), list[CallEvent]()
    folder = settings.content.folder
    interpreter = start_interpreter(folder, content.catalogue.procedures(), cache=cache_dir() / "nlu")
    thinking: Executor = AtOnce()
    async with AsyncExitStack() as stack:
        worker = await start_engine()
        stack.push_async_callback(worker.close)
        real = AdaptedRecognizer(worker, load_language_model(settings.content.folder))
        voice = open_voice("vais", workers=1, fallback=None, deadlines=Deadlines(start_ms=20_000, stall_ms=20_000))
        stack.push_async_callback(voice.close)
        await voice.start()
        recognizer = WaitedForRecognizer(real, work)
        engine = Engine(content)

        async def completeness(text: str) -> float:
            return interpreter.completeness(text)

        parts = Parts(
            make_ear=lambda rate_hz: Ear(recognizer=recognizer, rate_hz=rate_hz, completeness=completeness),
            interpreter=interpreter,
            engine=engine,
            bundle_id=engine.bundle_id,
            voice=WaitedForVoice(voice, work),
            thinking=thinking,
            listeners=(events.append,),
        )
        yield Hotline(parts=parts, recognizer=real, work=work, events=events)


def said(text: str, when: When = When.QUIET, after_ms: int = 0) -> Say:
    return Say(pcm=render(text, variant="caller1").tobytes(), when=when, after_ms=after_ms)


def at_once(text: str, after_ms: int) -> Say:
    """Said into the greeting, so soon after the call began; `text` without the silence before it."""
    pcm = render(text, variant="caller1")
    return Say(pcm=bytes(16 * after_ms) + pcm[first_loud(pcm) or 0 :].tobytes(), when=When.NOW)


async def heard_back(sound: bytes, recognizer: Recognizer, folder: Path) -> str:
    """What our recogniser understands of what the caller heard."""
    write_wav(folder / "heard.wav", sound, rate_hz=8000)
    return (await transcribe_file(folder / "heard.wav", recognizer)).text


async def test_a_spoken_question_gets_the_right_answer_by_voice(hotline: Hotline, tmp_path: Path) -> None:
    line = await hotline.call([said(PAPERS)])
    assert hotline.fields("turn.heard", "text") == [PAPERS]
    (procedures,) = hotline.fields("turn.heard", "procedures")
    assert isinstance(procedures, list) and procedures[0] == "1.001193"
    assert hotline.fields("turn.heard", "aspects") == [["documents"]]
    assert hotline.fields("say.started", "behaviour")[1] == "answer"
    turn_end = next(event.sample for event in hotline.events if event.kind == "turn.heard")
    answer = await heard_back(line.heard[2 * turn_end :], hotline.recognizer, tmp_path)
    assert "giấy chứng sinh" in answer
    assert "giấy khai sinh" in await heard_back(line.spoken, hotline.recognizer, tmp_path)


@pytest.mark.parametrize("after_ms", [0, 100, 300])
async def test_who_speaks_over_the_greeting_is_heard_from_the_first_word(hotline: Hotline, after_ms: int) -> None:
    await hotline.call([at_once(PAPERS, after_ms)])
    assert hotline.fields("turn.heard", "text") == [PAPERS]
    assert len(hotline.fields("barge_in.interrupted", "act_id")) == 1


async def test_interrupting_asking_on_and_a_person(hotline: Hotline) -> None:
    line = await hotline.call(
        [said(PAPERS), said(FEE, When.SPEAKING, 2500), said(PERSON, after_ms=14_000), HangUp(after_ms=20_000)]
    )
    assert hotline.fields("barge_in.interrupted", "act_id")[0] == hotline.fields("say.started", "act_id")[1]
    assert [aspects for aspects in hotline.fields("turn.heard", "aspects") if aspects] == [["documents"], ["fee"]]
    answers = [str(text) for text in hotline.fields("say.started", "text")]
    assert any("lệ phí đăng ký khai sinh" in text for text in answers)
    assert line.transferred is not None and line.transferred[0] == "caller_asked"
    assert "đăng ký khai sinh" in line.transferred[1]
