"""Gold answers, seeded faults, coverage and the report: what a trainer sees of what callers hear."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from command_line import Command

from contracts.meaning import Aspect
from dialogs.content import Content
from dialogs.engine import Engine
from dialogs.gold_answers import AskYaml, hear
from hotline.bundles.check import check
from hotline.mutants.coverage import coverage
from hotline.mutants.hunt import Hunt

SHIPPED = Path(__file__).parents[2] / "config" / "content"
CODE = "1.004194"
SHEET, ANSWERS = "procedures/tam_tru.yml", "gold/answers/tam_tru.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three procedures, and the conversations about them."""
    left_out = shutil.ignore_patterns("procedures", "gold", "sources.jsonl")
    target = Path(shutil.copytree(SHIPPED, tmp_path / "content", ignore=left_out))
    for name in ("tam_tru", "khai_sinh", "ket_hon"):
        for sub in ("procedures", "gold/answers"):
            (target / sub).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(SHIPPED / sub / f"{name}.yml", target / sub / f"{name}.yml")
    shutil.copyfile(SHIPPED / "gold" / "03_thieu_thu_tuc.yml", target / "gold" / "03_thieu_thu_tuc.yml")
    return target


@pytest.fixture
def change(folder: Path) -> Callable[[str, str], list[str]]:
    """What the check says after one word of the sheet was replaced everywhere."""

    def run(old: str, new: str) -> list[str]:
        path = folder / SHEET
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        checked = check(folder, learn=False)
        return [str(problem) for problem in (*checked.problems, *checked.warnings)]

    return run


def test_what_ships_is_said_as_the_gold_has_it(folder: Path) -> None:
    assert check(folder, learn=False).problems == ()


def test_a_changed_fee_is_named_with_the_line_and_what_to_do(
    change: Callable[[str, str], list[str]], folder: Path
) -> None:
    (folder / SHEET).write_text(
        (folder / SHEET).read_text(encoding="utf-8").replace("money: 15000", "money: 25000"), encoding="utf-8"
    )
    told = [one for one in change("15.000", "25.000") if one.startswith(ANSWERS)]
    lines = (folder / ANSWERS).read_text(encoding="utf-8").splitlines()
    assert told and all("aspect: fee" in lines[int(one.split(":")[1]) - 1] for one in told)
    assert "không nói: " in told[0] and told[0].endswith(f"content gold {CODE} --write")


def test_a_name_that_went_elsewhere_is_named(change: Callable[[str, str], list[str]]) -> None:
    assert [one for one in change("- sổ tạm trú\n", "") if "'sổ tạm trú' không còn là tên gọi" in one]


def test_the_command_writes_what_is_said_now(folder: Path, tongdai: Command) -> None:
    before = (folder / ANSWERS).read_text(encoding="utf-8")
    printed = tongdai("content", "gold", CODE, "--content", folder).out
    assert 'code: "1.004194"' in printed and "15.000 đồng" in printed and "- aspect: fee" in printed
    (folder / ANSWERS).unlink()
    assert tongdai("content", "gold", "--all", "--write", "--content", folder).out.split() == [
        "ket_hon.yml",
        "khai_sinh.yml",
        "tam_tru.yml",
    ]
    after = (folder / ANSWERS).read_text(encoding="utf-8")
    assert [one for one in after.splitlines() if not one.startswith("today")] == [
        one for one in before.splitlines() if not one.startswith("today")
    ]
    assert check(folder, learn=False).problems == ()
    assert tongdai("content", "gold", "9.999999", "--content", folder).status == 2
    assert tongdai("content", "gold", "--content", folder).status == 2


def test_seeded_faults_are_caught_and_survivors_named(folder: Path, tongdai: Command) -> None:
    told = tongdai("content", "check", folder, "--mutate", "--each", "6", "--json").lines[0]
    kinds = {one["kind"]: one for one in told["kinds"]}
    assert all(kinds[kind]["tried"] for kind in kinds) and told["tried"] > 40
    for kind in ("fee changed", "time changed", "alias moved", "status raised", "answer of another aspect"):
        assert kinds[kind]["caught"] == kinds[kind]["tried"], kinds[kind]
    (folder / ANSWERS).unlink()
    survivors = [one for hunted in Hunt(folder).run(6) for one in hunted.survived]
    assert any(one.file == SHEET and one.line > 1 for one in survivors)
    assert "còn sót" in tongdai("content", "check", folder, "--mutate", "--each", "6").out


def test_coverage_names_what_no_conversation_goes_through(folder: Path, tongdai: Command) -> None:
    some = coverage(folder)
    shutil.copyfile(SHIPPED / "gold" / "69_khong_ai_nghe_may.yml", folder / "gold" / "69_khong_ai_nghe_may.yml")
    more = coverage(folder)
    assert some.steps_reached < more.steps_reached <= more.steps and "gap_can_bo.1" in set(some.missing) - set(
        more.missing
    )
    assert "chưa qua" in tongdai("content", "check", folder, "--coverage").out
    assert tongdai("content", "check", folder, "--coverage", "--json").lines[0]["steps"] == more.steps


def test_the_report_counts_by_aspect(folder: Path, tongdai: Command) -> None:
    path = folder / SHEET
    text = path.read_text(encoding="utf-8")
    reviewed = text.replace("status: unreviewed", "status: sayable\n  reviewer: cán bộ A\n  review_by: 2026-12-31", 1)
    path.write_text(reviewed, encoding="utf-8")
    told = tongdai("content", "report", folder, "--as-of", "2026-12-31", "--json").lines[0]
    row = next(one for one in told["procedures"] if one["code"] == CODE)
    assert row["aspects"]["general"] == {"sayable": 1, "demo": True, "production": True}
    assert row["aspects"]["fee"] == {"unreviewed": 2, "demo": True, "production": False}
    assert told["totals"]["sayable"] == 1 and told["spoken"]["production"] == 1
    late = tongdai("content", "report", folder, "--as-of", "2027-01-01", "--json").lines[0]
    assert late["totals"]["review over"] == 1 and late["spoken"]["production"] == 0
    warnings = check(folder, learn=False, today=date(2027, 1, 1)).warnings
    assert any("hết hạn duyệt từ 31/12/2026" in str(one) for one in warnings)
    facts = tongdai("content", "report", folder, "--facts", CODE, "--as-of", "2026-12-31")
    assert "general: Đăng ký tạm trú làm ở" in facts.out and len(facts.out.splitlines()[1].split()[0]) == 8
    assert tongdai("content", "report", folder, "--facts", "9.999999").status == 2


def test_a_change_takes_effect_at_midnight_without_anything_being_published(folder: Path, tongdai: Command) -> None:
    text = (folder / SHEET).read_text(encoding="utf-8")
    dated = "valid_from: 2025-01-01\nvalid_to: 2026-12-31\nshort_name:"
    (folder / SHEET).write_text(text.replace("short_name:", dated), encoding="utf-8")
    later = text.replace("short_name:", "valid_from: 2027-01-01\nshort_name:").replace("15.000", "20.000")
    (folder / "procedures" / "tam_tru_2027.yml").write_text(later.replace("15000", "20000"), encoding="utf-8")
    assert check(folder, learn=False).problems == ()
    for day, fee in (("2026-12-31", "15.000 đồng"), ("2027-01-01", "20.000 đồng")):
        assert fee in tongdai("content", "report", folder, "--facts", CODE, "--as-of", day).out


def test_the_day_of_a_call_is_that_on_which_it_began(folder: Path) -> None:
    """One engine, as a hotline has it that was started before midnight."""
    text = (folder / SHEET).read_text(encoding="utf-8").replace("15.000", "20.000").replace("15000", "20000")
    later = text.replace("short_name:", "valid_from: 2027-01-01\nshort_name:")
    (folder / "procedures" / "tam_tru_2027.yml").write_text(later, encoding="utf-8")
    text = (folder / SHEET).read_text(encoding="utf-8")
    (folder / SHEET).write_text(text.replace("short_name:", "valid_to: 2026-12-31\nshort_name:"), encoding="utf-8")
    engine = Engine(Content.load(folder))
    ask = AskYaml(aspect=Aspect.FEE)
    before, after = (hear(engine, CODE, ask, day).first for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert "15.000 đồng" in before and "20.000 đồng" in after and "20.000" not in before
