"""`content gold`: what must be said about a procedure, written from its sheet for somebody to read."""

import argparse
import json
from pathlib import Path
from typing import Any

from dialogs.content import Content
from dialogs.gold_answers import FOLDER
from hotline.bundles.gold_written import gold_text
from hotline.errors import UsageError
from hotline.knowledge import today
from hotline.settings import Settings
from procedures.sheets import Sheet, read_sheets


def add_actions(actions: Any, common: argparse.ArgumentParser) -> None:
    """`actions`: of `argparse`, whose own type is private."""
    gold = actions.add_parser("gold", parents=[common], help="viết câu trả lời mẫu của một thủ tục để đọc duyệt")
    gold.add_argument("codes", nargs="*", metavar="CODE")
    gold.add_argument("--all", action="store_true", help="mọi thủ tục")
    gold.add_argument("--write", action="store_true", help=f"ghi vào {FOLDER}/ thay vì in ra")
    gold.add_argument("--content", type=Path, metavar="FOLDER", help="thư mục nội dung (theo cài đặt)")


def run_gold(arguments: argparse.Namespace, settings: Settings) -> int:
    """Raises `ProcedureError`, `OSError`."""
    folder: Path = arguments.content or settings.content.folder
    content = Content.load(folder)
    sheets = [sheet for sheet in read_sheets(folder / "procedures") if sheet.procedure.valid_to is None]
    by_code = {sheet.procedure.code: sheet for sheet in sheets}
    codes: list[str] = list(by_code) if arguments.all else arguments.codes
    if not codes:
        raise UsageError("CODE: cần mã thủ tục, hoặc --all")
    if unknown := next((code for code in codes if code not in by_code), ""):
        raise UsageError(f"CODE: nội dung không có thủ tục {unknown}")
    texts = {_file(by_code[code]): gold_text(content, by_code[code].procedure, today()) for code in codes}
    if arguments.write:
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / FOLDER / file).write_text(text, encoding="utf-8")
    if arguments.json:
        print(json.dumps({"files": {file: "" if arguments.write else text for file, text in texts.items()}}))
    else:
        print("\n".join(sorted(texts)) if arguments.write else "\n".join(texts.values()), end="\n")
    return 0


def _file(sheet: Sheet) -> str:
    """The name of the sheet."""
    return sheet.source.file
