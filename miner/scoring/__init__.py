"""One probability per pair of words out of all evidence, explained item by item."""
