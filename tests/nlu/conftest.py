"""The interpreter trained from the repository's own content."""

import pytest
from nlu_samples import CONTENT

from contracts.paths import cache_dir
from nlu.embedded import EmbeddedInterpreter, start_embedded
from nlu.interpreter import Content
from procedures.catalogue import Catalogue


@pytest.fixture(scope="session")
def content() -> Content:
    procedures = Catalogue.load(CONTENT / "procedures").procedures()
    return Content(folder=CONTENT, procedures=procedures, cache=cache_dir() / "nlu")


@pytest.fixture(scope="session")
def interpreter(content: Content) -> EmbeddedInterpreter:
    return start_embedded(content)
