"""Why a file cannot be read.

SourceProblem
├── one of the whole-file refusals of the rule catalogue (``code``), for a batch
└── ``pending-…`` codes, for a pending-actions download that cannot be used
"""


class SourceProblem(Exception):
    """A file that cannot be used as a whole. Nothing of it was taken.

    Args:
        code: which refusal it is: ``file-unreadable``, ``file-protected``, ``file-too-large``, ``columns-missing``,
            ``columns-repeated``, ``no-rows``, ``sheet-ambiguous``, or a ``pending-…`` code.
        message: what is wrong, where, why it matters and what to do, in plain sentences.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
