from asr.recognizer import OnPartial
from asr.sharing import SharedRecognizer
from contracts.expectation import Expectation
from contracts.heard import Hypothesis

HEARD = (Hypothesis(text="vâng", confidence=1.0),)


class OneTurn:
    def __init__(self, name: str, log: list[str]) -> None:
        self._name, self._log = name, log

    def feed(self, pcm: bytes) -> None:
        self._log.append(f"{self._name} fed {len(pcm)}")

    async def peek(self) -> tuple[Hypothesis, ...]:
        return HEARD

    async def finish(self) -> tuple[Hypothesis, ...]:
        return HEARD

    def cancel(self) -> None:
        self._log.append(f"{self._name} cancelled")


class Named:
    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log

    def open(self, *, rate_hz: int, expectation: Expectation, on_partial: OnPartial) -> OneTurn:
        self.log.append(self.name)
        return OneTurn(self.name, self.log)

    async def cpu_s(self) -> float:
        return 1.5

    async def close(self) -> None:
        self.log.append(f"{self.name} closed")


async def test_turns_go_where_the_fewest_are_open() -> None:
    log: list[str] = []
    shared = SharedRecognizer([Named("a", log), Named("b", log)])

    def open_one() -> object:
        return shared.open(rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None)

    first = shared.open(rate_hz=8000, expectation=Expectation(), on_partial=lambda partial: None)
    open_one()
    open_one()
    assert log == ["a", "b", "a"]
    first.feed(b"\0\0")
    assert await first.peek() == HEARD
    assert await first.finish() == HEARD
    first.cancel()
    open_one()
    assert log[3:] == ["a fed 2", "a cancelled", "a"]
    assert await shared.cpu_s() == 3.0
    await shared.close()
    assert log[-2:] == ["a closed", "b closed"]
