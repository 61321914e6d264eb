"""Vietnamese words for the codes in a call's events, for who watches a demonstration. Codes without one stand as is."""

from collections.abc import Mapping

from contracts.handoff import REASON_WORDS
from contracts.meaning import Aspect, Intent

_WORDS: Mapping[str, Mapping[str, str]] = {
    "intent": {
        Intent.ASK: "hỏi",
        Intent.YES: "đồng ý",
        Intent.NO: "không đồng ý",
        Intent.REPEAT: "nghe lại",
        Intent.SLOWER: "nói chậm lại",
        Intent.LOUDER: "nói to lên",
        Intent.CONTINUE: "nghe tiếp",
        Intent.AGENT: "gặp người",
        Intent.GOODBYE: "chào kết thúc",
        Intent.THANKS: "cảm ơn",
        Intent.GREET: "chào",
        Intent.HELP: "hỏi cách dùng",
        Intent.EMERGENCY: "khẩn cấp",
        Intent.COMPLAINT: "phản ánh",
        Intent.WHERE_NOW: "hỏi phường, xã cũ",
        Intent.OUT_OF_SCOPE: "ngoài phạm vi",
        Intent.NOTHING: "không rõ ý",
    },
    "aspect": {
        Aspect.DOCUMENTS: "giấy tờ",
        Aspect.CONDITIONS: "điều kiện",
        Aspect.FEE: "lệ phí",
        Aspect.TIME: "thời gian",
        Aspect.PLACE: "nơi nộp",
        Aspect.STEPS: "các bước",
        Aspect.RESULT: "kết quả",
        Aspect.ONLINE: "nộp trên mạng",
        Aspect.LEGAL_BASIS: "căn cứ pháp lý",
        Aspect.AGENCY: "cơ quan",
        Aspect.FORM: "mẫu đơn",
        Aspect.METHOD: "cách nộp",
        Aspect.GENERAL: "thông tin chung",
    },
    "reason": REASON_WORDS,
    "transfer": {
        "transfer.no_agent": "không có cán bộ nào nghe máy",
        "transfer.caller_gone": "người gọi đã gác máy",
        "transfer.failed": "không chuyển được",
        "transfer.refused": "tổng đài nội bộ từ chối",
        "transfer.unreachable": "tổng đài nội bộ không trả lời",
    },
    "stage": {
        "endpoint": "chờ hết câu",
        "recognition": "nhận dạng",
        "meaning": "hiểu nghĩa",
        "decision": "quyết định",
        "voice": "giọng",
    },
}


def word(kind: str, code: object) -> str:
    """`kind`: intent, aspect, reason, transfer or stage."""
    return _WORDS[kind].get(str(code), str(code))
