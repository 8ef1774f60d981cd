"""Money for people."""


def money(cents: int, currency: str | None = None, *, sign: bool = False) -> str:
    """Write cents with thousands marked, ``-11,980.20 EUR``.

    Args:
        cents: the amount in cents, negative allowed.
        currency: what it is in, left out when unknown.
        sign: whether a plus is written too.
    """
    before = "-" if cents < 0 else "+" if sign and cents > 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{before}{whole:,}.{rest:02d}" + (f" {currency}" if currency else "")
