"""`content check --mutate` and `--coverage`: whether the check would see a slip of the pen."""

import json
from pathlib import Path

from hotline.mutants.coverage import coverage
from hotline.mutants.hunt import Hunt

_SHOWN = 20


def run_mutate(folder: Path, each: int | None, *, as_json: bool) -> int:
    """Raises `TongdaiError` for content that is wrong to begin with."""
    kinds = list(Hunt(folder).run(each))
    tried, caught = sum(one.tried for one in kinds), sum(one.caught for one in kinds)
    if as_json:
        told = [
            {
                "kind": one.kind.value,
                "tried": one.tried,
                "caught": one.caught,
                "unheard": one.unheard,
                "survived": [{"file": each.file, "line": each.line, "what": each.what} for each in one.survived],
            }
            for one in kinds
        ]
        print(json.dumps({"tried": tried, "caught": caught, "kinds": told}, ensure_ascii=False))
        return 0
    for one in kinds:
        share = f"{one.caught / one.tried:.1%}" if one.tried else "–"
        print(f"{one.kind.value:26} {one.caught:5} / {one.tried:<5} {share:>7}   không ai nghe khác: {one.unheard}")
        for each_fault in one.survived[:_SHOWN]:
            print(f"    còn sót {each_fault.file}:{each_fault.line}: {each_fault.what}")
        if len(one.survived) > _SHOWN:
            print(f"    … và {len(one.survived) - _SHOWN} lỗi nữa")
    print(f"{'tất cả':26} {caught:5} / {tried:<5} {caught / max(1, tried):>7.1%}")
    return 0


def run_coverage(folder: Path, *, as_json: bool) -> int:
    """Raises `TongdaiError`."""
    found = coverage(folder)
    if as_json:
        told = {
            "steps": found.steps,
            "steps_reached": found.steps_reached,
            "branches": found.branches,
            "branches_taken": found.branches_taken,
            "missing": list(found.missing),
        }
        print(json.dumps(told))
        return 0
    print(f"bước: {found.steps_reached} / {found.steps}, nhánh: {found.branches_taken} / {found.branches}")
    for place in found.missing:
        print(f"    chưa qua {place}")
    return 0
