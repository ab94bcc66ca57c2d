"""Pieces of a vocabulary as people read them."""

from tokenizers import Tokenizer

SPACE = "▁"  # as in sentencepiece's vocabularies


def _byte_letters() -> dict[str, int]:
    """Return the bytes that byte-level vocabularies write as letters (GPT-2, encoder.py, bytes_to_unicode)."""
    themselves = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in themselves]
    return {chr(byte): byte for byte in themselves} | {chr(256 + i): byte for i, byte in enumerate(others)}


class Pieces:
    """Tells what the pieces of a tokenizer spell, of which only byte-level ones need it: ìķ½ is 약."""

    _bytes = _byte_letters()

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.is_byte_level = tokenizer.decoder is not None and b'"ByteLevel"' in tokenizer.decoder.__getstate__()
        self.added = {token.content for token in tokenizer.get_added_tokens_decoder().values()}

    def readable(self, piece: str) -> str:
        """Return the text of a piece; spaces as ▁, and what is no whole character as ``\\xec``."""
        is_text = not self.is_byte_level or piece.strip() in self.added
        if is_text or not self._bytes.keys() >= set(piece):
            return piece
        spelled = bytes(self._bytes[letter] for letter in piece).decode("utf-8", "backslashreplace")
        marked = spelled.replace(" ", SPACE)
        return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in marked)
