"""Conditions of flows: `NAME`, `not NAME`, `NAME OP VALUE`, joined by `and`."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Value = bool | int | float | str

NAMES = frozenset({
    "acceptance", "answer_above", "confirm_above", "confirmed", "procedure", "known", "aspect", "general", "ambiguous",
    "answered", "missing", "more", "interrupted", "waiting", "profile", "reason", "no_input", "no_match", "unclear",
    "out_of_scope", "transfers_failed", "too_early", "case_unknown", "of_others",
    "by_ward", "old_ward",
})  # fmt: skip
"""What a condition can ask about; the values are worked out by `dialogs.turn.Turn`."""

_OPERATORS: Mapping[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARISON = re.compile(r"(\w+)\s*(==|!=|<=|>=|<|>)\s*('[^']*'|[\w.]+)")
_FLAG = re.compile(r"(not\s+)?(\w+)")


class ConditionError(ValueError):
    """What is wrong, in Vietnamese; whoever reads the file adds the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    left: str
    operator: str
    right: Value
    right_is_name: bool = False

    def holds(self, values: Mapping[str, Value]) -> bool:
        right = values[str(self.right)] if self.right_is_name else self.right
        return _OPERATORS[self.operator](values[self.left], right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    text: str
    terms: tuple[_Term, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """`values` has every name of `NAMES`."""
        return all(term.holds(values) for term in self.terms)


def parse_condition(text: str) -> Condition:
    """Raises `ConditionError`."""
    return Condition(text=text, terms=tuple(_term(part.strip()) for part in re.split(r"\band\b", text)))


def _term(text: str) -> _Term:
    if match := _COMPARISON.fullmatch(text):
        left, sign, right = match.groups()
        value, is_name = _operand(right)
        if isinstance(value, str) and not is_name and sign not in ("==", "!="):
            raise ConditionError(f"chữ chỉ so sánh được bằng == hoặc !=: {text}")
        return _Term(left=_name(left), operator=sign, right=value, right_is_name=is_name)
    if match := _FLAG.fullmatch(text):
        negated, name = match.groups()
        return _Term(left=_name(name), operator="==" if negated else "!=", right=False)
    raise ConditionError(f"không hiểu điều kiện: {text!r}")


def _name(name: str) -> str:
    if name not in NAMES:
        raise ConditionError(f"không có điều kiện tên {name!r}")
    return name


def _operand(text: str) -> tuple[Value, bool]:
    if text.startswith("'"):
        return text[1:-1], False
    try:
        return float(text), False
    except ValueError:
        return _name(text), True
