import unicodedata

import pytest
from nlu_samples import said

from contracts.expectation import Expectation, Expecting
from contracts.heard import Heard, Hypothesis
from contracts.meaning import Aspect, Intent
from nlu.embedded import EmbeddedInterpreter
from nlu.interpreter import Context

NOWHERE = Context()
PASSPORT = Context(procedure_code="1.001456", aspects=(Aspect.DOCUMENTS,))


@pytest.mark.parametrize(
    ("text", "aspect", "code"),
    [
        ("làm giấy khai sinh cần giấy tờ gì", Aspect.DOCUMENTS, "1.001193"),
        ("cho tôi hỏi đăng ký kết hôn hết bao nhiêu tiền", Aspect.FEE, "1.000894"),
        ("làm hộ chiếu mất bao lâu hả em", Aspect.TIME, "1.001456"),
        ("nhập hộ khẩu thì nộp ở mô", Aspect.PLACE, "1.004222"),
        ("lý lịch tư pháp làm trên mạng được không", Aspect.ONLINE, "3.000333"),
        ("các bước đăng ký tạm trú thế nào", Aspect.STEPS, "1.004194"),
        ("căn cứ pháp lý của thủ tục khai tử", Aspect.LEGAL_BASIS, "1.000656"),
        ("tôi muốn hỏi về đăng ký khai sinh", Aspect.GENERAL, "1.001193"),
        ("tờ khai đăng ký kết hôn lấy ở đâu", Aspect.FORM, "1.000894"),
    ],
)
def test_clear_questions_are_accepted(interpreter: EmbeddedInterpreter, text: str, aspect: Aspect, code: str) -> None:
    meaning = interpreter.understand(said(text), NOWHERE)
    assert (meaning.intent, meaning.aspects) == (Intent.ASK, (aspect,))
    assert meaning.candidates[0].procedure_code == code
    assert meaning.acceptance >= 0.7


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("nhắc lại đi em", Intent.REPEAT),
        ("nói chậm thôi", Intent.SLOWER),
        ("nói to lên", Intent.LOUDER),
        ("nói tiếp đi", Intent.CONTINUE),
        ("cho tôi gặp tổng đài viên", Intent.AGENT),
        ("cho gặp người thiệt đi", Intent.AGENT),
        ("thôi cảm ơn", Intent.GOODBYE),
        ("cảm ơn em nhé", Intent.THANKS),
        ("cháy nhà rồi cứu với", Intent.EMERGENCY),
        ("ông nhà tôi bị đột quỵ", Intent.EMERGENCY),
        ("em là người hay máy đấy", Intent.HELP),
        ("tôi muốn tố cáo cán bộ", Intent.COMPLAINT),
        ("tôi muốn khiếu nại", Intent.COMPLAINT),
        ("cán bộ phường đòi phong bì", Intent.COMPLAINT),
        ("a lô", Intent.GREET),
    ],
)
def test_commands(interpreter: EmbeddedInterpreter, text: str, intent: Intent) -> None:
    assert interpreter.understand(said(text), PASSPORT).intent is intent


@pytest.mark.parametrize(
    ("text", "aspect", "code"),
    [
        ("ly hôn cần giấy tờ gì", Aspect.DOCUMENTS, "0.000001"),
        ("tôi muốn ly hôn", Aspect.GENERAL, "0.000001"),
        ("đăng ký thế chấp tàu bay", Aspect.GENERAL, "1.011423"),
        ("lệ phí đăng ký thế chấp tàu bay", Aspect.FEE, "1.011423"),
        ("tiền trợ cấp thất nghiệp bao lâu thì có", Aspect.TIME, "1.014748"),
    ],
)
def test_what_has_no_answer_here_is_known_by_its_name(
    interpreter: EmbeddedInterpreter, text: str, aspect: Aspect, code: str
) -> None:
    meaning = interpreter.understand(said(text), NOWHERE)
    assert (meaning.intent, meaning.aspects) == (Intent.ASK, (aspect,))
    assert (meaning.candidates[0].procedure_code, meaning.ambiguous) == (code, ())
    assert meaning.acceptance >= 0.7


@pytest.mark.parametrize(
    "text",
    [
        "giá vàng hôm nay thế nào",
        "tối mai có bóng đá không",
        "ngân hàng bắt tôi đọc mã ô tê pê",
        "đặt cho bác một bát bún",
        "số căn cước này của ai",
        "xlprk zzz qwx",
        "ba lê pha bô xu ki",
    ],
)
def test_out_of_scope_is_not_acted_on(interpreter: EmbeddedInterpreter, text: str) -> None:
    assert interpreter.understand(said(text), NOWHERE).acceptance < 0.5


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("thế còn lệ phí", Aspect.FEE),
        ("hết bao nhiêu tiền", Aspect.FEE),
        ("mấy ngày thì xong", Aspect.TIME),
        ("nộp ở đâu", Aspect.PLACE),
        ("cần giấy tờ gì", Aspect.DOCUMENTS),
    ],
)
def test_follow_ups_keep_the_procedure(interpreter: EmbeddedInterpreter, text: str, aspect: Aspect) -> None:
    meaning = interpreter.understand(said(text), PASSPORT)
    assert meaning.aspects == (aspect,)
    assert [candidate.procedure_code for candidate in meaning.candidates] == ["1.001456"]
    assert interpreter.understand(said(text), NOWHERE).candidates == ()


def test_a_named_procedure_takes_the_open_aspect(interpreter: EmbeddedInterpreter) -> None:
    pending = Context(aspects=(Aspect.FEE,))
    assert interpreter.understand(said("đăng ký kết hôn"), pending).aspects == (Aspect.FEE,)
    assert interpreter.understand(said("thế còn căn cước hết hạn thì sao"), PASSPORT).aspects == (Aspect.DOCUMENTS,)
    assert interpreter.understand(said("đăng ký kết hôn"), NOWHERE).aspects == (Aspect.GENERAL,)


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("đăng ký khai sinh cần giấy tờ gì và hết bao nhiêu tiền", (Aspect.DOCUMENTS, Aspect.FEE)),
        ("làm hộ chiếu mất bao lâu với lại nộp ở đâu", (Aspect.TIME, Aspect.PLACE)),
        ("cần giấy tờ gì nộp ở đâu", (Aspect.DOCUMENTS, Aspect.PLACE)),
    ],
)
def test_two_questions_in_one(interpreter: EmbeddedInterpreter, text: str, aspects: tuple[Aspect, ...]) -> None:
    assert interpreter.understand(said(text), NOWHERE).aspects == aspects


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("không phải tạm trú mà là đăng ký thường trú", "1.004222"),
        ("đăng ký thường trú chứ không phải tạm trú", "1.004222"),
    ],
)
def test_corrections(interpreter: EmbeddedInterpreter, text: str, code: str) -> None:
    assert interpreter.understand(said(text), NOWHERE).candidates[0].procedure_code == code


@pytest.mark.parametrize(
    ("text", "intent"),
    [("dạ", Intent.YES), ("ừ", Intent.YES), ("có", Intent.YES), ("không", Intent.NO), ("hông phải", Intent.NO)],
)
def test_yes_and_no_when_asked(interpreter: EmbeddedInterpreter, text: str, intent: Intent) -> None:
    asked = Context(expectation=Expectation(kind=Expecting.YES_NO))
    meaning = interpreter.understand(said(text), asked)
    assert meaning.intent is intent
    assert meaning.intent_confidence >= 0.7


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cái thứ hai", "2.001610"),
        ("cái đầu tiên", "1.001612"),
        ("số một", "1.001612"),
        ("cái cuối", "2.001610"),
        ("hộ kinh doanh em ạ", "1.001612"),
        ("mở công ty cơ", "2.001610"),
    ],
)
def test_choices(interpreter: EmbeddedInterpreter, text: str, code: str) -> None:
    offered = Context(
        aspects=(Aspect.FEE,),
        offered=("1.001612", "2.001610"),
        expectation=Expectation(kind=Expecting.CHOICE),
    )
    meaning = interpreter.understand(said(text), offered)
    assert [candidate.procedure_code for candidate in meaning.candidates] == [code]
    assert meaning.ambiguous == ()
    assert meaning.aspects == (Aspect.FEE,)


def test_the_other_hypotheses_outvote_a_strange_first(interpreter: EmbeddedInterpreter) -> None:
    heard = [
        Hypothesis(text="làm hộ chiếu đa", confidence=0.3),
        Hypothesis(text="làm hộ chiếu ở đâu", confidence=0.28),
        Hypothesis(text="làm hộ chiếu nộp ở đâu", confidence=0.28),
    ]
    assert interpreter.understand(heard, NOWHERE).aspects == (Aspect.PLACE,)


def test_doubt_of_the_recogniser_lowers_acceptance(interpreter: EmbeddedInterpreter) -> None:
    text = "làm hộ chiếu mất bao lâu"
    sure = interpreter.understand([Hypothesis(text=text, confidence=0.95)], NOWHERE)
    unsure = interpreter.understand([Hypothesis(text=text, confidence=0.2)], NOWHERE)
    assert unsure.acceptance < sure.acceptance


@pytest.mark.parametrize("text", ["", "   ", "...", "\x00"])
def test_nothing_said(interpreter: EmbeddedInterpreter, text: str) -> None:
    meaning = interpreter.understand(said(text), NOWHERE)
    assert (meaning.intent, meaning.candidates, meaning.acceptance) == (Intent.NOTHING, (), 0.0)


def test_no_hypotheses_at_all(interpreter: EmbeddedInterpreter) -> None:
    assert interpreter.understand([], NOWHERE).intent is Intent.NOTHING


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "giấy tờ " * 5000, "🙂🙂 1234 %%% <script>", "ក្រុង 北京", "0" * 700, "# # #", "</s> <s>"]
)
def test_junk_is_survived(interpreter: EmbeddedInterpreter, text: str) -> None:
    meaning = interpreter.understand(said(text), Context(procedure_code="no such", offered=("none",)))
    assert 0 <= meaning.acceptance <= 1
    assert 0 <= interpreter.completeness(text) <= 1


def test_strange_confidences_are_survived(interpreter: EmbeddedInterpreter) -> None:
    heard = [Hypothesis(text="nộp ở đâu", confidence=-3.0), Hypothesis(text="nộp ở đâu ạ", confidence=0.0)]
    assert interpreter.understand(heard, PASSPORT).aspects == (Aspect.PLACE,)


def test_decomposed_letters_mean_the_same(interpreter: EmbeddedInterpreter) -> None:
    text = "đăng ký kết hôn cần giấy tờ gì"
    composed = interpreter.understand(said(text), NOWHERE)
    decomposed = interpreter.understand(said(unicodedata.normalize("NFD", text)), NOWHERE)
    assert decomposed == composed


def test_a_heard_turn_brings_its_own_expectation(interpreter: EmbeddedInterpreter) -> None:
    heard = Heard(
        hypotheses=tuple(said("có")),
        start_sample=0,
        end_sample=8000,
        expectation=Expectation(kind=Expecting.YES_NO),
    )
    assert interpreter.understand(heard, NOWHERE).intent is Intent.YES
