"""How good groups and encoders are, on labelled words of the user's own."""
