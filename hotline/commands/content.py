"""Check content, publish it to the running hotline, and take that back.

FOLDER is content.folder of the settings unless given. Bundles are named by their id or its beginning.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from contracts.clock import HANOI
from contracts.errors import TongdaiError
from hotline.bundles.check import Checked, check
from hotline.bundles.compare import compare
from hotline.bundles.errors import BundleBroken, BundleError, ContentRefused
from hotline.bundles.history import Action, Entry
from hotline.bundles.problems import Problem
from hotline.bundles.publishing import open_store, publish
from hotline.bundles.store import BundleStore
from hotline.commands import (
    content_gold,
    content_import,
    content_mutate,
    content_on_air,
    content_places,
    content_report,
)
from hotline.errors import UsageError
from hotline.settings import load_settings

_DONE = {Action.START: "bắt đầu", Action.PUBLISH: "đưa lên", Action.ROLLBACK: "quay lại"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    common.add_argument("--config", type=Path, metavar="FILE")
    common.add_argument("--json", action="store_true", help="một tài liệu JSON")
    note = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    note.add_argument("--note", default="", metavar="TEXT", help="ghi lại vì sao")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    checking = actions.add_parser("check", parents=[common], help="kiểm tra, chỉ ra mọi chỗ sai theo tệp và dòng")
    checking.add_argument("--mutate", action="store_true", help="gieo lỗi vào bản sao, đếm xem kiểm tra thấy bao nhiêu")
    checking.add_argument("--each", type=int, metavar="N", help="với --mutate: nhiều nhất N lỗi mỗi loại")
    checking.add_argument("--coverage", action="store_true", help="bước, nhánh nào của flows.yml mẫu chưa đi qua")
    publishing = actions.add_parser("publish", parents=[common, note], help="kiểm tra rồi dùng cho các cuộc gọi tới")
    for one in (checking, publishing):
        one.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    back = actions.add_parser("rollback", parents=[common, note], help="quay lại bản trước, hoặc bản có mã ID")
    back.add_argument("bundle", nargs="?", metavar="ID")
    actions.add_parser("list", parents=[common], help="bản nào đã được dùng, khi nào, do ai")
    diff = actions.add_parser("diff", parents=[common], help="hai bản khác nhau ở tệp nào")
    for side in ("a", "b"):
        diff.add_argument(side, metavar=side.upper(), help="mã của bản, live, hoặc một thư mục")
    content_on_air.add_actions(actions, common)
    for one in (content_import, content_report, content_gold):
        one.add_actions(actions, common)
    content_places.add_actions(actions, common)


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config)
    if arguments.action in content_on_air.ACTIONS:
        return content_on_air.run_action(arguments, settings)
    store = open_store(settings)
    try:
        match arguments.action:
            case "import":
                return content_import.run_import(arguments, settings)
            case "places":
                return content_places.run_places(arguments, settings)
            case "report":
                return content_report.run_report(arguments, settings)
            case "gold":
                return content_gold.run_gold(arguments, settings)
            case "check":
                return _check_action(_folder(arguments, settings.content.folder), arguments)
            case "publish":
                return _publish(store, _folder(arguments, settings.content.folder), arguments)
            case "rollback":
                return _rollback(store, arguments)
            case "list":
                return _list(store, as_json=arguments.json)
            case _:
                return _diff(store, arguments)
    except OSError as error:
        raise BundleError(f"{error.filename or store.folder}: {error.strerror}") from error


def _folder(arguments: argparse.Namespace, default: Path) -> Path:
    folder: Path = arguments.folder or default
    if not folder.is_dir():
        raise UsageError(f"{folder}: không có thư mục này")
    return folder


def _check_action(folder: Path, arguments: argparse.Namespace) -> int:
    if arguments.mutate:
        return content_mutate.run_mutate(folder, arguments.each, as_json=arguments.json)
    if arguments.coverage:
        return content_mutate.run_coverage(folder, as_json=arguments.json)
    return _check(folder, as_json=arguments.json)


def _check(folder: Path, *, as_json: bool) -> int:
    checked = check(folder)
    if as_json:
        warnings = [warning.to_json() for warning in checked.warnings]
        told = {"ok": not checked.problems, **_counts(checked), **_listed(checked.problems), "warnings": warnings}
        print(json.dumps(told, **_JSON))
        return 1 if checked.problems else 0
    for warning in checked.warnings:
        print(f"cảnh báo: {warning}", file=sys.stderr)
    if checked.problems:
        _show(checked.problems, sys.stdout)
    else:
        print(f"Không có chỗ sai nào: {_sizes(checked)}.")
    return 1 if checked.problems else 0


def _publish(store: BundleStore, folder: Path, arguments: argparse.Namespace) -> int:
    try:
        published = publish(store, folder, arguments.note)
    except ContentRefused as refused:
        if arguments.json:
            told = {"error": {"code": refused.code, "message": str(refused)}, **_listed(refused.problems)}
            print(json.dumps(told, **_JSON))
        _show(refused.problems, sys.stderr)
        print(f"tongdai: {refused}", file=sys.stderr)
        return refused.exit_status
    entry = published.entry
    for warning in published.checked.warnings:
        print(f"cảnh báo: {warning}", file=sys.stderr)
    if arguments.json:
        print(json.dumps({**_entry(entry), "was": (published.was or "")[:12], **_counts(published.checked)}, **_JSON))
    else:
        print(
            f"{entry.id}\nĐã đưa lên: {_sizes(published.checked)}. Cuộc gọi tới dùng bản này, cuộc đang gọi giữ bản cũ."
        )
    return 0


def _rollback(store: BundleStore, arguments: argparse.Namespace) -> int:
    if arguments.bundle is None:
        entry = store.go_back(arguments.note)
    else:
        entry = store.switch(store.find(arguments.bundle), Action.ROLLBACK, arguments.note)
    print(
        json.dumps(_entry(entry), **_JSON) if arguments.json else f"{entry.id}\nĐã quay lại bản này cho cuộc gọi tới."
    )
    return 0


def _list(store: BundleStore, *, as_json: bool) -> int:
    history = store.history()
    live = _live(store)
    if as_json:
        entries = [_entry(entry) | {"sound": _sound(store, entry)} for entry in reversed(history)]
        print(json.dumps({"live": live[:12] or None, "history": entries}, **_JSON))
        return 0
    for entry in reversed(history):
        when = entry.utc.astimezone(HANOI).strftime("%d/%m/%Y %H:%M:%S")
        marks = (
            "* " if entry is history[-1] and entry.bundle == live else "  ",
            "" if _sound(store, entry) else " (HỎNG)",
        )
        print(f"{marks[0]}{entry.id}  {when}  {_DONE[entry.action]:<8}  {entry.who}{marks[1]}  {entry.note}".rstrip())
    if not live:
        print("Chưa có bản nào được đưa lên; tổng đài dùng thư mục nội dung trong cài đặt.", file=sys.stderr)
    return 0


def _diff(store: BundleStore, arguments: argparse.Namespace) -> int:
    changes = compare(_side(store, arguments.a), _side(store, arguments.b))
    if arguments.json:
        print(json.dumps({"changes": [change.to_json() for change in changes]}, **_JSON))
    else:
        print("\n".join(map(str, changes)) or "Không khác nhau.")
    return 0


def _side(store: BundleStore, name: str) -> Path:
    if name == "live":
        live = _live(store)
        if not live:
            raise UsageError("live: chưa có bản nào được đưa lên")
        return store.path(live)
    if Path(name).is_dir():
        return Path(name)
    return store.path(store.find(name))


def _live(store: BundleStore) -> str:
    try:
        entry = store.live()
    except BundleBroken as error:
        print(f"tongdai: {error}", file=sys.stderr)
        return ""
    return entry.bundle if entry else ""


def _sound(store: BundleStore, entry: Entry) -> bool:
    try:
        store.verify(entry.bundle)
    except TongdaiError:
        return False
    return True


def _show(problems: tuple[Problem, ...], stream: Any) -> None:
    for problem in problems:
        print(problem, file=stream)


def _listed(problems: tuple[Problem, ...]) -> dict[str, Any]:
    return {"problems": [problem.to_json() for problem in problems]}


def _counts(checked: Checked) -> dict[str, int]:
    return {
        "procedures": checked.procedures,
        "facts": checked.facts,
        "examples": checked.examples,
        "conversations": checked.conversations,
    }


def _sizes(checked: Checked) -> str:
    return (
        f"{checked.procedures} thủ tục, {checked.facts} câu trả lời, {checked.examples} câu mẫu,"
        f" {checked.conversations} cuộc trò chuyện mẫu đều đúng"
    )


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "bundle": entry.id,
        "sha256": entry.bundle,
        "utc": entry.utc.isoformat(timespec="seconds"),
        "who": entry.who,
        "action": entry.action.value,
        "note": entry.note,
    }


_JSON: dict[str, Any] = {"ensure_ascii": False}
