from pathlib import Path

import pytest

from dialogs.content import Content

CONTENT = Path(__file__).parents[2] / "config" / "content"


@pytest.fixture(scope="session")
def content() -> Content:
    return Content.load(CONTENT)
