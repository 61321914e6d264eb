"""Numbers as they are spoken, as lines for the language model."""

import random
from collections.abc import Iterator

from contracts.numbers import cardinal, digits

_LARGEST_EXPONENT = 9.5
"""Numbers up to some billions, every order of magnitude as likely as the next."""


def number_lines(count: int = 4000, *, seed: int = 1) -> Iterator[str]:
    """`count` lines, the same ones each time: three in four a quantity, the others digits one by one."""
    chance = random.Random(seed)
    for at in range(count):
        if at % 4 == 3:
            yield digits("".join(chance.choice("0123456789") for _ in range(chance.choice((3, 4, 6, 9, 10, 12)))))
        else:
            value = int(10 ** chance.uniform(0.0, _LARGEST_EXPONENT))
            yield cardinal(value, southern=chance.random() < 0.3)
