"""A record as the National Portal's JSON has it, into our own shape.

Fields as seen in the portal's answers of July 2026 (`code`, `executionMethods`, `executionCases`, …).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from contracts.clock import HANOI
from procedures.records.record import UNSPECIFIED, dicts, mapping

_METHODS = {"ONLINE": "online", "DIRECT": "in_person", "POSTAL": "postal"}
_UNITS = {"WORKING_DAY": "working_day", "DAY": "day", "HOUR": "hour"}
_UNIT_WORDS = {"working_day": "ngày làm việc", "day": "ngày", "hour": "giờ"}
_FEES = {"FEE": "fee_le_phi", "SERVICE_FEE": "charge_phi"}
_SCOPES = {"STANDARD": "national", "SPECIFIC": "province_specific", "STANDARD_INTERNAL": "internal"}
_LEVELS = {"isMinistry": "ministry", "isProvince": "province", "isWard": "commune", "isOtherAgency": "other"}
_DOCUMENT_TYPES = (
    (r"/NĐ-CP", "decree"),
    (r"/NQ-CP", "government_resolution"),
    (r"/TT(LT)?-", "circular"),
    (r"/QH\d|/UBTVQH", "law_or_resolution_of_national_assembly"),
    (r"/NQ-HĐND", "provincial_council_resolution"),
    (r"/QĐ-", "decision"),
)
_STEP = re.compile(r"\n\s*(?=Bước|-|\+|\*|[a-zđ]\))")
_IN_TEXT = re.compile(r"(\d{1,3}(?:[.,]\d{3})+)\s*(?:đ\b|đồng|VNĐ|VND)", re.IGNORECASE)


def is_portal(data: Mapping[str, Any]) -> bool:
    return "executionMethods" in data or "executionSteps" in data or "codeNotation" in data


def from_portal(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "procedure_code": str(data.get("codeNotation") or data.get("code") or ""),
        "name": _text(data.get("name")),
        "field": _field(data),
        "portal_id": data.get("id"),
        "promulgating_agency": data.get("departmentPromulgateName"),
        "levels": [level for flag, level in _LEVELS.items() if data.get(flag)],
        "procedure_type": data.get("formalityType"),
        "scope": _SCOPES.get(str(data.get("type")), data.get("type")),
        "target_subjects": _names(data.get("subjectTypesDetails")),
        "executing_agency": _names(data.get("departmentsExecuting")) or _names(data.get("unitGroupsExecuting")),
        "competent_agency": _names(data.get("departmentsAuthority")) or _names(data.get("unitGroupsAuthority")),
        "receiving_address": _text(data.get("dossierReceivingAddresses")),
        "submission_methods": [_method(one) for one in dicts(data.get("executionMethods"))],
        "processing_cases": [_case(one) for one in dicts(data.get("cases"))],
        "documents": _documents(data.get("executionCases")),
        "steps": _steps(data.get("executionSteps")),
        "requirements": _text(data.get("requirementsAndConditions")),
        "results": _names(data.get("resultsDetails")),
        "legal_basis": [_basis(one) for one in dicts(data.get("legalBasisesDetails"))],
        "keywords": _text(data.get("keywords")),
        "decision": _decision(data.get("procedureProposal")),
        "status": data.get("state"),
        "online": {"full_process": bool(data.get("isFullProcess")), "offline_only": bool(data.get("isOfflineOnly"))},
        "non_territorial": bool(data.get("isNonTerritorial")),
        "life_event_groups": _names(data.get("serviceGroupsDetails")),
        "portal_url": f"https://dichvucong.gov.vn/thu-tuc-hanh-chinh/{data['id']}" if data.get("id") else None,
        "source_updated_at": _day(data.get("updatedAt")),
    }


def _field(data: Mapping[str, Any]) -> dict[str, Any]:
    category = mapping(data.get("category")) or next(iter(dicts(data.get("categoriesDetails"))), mapping(None))
    return {"code": category.get("code"), "name": category.get("name")}


def _method(given: Mapping[str, Any]) -> dict[str, Any]:
    amount, unit = given.get("processingTime"), _UNITS.get(str(given.get("processingTimeUnit")), UNSPECIFIED)
    said = "" if amount is None else f"{amount} {_UNIT_WORDS.get(unit, '')}".strip()
    return {
        "method": _METHODS.get(str(given.get("submissionMethod")), str(given.get("submissionMethod")).lower()),
        "processing_time": {"value": amount, "unit": unit, "text": said},
        "fees": [_fee(one) for one in dicts(given.get("fees"))],
        "note": _text(given.get("description")),
    }


def _fee(given: Mapping[str, Any]) -> dict[str, Any]:
    amount, currency, text = given.get("value"), given.get("currencyName"), _text(given.get("description"))
    in_dong = currency is None or "việt nam" in str(currency).lower() or str(currency).upper().startswith("VN")
    fee = {
        "type": _FEES.get(str(given.get("type")), UNSPECIFIED),
        "amount_vnd": amount if in_dong else None,
        "currency": currency,
        "amount": amount,
        "text": text,
    }
    written = amounts_in(text)
    return fee | {"amounts_in_text": written} if written else fee


def amounts_in(text: str) -> list[int]:
    """Sums in đồng that a text names, each once."""
    return list(dict.fromkeys(int(re.sub(r"[.,]", "", found)) for found in _IN_TEXT.findall(text)))


def _case(given: Mapping[str, Any]) -> dict[str, Any]:
    day = mapping(given.get("processingDay"))
    return {
        "case_code": given.get("code"),
        "name": _text(given.get("name")),
        "value": day.get("qty"),
        "unit": _UNITS.get(str(day.get("type")), UNSPECIFIED),
    }


def _documents(cases: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for case in dicts(cases):
        for paper in dicts(case.get("profileComponents")):
            original, copies = paper.get("originalQty"), paper.get("copyQty")
            attached = dicts(paper.get("attachments"))
            found.append(
                {
                    "case": _text(case.get("name")),
                    "name": _text(paper.get("name")),
                    "original_qty": original,
                    "copy_qty": copies,
                    "form_file": str(attached[0].get("fileName") or "") if attached else "",
                    "kind": "document" if original or copies else "note",
                }
            )
    return found


def _steps(steps: object) -> list[str]:
    texts = [str(step.get("description") or step.get("name") or "") for step in dicts(steps)]
    return [part.strip() for text in texts for part in _STEP.split(text.strip()) if part.strip()]


def _basis(given: Mapping[str, Any]) -> dict[str, Any]:
    code = str(given.get("code") or "")
    kind = next((kind for pattern, kind in _DOCUMENT_TYPES if re.search(pattern, code)), "other")
    return {"code": code, "name": _text(given.get("name")), "doc_type": kind}


def _decision(given: object) -> dict[str, Any] | None:
    proposal = mapping(given)
    if not proposal:
        return None
    agency = mapping(proposal.get("issuingAgency"))
    return {
        "number": proposal.get("proposalNumber") or proposal.get("decisionNumber"),
        "date": _day(proposal.get("decisionDate")),
        "published": _day(proposal.get("publicationDate")),
        "agency": agency.get("name"),
    }


def _names(given: object) -> list[str]:
    return [name for one in dicts(given) if (name := _text(one.get("name")))]


def _text(given: object) -> str:
    """The portal's lists of texts are one text, a line each."""
    if isinstance(given, list):
        return "\n".join(filter(None, map(_text, cast(list[object], given))))
    return str(given).strip() if given is not None else ""


def _day(milliseconds: object) -> str | None:
    """The portal counts milliseconds since 1970; its day is Hà Nội's."""
    if not isinstance(milliseconds, int):
        return str(milliseconds)[:10] if milliseconds else None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(HANOI).date().isoformat()
