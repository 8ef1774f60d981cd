"""Numbers that reach the file with all their digits."""


class ExactNumber(float):
    """A number that XlsxWriter writes as the shortest decimal that is this double.

    XlsxWriter formats with 16 significant digits, which is another double for one number in eight.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """Give all digits, whatever was asked for."""
        return repr(float(self))
