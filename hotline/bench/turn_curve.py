from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePlan:
    turns: int = 240
    voices: int = 8
    seed: int = 20266


async def curve_rows(plan: CurvePlan) -> list[dict[str, Any]]:
    return []
