"""The vais engine: sounds of spelling, streaming, bounds."""

from pathlib import Path

import numpy as np
import pytest

from contracts.syllables import is_syllable
from tts.engines import open_engine
from tts.errors import EngineBroken, UnknownCaller, UnknownEngine
from tts.loudness import KNEE, level
from tts.rendering import render
from tts.vais.network import Network
from tts.vais.phones import INITIALS, sounds
from tts.vais.states import LONGEST_PHRASE, phrases
from tts.vais.synthesis import MODEL_FILE, VaisEngine
from tts.vais.variants import CALLERS

_RIMES = (
    "a ă â e ê i o ô ơ u ư ai ay ây ao au âu eo êu ia iêu iu oi ôi ơi ua ưa ui ưi uôi ươi ươu ưu oa oe uê uy "
    "uya oai oay oao oeo uây uyu an ăn ân en ên in on ôn ơn un iên uôn ươn oan oăn oen uân uyên am ăm âm em êm "
    "im om ôm ơm um iêm uôm ươm ang ăng âng eng ong ông ung ưng iêng uông ương oang oăng anh ênh inh oanh uênh "
    "uynh at ăt ât et êt it ot ôt ơt ut ưt iêt uôt ươt oat oăt uât uyêt ap ăp âp ep êp ip op ôp ơp up iêp ươp "
    "ac ăc âc oc ôc uc ưc iêc uôc ươc oac ach êch ich oach uêch oong "
).split()


@pytest.fixture(scope="module")
def engine() -> VaisEngine:
    return VaisEngine(8000)


def test_every_vietnamese_syllable_has_sounds_that_the_model_knows() -> None:
    known = Network(MODEL_FILE).sound_ids
    for initial in ("", *INITIALS):
        for rime in _RIMES:
            syllable = initial + rime
            if not is_syllable(syllable):
                continue
            found = sounds(syllable)
            assert found is not None
            for name, _ in found.names():
                assert f"{name}0" in known, (syllable, name)


@pytest.mark.parametrize(
    ("syllable", "expected"),
    [
        ("quyền", ("c", "w", "iê", "n", 1)),
        ("gì", ("z", "", "i", "", 1)),
        ("giếng", ("z", "", "iê", "ng", 2)),
        ("ngoài", ("ng", "w", "a", "j", 1)),
        ("học", ("h", "", "o", "cm", 7)),
        ("tây", ("t", "", "â", "j", 0)),
    ],
)
def test_sounds(syllable: str, expected: tuple[str, str, str, str, int]) -> None:
    found = sounds(syllable)
    assert found is not None
    assert (found.initial, found.glide, found.nucleus, found.coda, found.tone) == expected


def test_the_first_block_is_short_and_blocks_do_not_depend_on_who_waits(engine: VaisEngine) -> None:
    words = "trường hợp thông thường bác mang ba thứ, tờ khai theo mẫu và giấy tờ tùy thân"
    blocks = list(engine.speak(words))
    again = list(engine.speak(words))
    assert len(blocks) > 2
    assert len(blocks[0].pcm) <= 8000 * 0.6
    assert [block.words_at for block in blocks] == sorted(block.words_at for block in blocks)
    whole = np.concatenate([block.pcm for block in blocks])
    assert np.array_equal(whole, np.concatenate([block.pcm for block in again]))


def test_a_cut_between_blocks_makes_no_click(engine: VaisEngine) -> None:
    blocks = [block.pcm.astype(np.float64) for block in engine.speak("lệ phí đăng ký kết hôn là bao nhiêu")]
    whole = np.concatenate(blocks)
    steps = np.abs(np.diff(whole))
    for cut in np.cumsum([len(block) for block in blocks])[:-1]:
        assert steps[cut - 2 : cut + 2].max() <= np.percentile(steps, 99)


def test_a_lower_rate_is_slower_and_keeps_the_level(engine: VaisEngine) -> None:
    normal = np.concatenate([block.pcm for block in engine.speak("bác nói lại giúp cháu")]).astype(np.float64)
    slow = np.concatenate([block.pcm for block in engine.speak("bác nói lại giúp cháu", rate=0.7)]).astype(np.float64)
    assert 1.2 < len(slow) / len(normal) < 1.5
    assert abs(20 * np.log10(np.std(slow) / np.std(normal))) < 2


def test_speech_begins_at_once_and_at_a_telephone_level(engine: VaisEngine) -> None:
    sound = np.concatenate([block.pcm for block in engine.speak("dạ vâng ạ")]).astype(np.float64) / 32768
    assert np.argmax(np.abs(sound) > 0.01) < 8000 * 0.12
    assert 0.2 < np.abs(sound).max() < 0.98


def test_no_text_no_audio(engine: VaisEngine) -> None:
    assert list(engine.speak("")) == []
    assert list(engine.speak(" ,.;! ")) == []


def test_a_stretch_without_pauses_is_given_some() -> None:
    found = phrases("một hai ba bốn " * 500)
    assert max(len(phrase.syllables) for phrase in found) <= LONGEST_PHRASE
    assert sum(len(phrase.syllables) for phrase in found) == 2000


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000])
def test_line_rates(rate_hz: int) -> None:
    assert len(render("xin chào bác", rate_hz=rate_hz)) == pytest.approx(rate_hz * 0.95, rel=0.25)


def test_every_caller_speaks() -> None:
    heard = {name: render("tôi muốn hỏi", variant=name) for name in CALLERS}
    assert all(len(pcm) > 4000 for pcm in heard.values())
    assert len({pcm.tobytes() for pcm in heard.values()}) >= len(CALLERS) - 1


def test_the_limit_is_soft_and_never_clips() -> None:
    sound = np.linspace(-20, 20, 4001)
    pcm = level(sound).astype(np.float64) / 32767
    assert np.all(np.diff(pcm) >= 0)
    assert np.abs(pcm).max() <= 0.98
    straight = np.abs(sound) < KNEE
    assert np.allclose(pcm[straight], sound[straight], atol=1e-4)


def test_wrong_names_are_refused() -> None:
    with pytest.raises(UnknownEngine, match="engine: nobody"):
        open_engine("nobody")
    with pytest.raises(UnknownCaller, match="variant: nobody"):
        open_engine("vais", variant="nobody")


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "voice.npz"
    path.write_bytes(b"not a model")
    with pytest.raises(EngineBroken, match=r"voice\.npz"):
        Network(path)
