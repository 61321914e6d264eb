"""A call on the terminal while it happens: what is heard as it is recognised, what is said, and where the time went."""

from rich.console import Console
from rich.text import Text

from contracts.call_event import CallEvent, Value
from hotline.event_words import word

CALLER, HOTLINE, NOTE = "bold green", "bold cyan", "dim"


class LiveView:
    """A listener of `CallEvent`s. Partials are shown on a terminal only, on one line that is written over."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._partial_shown = False

    def __call__(self, event: CallEvent) -> None:
        show = getattr(self, "_" + event.kind.replace(".", "_"), None)
        if show is not None:
            show(event.fields)

    def note(self, text: str) -> None:
        self._line("", text, NOTE)

    def _call_started(self, fields: dict[str, Value]) -> None:
        self.note("── cuộc gọi đến, máy trả lời ──")

    def _turn_partial(self, fields: dict[str, Value]) -> None:
        if self._console.is_terminal:
            self._partial_shown = True
            tail = str(fields["text"])[-(self._console.width - 20) :]
            self._console.file.write(f"\r\033[K  Người gọi … {tail}")
            self._console.file.flush()

    def _turn_heard(self, fields: dict[str, Value]) -> None:
        if not fields["text"]:
            return
        self._line("Người gọi", f"“{fields['text']}”", CALLER)
        confidence, acceptance = _number(fields["confidence"]), _number(fields["acceptance"])
        self._line(
            "",
            f"nghe {confidence:.0%} · hiểu {acceptance:.0%} ({_meaning(fields)}) · "
            f"chờ hết câu {_number(fields['endpoint_ms']):.0f} + nhận dạng {_number(fields['recognition_ms']):.0f} + "
            f"hiểu nghĩa {_number(fields['meaning_ms']):.0f} ms",
            NOTE,
        )

    def _say_started(self, fields: dict[str, Value]) -> None:
        self._line("Máy", str(fields["text"]), HOTLINE)
        details = [f"giọng {_number(fields['voice_ms']):.0f} ms"]
        if sources := fields.get("sources"):
            details.append(f"nguồn {', '.join(map(str, sources)) if isinstance(sources, list) else sources}")
        self._line("", " · ".join(details), NOTE)

    def _barge_in_interrupted(self, fields: dict[str, Value]) -> None:
        self.note(f"người gọi ngắt lời sau {fields['heard_chars']} ký tự")

    def _barge_in_false_alarm(self, fields: dict[str, Value]) -> None:
        self.note("tiếng động, máy nói tiếp")

    def _key_pressed(self, fields: dict[str, Value]) -> None:
        self.note("người gọi bấm phím")

    def _silence(self, fields: dict[str, Value]) -> None:
        self.note("người gọi im lặng")

    def _handoff_started(self, fields: dict[str, Value]) -> None:
        self.note(f"── nối máy cho cán bộ ({word('reason', fields['reason'])}): {fields['summary']} ──")

    def _handoff_failed(self, fields: dict[str, Value]) -> None:
        self.note(f"nối máy không được: {word('transfer', fields['code'])}")

    def _fault(self, fields: dict[str, Value]) -> None:
        self.note(f"lỗi: {fields['error']}")

    def _call_ended(self, fields: dict[str, Value]) -> None:
        self.note("── máy rời cuộc gọi ──")

    def _line(self, who: str, text: str, style: str) -> None:
        if self._partial_shown:
            self._console.file.write("\r\033[K")
            self._partial_shown = False
        self._console.print(Text(f"{who:>10}  ", style=style) + Text(text, style=style if style == NOTE else ""))


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _meaning(fields: dict[str, Value]) -> str:
    aspects = [word("aspect", aspect) for aspect in _texts(fields["aspects"])]
    return " ".join([word("intent", fields["intent"]), *aspects, *_texts(fields["procedures"])[:1]])


def _texts(value: Value) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
