"""References to law: numbers of documents become their kind, number, year and issuer."""

import re

from tts.reading.letters import LETTER_NAMES, letter_names
from tts.reading.lexicon import lexicon
from tts.reading.model import Context, Rule, ends_with_word, rule

_ASSEMBLIES = {"QH": "Quốc hội", "UBTVQH": "Ủy ban Thường vụ Quốc hội", "HĐND": "Hội đồng nhân dân"}
_KIND_BEFORE = (
    r"(?:nghị định|thông tư(?: liên tịch)?|bộ luật|luật|pháp lệnh|nghị quyết|quyết định|chỉ thị|công văn|kế hoạch|"
    r"thông báo|hướng dẫn|văn bản(?: hợp nhất)?|công điện|tờ trình|báo cáo|kết luận|lệnh|quy định|hiến pháp|"
    r"nđ|tt|ttlt|qđ|nq|ct|cv|kh)"
)
_NAMED_BEFORE = re.compile(rf"(?<!\w){_KIND_BEFORE}(?:\s+[^\W\d]+){{0,12}}(?:,\s*[^\W\d]+)?\s*$")


def _number(written: str, context: Context) -> str:
    if "." in written:
        whole, part = written.split(".", 1)
        return f"{context.numbered(whole)} chấm {context.numbered(part)}"
    return context.numbered(written)


def issuer_words(code: str, context: Context) -> str | None:
    """ "BTP" → "Bộ Tư pháp", "QH15" → "Quốc hội khóa mười lăm"; None for an unknown one."""
    term = re.fullmatch(r"([A-ZĐ]+?)(\d{1,2})", code)
    if term and term[1] in _ASSEMBLIES:
        return f"{_ASSEMBLIES[term[1]]} khóa {context.number(term[2])}"
    return lexicon().issuers.get(code) or _ASSEMBLIES.get(code)


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} và {names[-1]}"


def _origin(suffix: str, context: Context) -> tuple[str, str] | None:
    """The kind and the issuers of "TTLT-BTP-BNG-BCA", "QH15", "NQ/TW"; None if it is no such suffix."""
    parts = re.split(r"[-–/]", suffix)
    kind = lexicon().documents.get(parts[0])
    rest = parts[1:] if kind else parts
    names = [issuer_words(part, context) for part in rest]
    if not (kind or names) or (names and not any(names)):
        return None
    # A department behind its ministry ("BTP-HTQTCT") is spelled.
    known = [name for name in names if name]
    spelled = "".join(f", {letter_names(part)}" for part, name in zip(rest, names, strict=True) if not name)
    issuers = _joined(known) + spelled if known else ""
    if kind is None:
        kind = "Luật" if parts[0].startswith("QH") else "Văn bản"
    return kind, issuers


def _reference(match: "re.Match[str]", context: Context) -> str | None:
    origin = _origin(match["suffix"], context)
    if origin is None:
        return None
    kind, issuers = origin
    before = context.before(match)
    if ends_with_word(before, "số"):
        lead = ""
    elif _NAMED_BEFORE.search(before):
        lead = "số "
    else:
        lead = f"{kind} số "
    year = match.groupdict().get("year")
    words = lead + _number(match["number"], context) + (f" năm {context.number(year)}" if year else "")
    return words + (f" của {issuers}" if issuers else "")


def _suffix_alone(match: "re.Match[str]", context: Context) -> str | None:
    """ "NĐ-CP" → "Nghị định của Chính phủ"."""
    origin = _origin(match[0], context)
    return f"{origin[0]} của {origin[1]}" if origin and origin[1] else None


def _point(match: "re.Match[str]", context: Context) -> str | None:
    """ "điểm đ" → "điểm đê"; a list goes on: "điểm a, b và c"."""
    before = context.before(match)
    in_list = context.previous is not None and context.previous.rule == "point"
    listed = in_list and re.search(r"(?:,|và|hoặc|đến|-)$", before)
    marks_item = context.text[match.end() : match.end() + 1] == ")"
    if not listed and not marks_item and not ends_with_word(before, _LETTERED):
        return None
    # As an acronym's letter d and đ sound alike; as points of one list they must not.
    return "dê" if match[0].lower() == "d" else LETTER_NAMES[match[0].lower()]


_LETTERED = "điểm|tiết|mẫu|loại|hạng|nhóm|nhà|lô|khu|tòa|bảng|dãy|phương án"
_SUFFIX = r"(?P<suffix>[A-ZĐ][A-ZĐa-z]*\d{0,2}(?:[-–][A-ZĐ][A-ZĐa-z]*\d{0,2})*)(?!\w)"

RULES: tuple[Rule, ...] = (
    rule("law", rf"(?P<number>\d{{1,5}}(?:\.\d{{1,3}})?)\s?/\s?(?P<year>[12]\d{{3}})\s?/\s?{_SUFFIX}", _reference),
    rule("law", rf"(?P<number>\d{{1,5}})\s?/\s?{_SUFFIX}", _reference),
    rule("law", r"(?P<number>\d{1,4})-(?P<suffix>[A-ZĐ]{2,3}/[A-ZĐ][A-ZĐa-z]+)(?!\w)", _reference),
    rule("law", r"[A-ZĐ]{2,5}(?:[-–][A-ZĐ][A-ZĐa-z]*\d{0,2})+(?!\w)", _suffix_alone),
    rule("point", r"[a-zđA-ZĐ](?![\w.]|/\w)", _point),
)
