"""Which files content consists of; a file that nobody reads is a mistake in its name."""

from pathlib import Path

from dialogs.bundle_files import bundle_files
from hotline.bundles.problems import Problem

SINGLE = (
    "ambiguities.yml",
    "catalogue/colloquial.tsv",
    "catalogue/names.tsv.gz",
    "domain.yml",
    "flows.yml",
    "nlu.yml",
    "responses.yml",
    "thresholds.yml",
)
MAY_BE = ("catalogue/others.tsv", "sources.jsonl", "places/points.yml", "places/wards.yml")
MANY = {"procedures": "thủ tục", "gold": "cuộc gọi mẫu"}
"""Folders of `*.yml`, and what one file of them is called."""
MAY_BE_MANY = frozenset({"gold/answers"})
"""Folders of `*.yml` that may be missing."""
LARGEST_BYTES = 4_000_000
STRAYS_NAMED = 20


def layout_problems(folder: Path) -> list[Problem]:
    there = {path.as_posix() for path in bundle_files(folder)}
    problems = [_problem(name, "không có tệp này") for name in SINGLE if name not in there]
    problems += [
        _problem(where, f"không có {what} nào (tệp *.yml)")
        for where, what in MANY.items()
        if not any(_is_one_of_many(name) and name.startswith(f"{where}/") for name in there)
    ]
    strays = [name for name in sorted(there) if not _is_read(name)]
    problems += [
        _problem(name, "tệp này không được đọc đến; tên sai, đuôi phải là .yml, hay để nhầm chỗ")
        for name in strays[:STRAYS_NAMED]
    ]
    if len(strays) > STRAYS_NAMED:
        rest = f"và {len(strays) - STRAYS_NAMED} tệp khác không được đọc đến; có đúng là thư mục nội dung không"
        problems.append(_problem(strays[STRAYS_NAMED], rest))
    for name in sorted(there.difference(strays)):
        if (folder / name).stat().st_size > LARGEST_BYTES:
            problems.append(_problem(name, f"tệp lớn quá {LARGEST_BYTES // 1_000_000} MB"))
    return problems


def _is_read(name: str) -> bool:
    return name in SINGLE or name in MAY_BE or _is_one_of_many(name) or name.endswith((".md", ".txt"))


def _is_one_of_many(name: str) -> bool:
    parent, _, file = name.rpartition("/")
    return (parent in MANY or parent in MAY_BE_MANY) and file.endswith(".yml")


def _problem(file: str, problem: str) -> Problem:
    return Problem(file=file, line=1, field="", problem=problem)
