"""`content`: mistakes are named by file and line; what is wrong never goes live; what went live can be taken back."""

import json
import shutil
from pathlib import Path

import pytest
from command_line import Command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.bundles.check import check
from hotline.bundles.layout import SINGLE

SHIPPED = Path(__file__).parents[2] / "config" / "content"
PROCEDURE = "procedures/khai_sinh.yml"
GOLD = "gold/01_giay_to_thoi_gian.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "content"))


@pytest.fixture(scope="session")
def one_procedure(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read in a moment."""
    target = tmp_path_factory.mktemp("one") / "content"
    for name in (*SINGLE, PROCEDURE, GOLD):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SHIPPED / name, target / name)
    return target


@pytest.fixture
def small(one_procedure: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(one_procedure, tmp_path / "small"))


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in check(folder, learn=False).problems]


def change(folder: Path, file: str, old: str, new: str) -> int:
    """The line, from 1, in which `new` begins."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_content_that_ships_is_right(folder: Path) -> None:
    checked = check(folder)
    assert checked.problems == checked.warnings == ()
    assert checked.procedures >= 30 and checked.facts > 300 and checked.examples > 1000 and checked.conversations > 10


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        # Unknown keys
        ("flows.yml", "action: skip", "acton: skip", "acton: không có trường nào tên như vậy"),
        ("responses.yml", "  fee: ", "  phi: ", "aspects.phi: giá trị không nằm trong danh sách cho phép"),
        ("thresholds.yml", "tries: 2", "tries: 2\ntry: 2", "try: không có trường nào tên như vậy"),
        ("nlu.yml", "\nnlu:", "\nrules: []\nnlu:", "khóa không hỗ trợ: rules"),
        ("domain.yml", "\nentities:", "\nslots: []\nentities:", "khóa không hỗ trợ: slots"),
        ("ambiguities.yml", "- phrases:", "- phrase: x\n  phrases:", "khóa không hỗ trợ: phrase"),
        (PROCEDURE, "short_name:", "shortname: x\nshort_name:", "shortname: không có trường nào tên như vậy"),
        (GOLD, "- hear:", "- nghe: x\n  hear:", "nghe: không có trường nào tên như vậy"),
        # Wrong types and values
        ("flows.yml", "keep: true", "keep: luôn", "keep: giá trị không hợp lệ: phải là true hoặc false"),
        ("responses.yml", "  help: ", "  help: [1]\n  help2: ", "responses.help: phải là chữ"),
        ("thresholds.yml", "choices: 3", "choices: ba", "choices: giá trị không hợp lệ: phải là số nguyên"),
        ("thresholds.yml", "choices: 3", "choices: 30", "choices: phải từ 9 trở xuống"),
        (
            PROCEDURE,
            "status: unreviewed",
            "status: ok",
            "status: giá trị không nằm trong danh sách cho phép: 'sayable'",
        ),
        ("domain.yml", "- ask_fee", "- ask_phi", "ý định không biết: ask_phi"),
        # What files say of each other
        ("flows.yml", "say: greet_back", "say: chao_lai", "responses.yml không có câu 'chao_lai'"),
        ("flows.yml", "next: het_roi", "next: het_ro", "không có bước hay luồng tên 'het_ro'"),
        ("flows.yml", "when: profile == 'demo'", "when: profle == 'demo'", "không có điều kiện tên 'profle'"),
        (
            "responses.yml",
            "  choose_procedure: ",
            "  choose_procedure: '{number}'\n  x: ",
            "không có chỗ điền tên {number}",
        ),
        ("responses.yml", "  answer_lead: ", "  answer_lead: '{cases}'\n  x: ", "không có chỗ điền tên {cases}"),
        ("responses.yml", "  help: ", "  help: '{procedure:>9999999}'\n  x: ", "chỗ điền chỉ viết là {procedure}"),
        ("nlu.yml", "sinh](procedure) ", "sinh](thu_tuc) ", "thực thể không có trong domain.yml: thu_tuc"),
        ("nlu.yml", "intent: ask_documents", "intent: hoi_giay_to", "ý định không có trong domain.yml: hoi_giay_to"),
        # What would be read aloud
        (
            "responses.yml",
            "  help: ",
            "  help: 'Dạ <b>vâng</b> ạ.'\n  x: ",
            "responses.help: có ký hiệu trình bày '<b>'",
        ),
        ("responses.yml", "  help: ", "  help: 'Ông &amp; bà.'\n  x: ", "có ký hiệu trình bày '&amp;'"),
        (PROCEDURE, '  phrase: "', '  phrase: "<br/>', "phrase: có ký hiệu trình bày '<br/>'"),
        (PROCEDURE, "- khai sinh\n", "- '**khai sinh**'\n", "aliases.0: có ký hiệu trình bày '**'"),
        # Form
        ("flows.yml", "    steps:", "\tsteps:", "thụt lề bằng phím Tab; hãy dùng dấu cách"),
        ("responses.yml", "  help: ", "  help: x\n  help: ", "responses.help: khóa lặp lại"),
        ("nlu.yml", "    - ", "    * ", 'câu mẫu phải bắt đầu bằng "- "'),
        ("catalogue/colloquial.tsv", "bà mới mất\t", "bà mới mất ", "mỗi dòng cần đúng hai cột: term và code"),
        ("thresholds.yml", "version: 1", "version: &một 1\nx: *một", "không dùng được neo & và bí danh *"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(small: Path, file: str, old: str, new: str, said: str) -> None:
    line = change(small, file, old, new)
    found = problems(small)
    lines = tuple(f"{file}:{at}:" for at in range(line, line + new.count("\n") + 3))
    assert any(one.startswith(lines) and said in one for one in found), found


EVERY_FILE = (*SINGLE, PROCEDURE, GOLD)


@pytest.mark.parametrize("file", EVERY_FILE)
@pytest.mark.parametrize("data", [b"", b"version: 1\n\xff\n", b"\x00\x01", b"[" * 3000, b"- &a [*a]", b"{}", b"1"])
def test_a_file_that_is_no_content_is_named(small: Path, file: str, data: bytes) -> None:
    if file.endswith(".tsv") and b"\xff" not in data:
        pytest.skip("a table without rows is one")
    (small / file).write_bytes(data)
    found = problems(small)
    assert any(one.startswith(f"{file}:") for one in found), found


def test_a_folder_that_holds_other_things_is_not_told_file_by_file(small: Path) -> None:
    for number in range(50):
        (small / f"notes{number:02}.doc").write_text("")
    named = [one for one in check(small, learn=False).problems if one.file.endswith(".doc")]
    assert len(named) == 21 and named[-1].problem.startswith("và 30 tệp khác không được đọc đến")


def test_all_mistakes_of_all_files_are_told_at_once(small: Path) -> None:
    wanted = {
        f"flows.yml:{change(small, 'flows.yml', 'say: greet_back', 'say: chao_lai')}",
        f"flows.yml:{change(small, 'flows.yml', 'action: skip', 'acton: skip')}",
        f"nlu.yml:{change(small, 'nlu.yml', 'sinh](procedure) ', 'sinh](thu_tuc) ')}",
        f"thresholds.yml:{change(small, 'thresholds.yml', 'choices: 3', 'choices: ba')}",
        f"{PROCEDURE}:{change(small, PROCEDURE, 'status: unreviewed', 'status: ok')}",
        f"responses.yml:{change(small, 'responses.yml', 'ạ: {choices}', 'ạ: {choice}')}",
        "ambiguities.yml:1",
        "procedures/them.yaml:1",
    }
    (small / "ambiguities.yml").unlink()
    (small / "procedures" / "them.yaml").write_text("", encoding="utf-8")
    assert wanted <= {":".join(one.split(":")[:2]) for one in problems(small)}


@pytest.mark.parametrize("text", ["", "# Cuộc gọi nào?\n", "version: 1\nname: x\ntoday: 2026-11-24\nturns: []\n"])
def test_an_emptied_gold_conversation_is_named(small: Path, text: str) -> None:
    (small / GOLD).write_text(text, encoding="utf-8")
    assert [one.partition(":")[0] for one in problems(small)] == [GOLD]


def test_content_without_gold_conversations_is_told(small: Path) -> None:
    (small / GOLD).unlink()
    assert problems(small) == ["gold:1: không có cuộc gọi mẫu nào (tệp *.yml)"]


def test_a_name_of_another_procedure_is_named_with_both(small: Path) -> None:
    other = "procedures/ket_hon.yml"
    shutil.copyfile(SHIPPED / other, small / other)
    line = change(small, PROCEDURE, "- khai sinh\n", "- Đăng ký  kết hôn\n")
    assert problems(small) == [
        f"{PROCEDURE}:{line}: aliases.0: tên gọi 'Đăng ký  kết hôn' của 1.001193 (đăng ký khai sinh) "
        "đã là tên của 1.000894 (đăng ký kết hôn, tệp ket_hon.yml)"
    ]


def test_a_gold_conversation_that_does_not_hold_is_named(folder: Path) -> None:
    line = change(folder, GOLD, "says_not: [", "says_not: [ngày, ")
    assert problems(folder) == [f"{GOLD}:{line - 1}: turns.2: không được nói: ngày"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_makes_the_check_itself_fail(one_procedure: Path, tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["flows.yml", "responses.yml", "thresholds.yml", "domain.yml", "ambiguities.yml"]))
    folder = Path(shutil.copytree(one_procedure, tmp_path / "damaged", dirs_exist_ok=True))
    whole = (folder / name).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(st.binary(max_size=4) | st.sampled_from([b"\t", b"{", b"&a ", b"*a ", b": ", b"- ", b'"', b"!!x "]))
    (folder / name).write_bytes(whole[:at] + put + whole[at + cut :])
    for problem in check(folder, learn=False).problems:
        assert problem.line >= 1 and problem.problem


def test_check_publish_rollback(folder: Path, tongdai: Command) -> None:
    assert tongdai("content", "check", folder).status == 0
    first = tongdai("content", "publish", folder, "--note", "bản đầu", "--json").lines[0]
    change(folder, "responses.yml", "Bác cần hỏi gì thêm không ạ?", "Bác cần hỏi gì thêm nữa không ạ?")
    second = tongdai("content", "publish", folder, "--json").lines[0]
    assert second["was"] == first["bundle"] != second["bundle"]
    listed = tongdai("content", "list", "--json").lines[0]
    assert listed["live"] == second["bundle"]
    assert [(one["bundle"], one["note"]) for one in listed["history"]] == [
        (second["bundle"], ""),
        (first["bundle"], "bản đầu"),
    ]
    diff = tongdai("content", "diff", first["bundle"], "live", "--json").lines[0]
    assert diff == {"changes": [{"file": "responses.yml", "added": 1, "removed": 1}]}
    assert tongdai("content", "rollback").out.startswith(first["bundle"])
    assert tongdai("content", "rollback", second["bundle"][:5], "--json").lines[0]["bundle"] == second["bundle"]
    assert tongdai("content", "list").out.startswith(f"* {second['bundle']}")


def test_wrong_content_is_not_published(folder: Path, tongdai: Command) -> None:
    tongdai("content", "publish", folder)
    line = change(folder, "flows.yml", "say: greet_back", "say: chao_lai")
    checked = tongdai("content", "check", folder)
    assert checked.status == 1
    assert checked.out.startswith(f"flows.yml:{line}: flows.chao.steps.0.say: responses.yml không có câu")
    refused = tongdai("content", "publish", folder, "--json")
    assert refused.status == 1
    assert refused.lines[0]["error"]["code"] == "content.refused"
    assert [(one["file"], one["line"]) for one in refused.lines[0]["problems"]] == [("flows.yml", line)]
    assert len(tongdai("content", "list", "--json").lines[0]["history"]) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["rollback"], 1, "chưa có bản nào trước bản đang dùng"),
        (["rollback", "abc"], 2, "abc: không có bản này"),
        (["diff", "abc", "live"], 2, "abc: không có bản này"),
        (["diff", "live", "abc"], 2, "live: chưa có bản nào được đưa lên"),
        (["check", "/nope"], 2, "/nope: không có thư mục này"),
        (["publish", "/nope"], 2, "/nope: không có thư mục này"),
        (["list"], 0, "Chưa có bản nào được đưa lên"),
        ([], 2, "required: ACTION"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], status: int, said: str, tongdai: Command) -> None:
    ran = tongdai("content", *arguments)
    assert ran.status == status and said in ran.err


def test_a_store_that_cannot_be_written(folder: Path, tongdai: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGDAI__CONTENT__STORE", json.dumps(str(folder / "flows.yml")))
    ran = tongdai("content", "publish", folder)
    assert ran.status == 1 and "flows.yml" in ran.err and "Traceback" not in ran.err
