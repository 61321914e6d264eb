import pytest

from nlu.elsewhere import is_elsewhere


@pytest.mark.parametrize(
    "text",
    [
        "ở thành phố hồ chí minh làm khai sinh nộp ở đâu",
        "thành phố hồ chí minh làm căn cước ở đâu",
        "đăng ký khai sinh ở đà nẵng mất bao nhiêu tiền",
        "làm hộ chiếu trong sài gòn thì đến đâu",
        "đăng ký tạm trú tại tỉnh bắc ninh cần gì",
    ],
)
def test_done_elsewhere(text: str) -> None:
    assert is_elsewhere(text)


@pytest.mark.parametrize(
    "text",
    [
        "làm giấy khai sinh cần giấy tờ gì",
        "tôi quê ở nam định thì đăng ký tạm trú cần gì",
        "tôi sinh ở thái bình, nay làm căn cước ở hà nội được không",
        "hộ khẩu ở nghệ an có làm hộ chiếu ở hà nội được không",
        "gia đình tôi hòa bình thì nhập khẩu thế nào",
        "huế",
        "",
    ],
)
def test_not_done_elsewhere(text: str) -> None:
    assert not is_elsewhere(text)
