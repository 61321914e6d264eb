import os
from collections.abc import AsyncIterator

import pytest

from asr.errors import ModelUnavailable
from asr.models import PeopleModel, ensure_people
from asr.people.engine import PeopleRecognizer


@pytest.fixture(scope="session")
def people_model() -> PeopleModel:
    """Fetched on first use; without a network the tests that need it are skipped, except in CI."""
    try:
        return ensure_people()
    except ModelUnavailable as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest.fixture
async def recognizer(people_model: PeopleModel) -> AsyncIterator[PeopleRecognizer]:
    started = PeopleRecognizer(people_model.onnx, people_model.vocabulary)
    await started.start()
    yield started
    await started.close()
