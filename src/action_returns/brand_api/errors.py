"""The errors of a request to the Brand API that callers tell apart; all others are a plain ApiError."""

from action_returns.errors import ApiError


class RequestRefusedError(ApiError):
    """The API refused a request itself (400).

    Args:
        problem: see :class:`ApiError`.
        message: the same.
        fields: the parameters that it names, if any.
    """

    def __init__(self, problem: str, message: str, fields: list[str]) -> None:
        super().__init__(problem, message)
        self.fields = fields


class NotFoundError(ApiError):
    """The API knows no such thing (404).

    Args:
        problem: see :class:`ApiError`.
        message: the same.
        is_documented: whether the answer is the documented object of an error, and not that of a server on the way.
    """

    def __init__(self, problem: str, message: str, *, is_documented: bool) -> None:
        super().__init__(problem, message)
        self.is_documented = is_documented
