"""The tests of this folder share two modules, which importlib mode does not put on the path."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
