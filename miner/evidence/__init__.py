"""Reasons why two words may or may not mean the same: a file per kind, a number with a name each."""
