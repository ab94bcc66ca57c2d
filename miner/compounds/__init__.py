"""Words that the analyser cuts into pieces: finding them in a corpus, and joining them."""

from miner.compounds.finding import find_compounds
from miner.compounds.joining import Compound, Compounds

__all__ = ["Compound", "Compounds", "find_compounds"]
