"""flows.yml, responses.yml and thresholds.yml: mistakes are named by file, line and field."""

import shutil
from pathlib import Path

import pytest

from dialogs.bundle_files import bundle_id
from dialogs.content import Content
from dialogs.errors import MissingResponse
from dialogs.responses import BUILT_IN, SAID_BY
from procedures.errors import ContentFileError

SHIPPED = Path(__file__).parents[2] / "config" / "content"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("flows.yml", "responses.yml", "thresholds.yml"):
        shutil.copy(SHIPPED / name, tmp_path / name)
    (tmp_path / "procedures").mkdir()
    shutil.copy(SHIPPED / "procedures" / "khai_sinh.yml", tmp_path / "procedures")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("flows.yml", "say: greet_back", "say: chao_lai", r"flows\.yml:\d+: flows\.chao\.steps\.0\.say: .*chao_lai"),
        ("flows.yml", "then: chua_ro", "then: chua_co", r"flows\.yml:\d+: flows\.hoi_thu_tuc\.steps\.0\.next\.0\.then"),
        ("flows.yml", "if: not known", "if: not knwon", r"flows\.hoi_thu_tuc\.steps\.3\.next\.0\.if: .*knwon"),
        ("flows.yml", "unclear >= 2", "unclear >= hai", r"flows\.chua_ro\.steps\.0\.when: .*hai"),
        ("flows.yml", "unclear >= 2", "unclear ~ 2", r"flows\.chua_ro\.steps\.0\.when: không hiểu"),
        ("flows.yml", "intents: [greet]", "intents: [thanks]", r"thanks đã thuộc về"),
        ("flows.yml", "intents: [greet]", "intents: [chao]", r"flows\.chao\.trigger\.intents\.0: giá trị"),
        ("flows.yml", "intents: [greet]", 'intents: ["yes"]', r"yes thuộc về patterns"),
        ("flows.yml", "trigger: {intents: [greet]}", "", r"chưa có luồng cho ý định: greet"),
        ("flows.yml", "  key_star:", "  key_sao:", r"patterns\.key_sao"),
        ("flows.yml", "- transfer: emergency", "- transfer: emergency\n      say: goodbye", r"chỉ làm một việc"),
        ("flows.yml", "action: skip", "action: nhay", r"patterns\.key_hash\.steps\.0\.action"),
        ("responses.yml", "  ward_other:", "  ward_khac:", r"hoi_thu_tuc.*responses\.yml thiếu câu: ward_other"),
        ("flows.yml", "      ask: ask_aspect\n", "", r"collect cần có ask"),
        ("flows.yml", "      - {else: hoi_them}\n\n  con_", "\n  con_", r"nhánh cuối phải là else"),
        (
            "responses.yml",
            "ạ: {choices}",
            "ạ: {choice}",
            r"responses\.yml:\d+: responses\.choose_procedure: .*\{choice\}",
        ),
        ("responses.yml", "ạ: {choices}", "ạ: {choices", r"choose_procedure: dấu ngoặc nhọn không khớp"),
        ("responses.yml", "  list_and:", "  list_va:", r"thiếu câu: list_and"),
        ("responses.yml", '{case_question}"\n  ask_again', '{case}"\n  ask_again', r"chat\.ask_case: .*\{case\}"),
        ("responses.yml", "chat:\n  greeting:", "chat:\n  loi_chao:", r"chat\.loi_chao: không có câu tên này"),
        ("responses.yml", "  fee: lệ phí\n", "", r"aspects: thiếu: fee"),
        ("responses.yml", '"Bác hỏi về thủ tục nào ạ?"', '""', r"responses\.ask_procedure: không được để trống"),
        ("thresholds.yml", "answer_above: 0.6", "answer_above: 6", r"thresholds\.yml:5: answer_above"),
        ("thresholds.yml", "confirm_above: 0.3", "confirm_above: 0.9", r"confirm_above không được lớn hơn"),
        ("thresholds.yml", "  question: {", "  cau_hoi: {", r"listen\.cau_hoi"),
        ("thresholds.yml", "backchannels: [dạ,", "backchannels: [Dạ!,", r"interrupting: .*“Dạ!” phải viết thường"),
        ("thresholds.yml", "one_word_turns: [không,", "one_word_turns: [vâng,", r"“vâng” không được vừa là tiếng đệm"),
        ("thresholds.yml", "one_word_turns: [không,", "one_word_turns: [chờ đã,", r"“chờ đã” phải là một tiếng"),
    ],
)
def test_mistakes_are_named(folder: Path, file: str, old: str, new: str, complaint: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentFileError, match=complaint):
        Content.load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "flows.yml").unlink()
    with pytest.raises(ContentFileError, match=r"flows\.yml:1: không đọc được"):
        Content.load(folder)


def test_the_bundle_is_known_by_its_files(folder: Path) -> None:
    first = bundle_id(folder)
    assert Content.load(folder).bundle_id == first
    (folder / "thresholds.yml").write_text("version: 1\n", encoding="utf-8")
    assert bundle_id(folder) != first


def test_a_sentence_that_is_not_there(content: Content) -> None:
    with pytest.raises(MissingResponse, match="no sentence named chua_co"):
        content.responses.text("chua_co")
    with pytest.raises(MissingResponse, match=r"confirm_question: no value for \{question\}"):
        content.responses.text("confirm_question")


def test_every_sentence_is_used(content: Content) -> None:
    """A sentence that nothing says only misleads the trainer."""
    steps = [step for flow in content.flows.flows.values() for step in flow.steps]
    used = {name for step in steps for name in (step.say, step.ask, step.choose, step.confirm)}
    of_actions = {name for step in steps for name in SAID_BY.get(step.action or "", ())}
    assert set(content.responses.texts) - used - of_actions - BUILT_IN == set()
