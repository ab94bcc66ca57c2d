"""The tests of this folder share two modules, which importlib mode does not put on the path."""

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

GROUPS = {"반창고": ["반창고", "대일밴드"], "의약품": ["약", "의약품"]}


@pytest.fixture
def groups_file(tmp_path: Path) -> Path:
    """Two groups, in JSON."""
    file = tmp_path / "groups.json"
    file.write_text(json.dumps(GROUPS), encoding="utf-8")
    return file
