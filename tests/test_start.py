"""What a command loads before it does anything: `--help` must come at once."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "transformers", "sentence_transformers", "sqlalchemy", "flask", "numpy", "pyarrow", "faiss"}
MAX_MODULES = 400  # Python and click come with about 130


@pytest.mark.parametrize("command", ["miner", "curator"])
def test_help_loads_no_library_that_takes_long(command):
    script = Path(sys.executable).with_name(command)
    shown = subprocess.run(
        [sys.executable, "-X", "importtime", script, "--help"], capture_output=True, text=True, check=True
    )
    loaded = {
        line.rsplit("|", 1)[1].strip() for line in shown.stderr.splitlines() if line.startswith("import time:")
    }
    assert loaded & HEAVY == set()
    assert f"{command}.cli" in loaded
    assert len(loaded) < MAX_MODULES
