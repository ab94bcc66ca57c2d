"""Sentences in both languages of the report; all else of a program run says the English one."""


class Said(str):
    """A sentence in English that has its Korean with it; JSON and terminals take it as the English text it is.

    :ivar korean: the same in Korean, as a phrase without a full stop where the English one has none.
    """

    korean: str

    def __new__(cls, english: str, korean: str) -> "Said":
        """Put the two together."""
        said = super().__new__(cls, english)
        said.korean = korean
        return said

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override] # to be copied, it needs both
        return str(self), self.korean

    @property
    def both(self) -> tuple[str, str]:
        """Return the Korean and the English text."""
        return self.korean, str(self)
