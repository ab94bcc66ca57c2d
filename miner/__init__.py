"""Batch side of Dongui: a corpus in, candidate synonym groups out."""
