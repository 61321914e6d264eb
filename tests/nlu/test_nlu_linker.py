from pathlib import Path

import pytest

from nlu.ambiguities import Ages, Ambiguity, load_ambiguities, said_age
from nlu.embedded import EmbeddedInterpreter
from nlu.errors import TrainingDataError
from nlu.link_targets import LinkTarget, load_colloquial, load_others, merge_targets, name_key, plain_name
from nlu.linker import Linker


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("đăng ký khai sinh cần giấy tờ gì", "1.001193"),
        ("con tui mới đẻ giờ mần giấy khai sanh răng", "1.001193"),
        ("làm giấy khai xinh cho cháu", "1.001193"),
        ("xin chích lục khai sinh", "2.000635"),
        ("nhập hộ khẩu cho vợ thì nàm thế nào", "1.004222"),
        ("lý lịch tư phát hết bao nhiêu", "3.000333"),
        ("hai đứa em muốn đăng kí kết hôn", "1.000894"),
        ("làm hôn thú ở đâu", "1.000894"),
        ("giấy xác nhận độc thân", "1.004873"),
        ("cái giấy chứng tử của ông cụ", "1.000656"),
        ("đổi bằng lái xe ở đâu", "3.000347"),
        ("bằng lái xe của tôi bị mất", "3.000348"),
        ("lấy chồng nước ngoài đăng ký kết hôn thế nào", "2.000806"),
        ("đăng ký giám hộ nộp ở đâu", "1.004837"),
        ("đăng ký lại khai sinh", "1.004884"),
        ("gia hạn tạm trú", "1.002755"),
        ("đăng ký khai tử có yếu tố nước ngoài", "1.001766"),
        ("thế chấp sổ ở ngân hàng", "1.011441"),
    ],
)
def test_links_dialect_noise_and_neighbours(interpreter: EmbeddedInterpreter, text: str, code: str) -> None:
    link = interpreter.linker.link(text)
    codes = link.ambiguous or tuple(candidate.procedure_code for candidate in link.candidates[:1])
    assert code in codes, link


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("giấy phép kinh doanh mất bao lâu", {"1.001612", "2.001610"}),
        ("làm sổ đỏ hết bao nhiêu tiền", {"1.013978", "1.013831"}),
        ("thủ tục sang tên", {"1.013831", "1.013076"}),
        ("mai táng phí nộp ở đâu", {"1.001731", "1.014028", "2.000821"}),
        ("mất giấy khai sinh thì làm sao", {"2.000635", "1.004884"}),
    ],
)
def test_families_stay_ambiguous(interpreter: EmbeddedInterpreter, text: str, codes: set[str]) -> None:
    link = interpreter.linker.link(text)
    assert codes <= set(link.ambiguous)
    assert link.code is None
    assert {candidate.procedure_code for candidate in link.candidates[: len(link.ambiguous)]} == set(link.ambiguous)


@pytest.mark.parametrize(
    ("text", "code"), [("xin giấy phép kinh doanh quán phở", "1.001612"), ("sang tên cái xe máy cũ", "1.013076")]
)
def test_cues_decide_a_family(interpreter: EmbeddedInterpreter, text: str, code: str) -> None:
    assert interpreter.linker.link(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "cần giấy tờ gì",
        "hết bao nhiêu tiền",
        "nộp ở đâu hả em",
        "mấy ngày thì xong",
        "mai trời có mưa không",
        "",
        "!!!",
    ],
)
def test_no_false_link(interpreter: EmbeddedInterpreter, text: str) -> None:
    assert interpreter.linker.link(text).candidates == ()


def test_a_name_outside_the_content_is_known_but_not_answered(interpreter: EmbeddedInterpreter) -> None:
    link = interpreter.linker.link("thủ tục chuyển trường cho cháu")
    assert link.code == "2.002854"
    assert not interpreter.linker.targets["2.002854"].answered


def test_an_official_name_is_taken_before_what_only_resembles_it(interpreter: EmbeddedInterpreter) -> None:
    link = interpreter.linker.link("lệ phí đăng ký quyền sở hữu tàu bay")
    assert link.code == "1.003541" and not link.ambiguous
    assert not interpreter.linker.targets["1.003541"].answered


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("lệ phí đăng ký thế chấp tàu bay", "1.011423", "đăng ký thế chấp tàu bay"),
        ("thế chấp tàu biển thì làm thế nào", "1.011429", "đăng ký thế chấp tàu biển"),
        ("ly hôn cần giấy tờ gì", "0.000001", "ly hôn ở tòa án"),
        ("đơn xin ly hôn nộp ở đâu", "0.000001", "ly hôn ở tòa án"),
        # A name without its official beginning
        ("bảo hiểm thất nghiệp nộp ở đâu", "1.014745", "tham gia bảo hiểm thất nghiệp"),
        # A family's words are a part of a longer name
        ("tiền trợ cấp thất nghiệp bao lâu thì có", "1.014748", "hưởng trợ cấp thất nghiệp"),
        ("xin trợ cấp thất nghiệp", "1.014748", "hưởng trợ cấp thất nghiệp"),
        ("trợ cấp tuất một lần", "1.014179", "hưởng trợ cấp tuất một lần"),
    ],
)
def test_the_longest_name_is_the_one_that_is_meant(
    interpreter: EmbeddedInterpreter, text: str, code: str, name: str
) -> None:
    link = interpreter.linker.link(text)
    assert (link.code, link.candidates[0].name.lower()) == (code, name)


def test_a_family_within_a_longer_name_does_not_lead() -> None:
    targets = [
        LinkTarget(code="1", name="đổi bằng lái xe"),
        LinkTarget(code="2", name="cấp lại bằng lái xe"),
        LinkTarget(code="3", name="bằng lái quốc tế", answered=False),
    ]
    linker = Linker(targets, [Ambiguity(phrases=("bằng lái xe",), codes=("1", "2"))])
    assert linker.link("bằng lái xe quốc tế").code == "3"
    assert linker.link("bằng lái xe").ambiguous == ("1", "2")


def test_of_names_with_one_beginning_more_words_tell_which() -> None:
    """Else what they have in common is the name: no one of them is told as the caller's."""
    names = [
        LinkTarget(code="1", name="Giải quyết trợ cấp một lần đối với thanh niên xung phong", answered=False),
        LinkTarget(code="2", name="Hưởng trợ cấp một lần đối với dân quân tự vệ", answered=False),
    ]
    ours = [LinkTarget(code="3", name="trợ cấp tuổi già"), LinkTarget(code="4", name="trợ cấp khuyết tật")]
    linker = Linker([*ours, *names], [Ambiguity(phrases=("trợ cấp",), codes=("3", "4"))])
    assert linker.link("trợ cấp một lần cho dân quân").candidates[0].name == names[1].name
    link = linker.link("trợ cấp một lần khi nghỉ hưu")
    assert not link.ambiguous and link.candidates[0].name == "trợ cấp một lần"
    assert linker.link("xin trợ cấp").ambiguous == ("3", "4")


def test_of_a_long_official_name_what_was_said_of_it_is_spoken() -> None:
    name = "Hưởng trợ cấp thai sản đối với người tham gia bảo hiểm xã hội tự nguyện ở nước ngoài về"
    link = Linker([LinkTarget(code="1", name=name, answered=False)]).link("trợ cấp thai sản cần giấy tờ gì")
    assert (link.code, link.candidates[0].name) == ("1", "trợ cấp thai sản")


@pytest.mark.parametrize(
    "text",
    [
        "vợ chồng ly hôn thì tách hộ thế nào",
        "tôi ly hôn rồi muốn xin giấy độc thân",
        "ly hôn xong muốn đăng ký kết hôn lại",
    ],
)
def test_a_matter_of_others_gives_way_to_what_else_is_named(interpreter: EmbeddedInterpreter, text: str) -> None:
    codes = [candidate.procedure_code for candidate in interpreter.linker.link(text).candidates]
    assert codes and "0.000001" not in codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("bằng lái mất bao lâu", ("3.000347", "3.000348", "3.000346")),
        ("thẻ căn cước mất mấy ngày", ("2.000200", "2.001195", "2.001194")),
        ("đăng ký xe mất bao nhiêu tiền", ("1.012575", "1.013076", "1.013082", "1.013079")),
        ("biển số xe mất bao lâu", ("1.012575", "1.013079", "1.013082")),
    ],
)
def test_how_long_it_takes_is_no_word_of_a_loss(
    interpreter: EmbeddedInterpreter, text: str, codes: tuple[str, ...]
) -> None:
    assert interpreter.linker.link(text).ambiguous == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("giấy tờ xe của tôi bị mất", "1.013082"),
        ("biển số bị mờ thì đổi ở đâu", "1.013079"),
        ("làm căn cước cho con tám tuổi", "1.012549"),
        ("căn cước cho bé ba tuổi", "1.116410"),
        ("làm căn cước cho con mười lăm tuổi ở đâu", "2.000200"),
        ("trước bạ xe máy bao nhiêu tiền", "1.007700"),
        ("mất giấy phép kinh doanh của công ty", "2.002018"),
        ("đổi tên trên sổ đỏ cho con", "1.013831"),
    ],
)
def test_a_word_beside_a_family_decides(interpreter: EmbeddedInterpreter, text: str, code: str) -> None:
    assert interpreter.linker.link(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        "khám nghĩa vụ quân sự ở đâu",
        "đi khám nghĩa vụ cần giấy tờ gì",
        "khám tuyển nghĩa vụ quân sự",
        "bao giờ thì khám tuyển",
        "khám sức khỏe nghĩa vụ quân sự ở chỗ nào",
    ],
)
def test_a_matter_of_others_leads_over_what_is_within_it(interpreter: EmbeddedInterpreter, text: str) -> None:
    """Who asks where the medical examination is must not be told where one registers."""
    link = interpreter.linker.link(text)
    assert (link.code, link.candidates[0].name) == ("0.000002", "khám nghĩa vụ quân sự")


def test_span_covers_the_mention(interpreter: EmbeddedInterpreter) -> None:
    words = "cho em hỏi đăng ký kết hôn ở đâu".split()
    span = interpreter.linker.link(" ".join(words)).span
    assert span is not None
    assert words[slice(*span)] == ["đăng", "ký", "kết", "hôn"]


def test_official_names_are_plain() -> None:
    assert plain_name("Thủ tục đăng ký khai tử (cấp xã (mới)).") == "đăng ký khai tử"
    assert name_key("Cấp thẻ (cấp tỉnh)") == name_key("cấp thẻ")


def test_the_same_name_at_another_level_is_one_target() -> None:
    ours = LinkTarget(code="1", name="làm thẻ", aliases=("Cấp thẻ",))
    names = [
        LinkTarget(code="2", name="Cấp thẻ (thực hiện tại cấp tỉnh)", answered=False),
        LinkTarget(code="3", name="Cấp lại thẻ (thực hiện tại cấp tỉnh)", answered=False),
        LinkTarget(code="4", name="Cấp lại thẻ (thực hiện tại cấp xã)", answered=False),
    ]
    merged = merge_targets([ours], names, [("mất thẻ", "3"), ("cái thẻ", "2"), ("khác", "9")])
    assert dict(merged.same) == {"1": "1", "2": "1", "3": "3", "4": "3"}
    assert {target.code: target.aliases for target in merged.targets} == {
        "1": ("Cấp thẻ", "cái thẻ"),
        "3": ("mất thẻ",),
    }


def test_colloquial_terms_name_their_line(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("term\tcode\nnhập khẩu\t1.004222\nhỏng\n", encoding="utf-8")
    with pytest.raises(TrainingDataError, match=r"terms\.tsv:3"):
        load_colloquial(path)


def test_matters_of_others_are_named_by_their_first_term(tmp_path: Path) -> None:
    path = tmp_path / "others.tsv"
    assert load_others(path) == []
    path.write_text("term\tcode\nly hôn ở tòa án\t0.1\nly dị\t0.1\n", encoding="utf-8")
    (target,) = load_others(path)
    assert (target.code, target.names) == ("0.1", ("ly hôn ở tòa án", "ly dị"))
    assert target.last_resort and not target.answered
    path.write_text("term\tcode\nly dị\t1.000001\n", encoding="utf-8")
    with pytest.raises(TrainingDataError, match=r"others\.tsv:2"):
        load_others(path)


def test_an_empty_linker_links_nothing() -> None:
    assert Linker([]).link("đăng ký khai sinh").candidates == ()


def test_a_cue_of_one_syllable_is_that_very_syllable() -> None:
    family = Ambiguity(phrases=("x",), codes=("1", "2"), cues=(("1", ("hộ", "thi")), ("2", ("công ty",))))
    assert family.decided("x thì hồ sơ cần gì") is None
    assert family.decided("thi x") == family.decided("x của hộ gia đình") == "1"
    assert family.decided("x cho cong ty") == "2"


def test_two_cues_of_equal_length_decide_nothing() -> None:
    family = Ambiguity(phrases=("x",), codes=("1", "2"), cues=(("1", ("xe",)), ("2", ("đất",))))
    assert family.decided("sang tên xe") == "1"
    assert family.decided("sang tên") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("làm căn cước cần giấy tờ gì", "2.000200"),
        ("bé năm tuổi làm căn cước cần gì", "1.116410"),
        ("cháu mười một tuổi làm căn cước ở đâu", "1.012549"),
        ("làm căn cước cho cháu mười lăm tuổi", "2.000200"),
        ("tôi ba mươi ba tuổi làm căn cước", "2.000200"),
        ("trẻ dưới mười bốn tuổi làm căn cước", "1.012549"),
    ],
)
def test_a_said_age_decides(interpreter: EmbeddedInterpreter, text: str, code: str) -> None:
    assert interpreter.linker.link(text).code == code


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("con tôi mười hai tuổi", 12),
        ("tôi sáu mươi lăm tuổi rồi", 65),
        ("năm tuổi", 5),
        ("người cao tuổi", -1),
        ("tuổi", -1),
        ("", -1),
    ],
)
def test_an_age_is_read_from_words(text: str, age: int) -> None:
    assert said_age(text) == age


def test_cues_decide_before_an_age_and_an_age_before_what_is_meant_otherwise() -> None:
    ages = (Ages(code="1", first=0, last=13), Ages(code="2", first=14, last=120))
    family = Ambiguity(
        phrases=("x",), codes=("1", "2"), cues=(("1", ("dưới mười bốn tuổi",)),), ages=ages, otherwise="2"
    )
    assert family.decided("x dưới mười bốn tuổi") == family.decided("x bảy tuổi") == "1"
    assert family.decided("x bốn mươi tuổi") == family.decided("x") == "2"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("ages: {'1': [9, 5]}", "hai số tuổi"),
        ("ages: {'1': [a, b]}", "hai số tuổi"),
        ("ages: {'9': [1, 5]}", "mã không nằm trong codes"),
        ("otherwise: '9'", "mã không nằm trong codes"),
        ("cues: {'9': [x]}", "mã không nằm trong codes"),
        ("later: x", "khóa không hỗ trợ"),
    ],
)
def test_mistakes_in_families_name_their_line(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "ambiguities.yml"
    path.write_text(f"version: 1\nambiguities:\n- phrases: [x]\n  codes: ['1', '2']\n  {line}\n", encoding="utf-8")
    with pytest.raises(TrainingDataError, match=rf"ambiguities\.yml:5: .*{problem}"):
        load_ambiguities(path, {"1": "1", "2": "2"})
