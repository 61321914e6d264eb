"""Plain spoken lines for the recogniser's language model, expanded from the trainers' sentences."""

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from contracts.syllables import tokens
from nlu.evidence import OUT_OF_SCOPE
from nlu.link_targets import LinkTarget, Procedure, load_targets
from nlu.training_data import load_domain, load_training_data
from procedures.places import Places
from procedures.places_yaml import load_places

SEED = 7
NAMES_PER_EXAMPLE = 16
MAX_NAME_SYLLABLES = 12
_VERBS = frozenset(
    "làm xin cấp đăng đổi mất mở đóng tách nhập chuyển khai báo gia hạn chứng sao nhận thông xóa sửa tạm rút hỗ thành"
    " trình ký kết cải lấy cắt mần rơi".split()
)


_PLACE_FRAMES = (
    "tôi ở {} thì nộp ở đâu",
    "{} bây giờ là phường nào",
    "còn ở {} thì sao",
    "nhà tôi ở {}",
    "{} cũ giờ thuộc phường nào",
    "{} nộp chỗ nào",
)


def spoken_line(text: str) -> str:
    """Lower case, NFC, syllables separated by one space, no punctuation."""
    return " ".join(tokens(text))


def content_lines(folder: Path, procedures: Iterable[Procedure]) -> Iterator[str]:
    """The sentences of `nlu.yml` with many procedure names in them, and the names themselves; deterministic.

    Names of procedures that are answered come in every sentence pattern's turn; names of others stand alone;
    places come last.
    Raises `TrainingDataError`.
    """
    data = load_training_data(folder / "nlu.yml", load_domain(folder / "domain.yml"))
    merged = load_targets(folder, procedures)
    everyday = _everyday_names(merged.targets)
    generator = random.Random(SEED)
    for example in data.examples:
        yield spoken_line(example.text)
        if example.names_procedure and example.intent != OUT_OF_SCOPE:
            for name in generator.sample(everyday, min(NAMES_PER_EXAMPLE, len(everyday))):
                yield spoken_line(example.with_procedure(name))
    for target in merged.targets:
        for name in target.names:
            if 2 <= len(tokens(name)) <= MAX_NAME_SYLLABLES:
                yield spoken_line(name)
    yield from _place_lines(load_places(folder))


def _place_lines(places: Places) -> Iterator[str]:
    """Every unit in one of the sentences in which places are said, in turn; those of today also without their type."""
    new = {ward.unit for ward in places.wards.values()}
    units = dict.fromkeys((*(ward.unit for ward in places.wards.values()), *places.old_units))
    for number, unit in enumerate(units):
        for said in (spoken_line(name) for name in unit.spoken_names if not name[-1].isdecimal()):
            yield f"{unit.type} {said}"
            yield _PLACE_FRAMES[number % len(_PLACE_FRAMES)].format(f"{unit.type} {said}")
            if unit in new:
                yield f"tôi ở {said}"
                yield f"còn ở {said} thì sao"


def _everyday_names(targets: Sequence[LinkTarget]) -> list[str]:
    """Names that people say, those of answered procedures twice as often; nouns also with "làm" before them."""
    names: list[str] = []
    for target in targets:
        if not target.answered and not target.aliases:
            continue
        spoken = [name for name in target.names if 2 <= len(tokens(name)) <= 8]
        names += spoken * (2 if target.answered else 1)
        names += [f"làm {name}" for name in spoken if tokens(name)[0] not in _VERBS]
    return names
