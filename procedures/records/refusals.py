"""Changes of a record that look like a fault of the source or of the way here, not like new rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from procedures.records.record import UNSPECIFIED, Record, dicts
from procedures.records.sources import SourceRecord

_THOUSAND = 1000
_SMALLEST_FEE_VND = 1000
"""No fee is less; the portal has 135 where 135,000 is meant."""
_MOST_TIMES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    code: str
    field: str
    why: str

    def __str__(self) -> str:
        return f"{self.code}: {self.field}: {self.why}"


def refusals(old: SourceRecord | None, new: SourceRecord, record: Record) -> Iterator[Refusal]:
    """`record`: the new one. Fields that are as they were are never refused."""

    def refuse(field: str, why: str) -> Refusal:
        return Refusal(code=new.code, field=field, why=why)

    same = {field for field, value in new.fields.items() if old is not None and old.fields.get(field) == value}
    if old is not None:
        if old.updated and new.updated and new.updated < old.updated:
            yield refuse("source_updated_at", f"cũ hơn bản đã đọc: {new.updated}, đã có {old.updated}")
        for field, why in _shrunk(old, new):
            if field not in same:
                yield refuse(field, why)
        for name, time in old.times.items():
            if why := _lost_unit(name, time, new.times.get(name)):
                field = "processing_cases" if name[:1].isdigit() else "submission_methods"
                if field not in same:
                    yield refuse(field, why)
    if "submission_methods" not in same:
        yield from (refuse("submission_methods", why) for why in _fees(old, new, record))


def _shrunk(old: SourceRecord, new: SourceRecord) -> Iterator[tuple[str, str]]:
    for field, (entries, chars) in old.sizes.items():
        now_entries, now_chars = new.sizes.get(field, (0, 0))
        if entries and not now_entries:
            yield field, f"trước có {entries} mục, nay trống"
        elif now_entries * 2 < entries:
            yield field, f"từ {entries} mục còn {now_entries}"
        elif now_chars * 2 < chars:
            yield field, f"từ {chars} chữ còn {now_chars}"


def _lost_unit(name: str, old: str, new: str | None) -> str:
    had = not old.endswith(UNSPECIFIED)
    if new is not None and had and new.endswith(UNSPECIFIED):
        return f"{name}: thời hạn mất đơn vị: {old} → {new}"
    return ""


def _fees(old: SourceRecord | None, new: SourceRecord, record: Record) -> Iterator[str]:
    for method in dicts(record.get("submission_methods")):
        name = str(method.get("method"))
        before = old.fees.get(name, ()) if old else ()
        for fee in dicts(method.get("fees")):
            amount, written = fee.get("amount_vnd"), fee.get("amounts_in_text") or ()
            if isinstance(amount, int) and amount not in before:
                yield from _odd_amount(name, amount, written)
        yield from _jump(name, before, new.fees.get(name, ()))


def _odd_amount(name: str, amount: int, written: Sequence[int]) -> Iterator[str]:
    if amount * _THOUSAND in written or (0 < amount < _SMALLEST_FEE_VND):
        yield f"{name}: phí {amount} đồng, có lẽ là {amount * _THOUSAND}"
    elif amount % _THOUSAND == 0 and amount and amount // _THOUSAND in written:
        yield f"{name}: phí {amount} đồng, chữ kèm theo ghi {amount // _THOUSAND}"


def _jump(name: str, before: Sequence[int], now: Sequence[int]) -> Iterator[str]:
    """Fees of the same number are compared each, in order; else the highest."""
    was, are = sorted(filter(None, before)), sorted(filter(None, now))
    if was and not are and now:
        yield f"{name}: phí {', '.join(map(str, was))} nay là 0; số 0 trên Cổng chưa phải là miễn phí"
    pairs = zip(was, are, strict=True) if len(was) == len(are) else zip(was[-1:], are[-1:], strict=False)
    for one, other in pairs:
        if one != other and max(one, other) > _MOST_TIMES * min(one, other):
            yield f"{name}: phí từ {one} thành {other} đồng"


def accepted(refusal: Refusal, names: Mapping[str, object] | Sequence[str]) -> bool:
    """Names as `--accept` takes them: a field, or CODE:FIELD."""
    return refusal.field in names or f"{refusal.code}:{refusal.field}" in names
