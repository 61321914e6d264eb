"""Plain spoken lines for the recogniser's language model, expanded from the trainers' sentences."""

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from contracts.syllables import tokens
from nlu.evidence import OUT_OF_SCOPE
from nlu.link_targets import LinkTarget, Procedure, load_targets
from nlu.training_data import load_domain, load_training_data

SEED = 7
NAMES_PER_EXAMPLE = 16
MAX_NAME_SYLLABLES = 12
_VERBS = frozenset(
    "làm xin cấp đăng đổi mất mở đóng tách nhập chuyển khai báo gia hạn chứng sao nhận thông xóa sửa tạm rút hỗ thành"
    " trình ký kết cải lấy cắt mần rơi".split()
)


def spoken_line(text: str) -> str:
    """Lower case, NFC, syllables separated by one space, no punctuation."""
    return " ".join(tokens(text))


def content_lines(folder: Path, procedures: Iterable[Procedure]) -> Iterator[str]:
    """The sentences of `nlu.yml` with many procedure names in them, and the names themselves; deterministic.

    Names of procedures that are answered come in every sentence pattern's turn; names of others stand alone.
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
