"""What the simulated callers ask in the benchmarks: our own sentences, none of them a training example."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    text: str
    """As said: lower case, numbers as words."""
    procedure: str
    """Code."""
    aspect: str


def _questions(procedure: str, **texts: str) -> list[Question]:
    return [Question(text=text, procedure=procedure, aspect=aspect) for aspect, text in texts.items()]


QUESTIONS: tuple[Question, ...] = (
    *_questions(
        "1.001193",
        documents="cho tôi hỏi đi làm giấy khai sinh cho con thì cần những giấy tờ gì",
        fee="làm giấy khai sinh cho cháu thì mất bao nhiêu tiền",
        time="đăng ký khai sinh thì mấy ngày có kết quả",
        place="muốn làm khai sinh cho con thì nộp hồ sơ ở đâu",
    ),
    *_questions(
        "1.000894",
        documents="tôi muốn hỏi đăng ký kết hôn cần mang theo giấy tờ gì",
        fee="lệ phí đăng ký kết hôn là bao nhiêu vậy",
        time="làm giấy kết hôn thì bao lâu mới xong",
        place="đăng ký kết hôn thì phải đến chỗ nào để nộp",
    ),
    *_questions(
        "1.000656",
        documents="bố tôi mới mất thì làm giấy khai tử cần những giấy tờ gì",
        fee="đăng ký khai tử có mất lệ phí không",
        time="làm giấy chứng tử mất mấy ngày",
    ),
    *_questions(
        "1.004222",
        documents="đăng ký thường trú thì cần chuẩn bị giấy tờ gì",
        fee="nhập hộ khẩu hết bao nhiêu tiền lệ phí",
        time="thời gian giải quyết đăng ký thường trú là bao lâu",
    ),
    *_questions(
        "1.004194",
        documents="tôi ở trọ muốn đăng ký tạm trú thì cần giấy tờ gì",
        fee="đăng ký tạm trú có phải nộp lệ phí không ạ",
        time="đăng ký tạm trú thì bao nhiêu ngày xong",
    ),
    *_questions(
        "2.000815",
        documents="chứng thực bản sao thì tôi phải mang theo giấy tờ gì",
        fee="lệ phí chứng thực bản sao từ bản chính là bao nhiêu tiền",
    ),
    *_questions(
        "1.004873",
        documents="xin giấy xác nhận tình trạng hôn nhân cần những giấy tờ gì",
        fee="làm giấy xác nhận độc thân mất bao nhiêu tiền",
        time="xin giấy xác nhận tình trạng hôn nhân thì mấy ngày có",
    ),
    *_questions(
        "1.001612",
        documents="thành lập hộ kinh doanh thì hồ sơ gồm những giấy tờ gì",
        time="đăng ký hộ kinh doanh thì bao lâu được cấp giấy",
        place="tôi muốn mở hộ kinh doanh thì nộp hồ sơ ở đâu",
    ),
)
