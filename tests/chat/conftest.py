from pathlib import Path

import pytest
from chat_rig import Rig


@pytest.fixture
def chat(tmp_path: Path) -> Rig:
    return Rig(folder=tmp_path)
