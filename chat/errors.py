"""What whoever writes to the chat can be told; the words are for people.

TongdaiError
└── ChatError              status 400
    ├── NoSuchSession      "chat.no_session"     404  it is over, or never was
    ├── NobodyAskedFor     "chat.nobody_asked"   409  a contact, though no person was asked for
    ├── TooLong            "chat.too_long"       413  a request beyond what is read
    ├── FieldRefused       "chat.field"          422  names the field
    ├── TooFast            "chat.too_fast"       429  says after how many seconds again
    └── NotNow             "chat.not_now"        503  no room, or the disk does not take a contact
"""

from contracts.errors import TongdaiError


class ChatError(TongdaiError):
    code = "chat"
    status = 400
    field = ""
    """Of the request; empty: none in particular."""
    retry_after_s = 0
    """0: again will not help."""


class NoSuchSession(ChatError):
    code = "chat.no_session"
    status = 404
    field = "session"

    def __init__(self) -> None:
        super().__init__("Cuộc trò chuyện này đã kết thúc. Hãy bắt đầu lại.")


class NobodyAskedFor(ChatError):
    code = "chat.nobody_asked"
    status = 409

    def __init__(self) -> None:
        super().__init__("Chưa yêu cầu gặp cán bộ trong cuộc trò chuyện này.")


class TooLong(ChatError):
    code = "chat.too_long"
    status = 413
    field = "body"

    def __init__(self, limit: int) -> None:
        super().__init__(f"Yêu cầu dài quá {limit} byte.")


class FieldRefused(ChatError):
    code = "chat.field"
    status = 422

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class TooFast(ChatError):
    code = "chat.too_fast"
    status = 429

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"Gửi nhanh quá. Hãy chờ {retry_after_s} giây rồi gửi lại.")
        self.retry_after_s = retry_after_s


class NotNow(ChatError):
    code = "chat.not_now"
    status = 503
    retry_after_s = 30
