"""The content that ships, and an engine on it."""

from pathlib import Path

import pytest

from dialogs.content import Content
from dialogs.engine import Engine

CONTENT = Path(__file__).parents[2] / "config" / "content"


@pytest.fixture(scope="session")
def content() -> Content:
    return Content.load(CONTENT)


@pytest.fixture
def engine(content: Content) -> Engine:
    return Engine(content)
