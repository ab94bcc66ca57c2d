"""Accepted groups into a checkpoint: a copy of BASE whose vocabulary has the words, with pooled rows."""
