from pathlib import Path

import pytest

from nlu.errors import TrainingDataError
from nlu.training_data import LABELS, Domain, load_domain, load_training_data

DOMAIN = Domain(intents=("ask_fee", "yes"), entities=("procedure",))
GOOD = """version: "3.1"
nlu:
- intent: ask_fee
  examples: |
    - [làm hộ chiếu](procedure) hết bao nhiêu tiền
    - lệ phí [hộ chiếu]{"entity": "procedure", "value": "passport"} thế nào
- intent: yes
  examples: |
    - vâng
- synonym: hộ chiếu
  examples: |
    - pát pọt
- lookup: ward
  examples: |
    - ba đình
- regex: code
  examples: |
    - \\d{6}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "nlu.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_examples_with_mentions(tmp_path: Path) -> None:
    data = load_training_data(write(tmp_path, GOOD), DOMAIN)
    first, second, third = data.examples
    assert (first.text, first.line, first.intent) == ("làm hộ chiếu hết bao nhiêu tiền", 5, "ask_fee")
    assert first.text[first.mentions[0].start : first.mentions[0].end] == "làm hộ chiếu"
    assert second.mentions[0].value == "passport"
    assert second.with_procedure("khai sinh") == "lệ phí khai sinh thế nào"
    assert not third.names_procedure
    assert data.synonyms == {"hộ chiếu": ("pát pọt",)}
    assert data.lookups == {"ward": ("ba đình",)}
    assert data.regexes == {"code": ("\\d{6}",)}


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("nlu:", "stories:", 3, "khóa không hỗ trợ: stories"),
        ('"3.1"', '"2.0"', 1, "phiên bản"),
        ("- intent: yes", "- intent: maybe", 7, "maybe"),
        ("    - vâng", "    vâng", 9, "bắt đầu bằng"),
        ("    - vâng", "    - vâng\n    - vâng", 10, "lặp lại"),
        ("(procedure)", "(place)", 5, "place"),
        ("(procedure)", "", 5, "đánh dấu"),
        ('"value": "passport"', '"role": "x"', 6, "role"),
        ('"entity": "procedure", ', '"entity" ', 6, "JSON"),
        ("    - \\d{6}", "    - (", 18, "chính quy"),
        ("- lookup: ward", "- lookup: ward\n  metadata: x", 14, "metadata"),
        ("- intent: yes\n  examples", "- intent: yes\n  example", 8, "example"),
        ("- lookup: ward", "- synonym: hộ chiếu", 13, "lặp lại"),
        ("    - vâng", "    - " + "vâng " * 100, 9, "dài"),
        ("nlu:\n", "nlu: [\n", 3, "YAML"),
    ],
)
def test_refuses_by_file_and_line(tmp_path: Path, old: str, new: str, line: int, problem: str) -> None:
    assert old in GOOD
    with pytest.raises(TrainingDataError) as caught:
        load_training_data(write(tmp_path, GOOD.replace(old, new, 1)), DOMAIN)
    assert problem in str(caught.value)
    assert caught.value.file == "nlu.yml"
    assert caught.value.line == line


def test_an_intent_without_examples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="agent"):
        load_training_data(write(tmp_path, GOOD), Domain(intents=("ask_fee", "yes", "agent"), entities=("procedure",)))


def test_empty_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"nlu\.yml:1"):
        load_training_data(write(tmp_path, ""), DOMAIN)
    with pytest.raises(TrainingDataError, match="không có tệp này"):
        load_domain(tmp_path / "domain.yml")


def test_domain_refuses_unknown_intents(tmp_path: Path) -> None:
    path = tmp_path / "domain.yml"
    path.write_text("intents:\n- yes\n- order_pizza\n", encoding="utf-8")
    with pytest.raises(TrainingDataError, match=r"domain\.yml:3: .*order_pizza"):
        load_domain(path)


def test_the_repository_has_examples_for_every_label() -> None:
    folder = Path(__file__).resolve().parents[2] / "config" / "content"
    domain = load_domain(folder / "domain.yml")
    assert set(domain.intents) == set(LABELS)
    data = load_training_data(folder / "nlu.yml", domain)
    assert min(sum(example.intent == label for example in data.examples) for label in LABELS) >= 15
