"""Why a use case stopped.

SubmissionProblem
├── BatchHasErrors   rows with errors would have to be left out, and nobody said so
├── NothingReady     no row may be sent
├── WrongConfirmation  the number confirmed is not the number of rows
├── AlreadySent      the ledger has this exact content already
├── RowsSentMeanwhile  the ledger has rows of it already, and the person was not told
└── ExportProblem    the file cannot be written where it was asked for
"""


class SubmissionProblem(Exception):
    """A use case that stopped before anything left. The message says what, where, why and what to do."""


class BatchHasErrors(SubmissionProblem):  # said to people as a fact, not as an error
    """Rows with errors would have to be left out, and nobody said so."""


class NothingReady(SubmissionProblem):
    """No row may be sent."""


class WrongConfirmation(SubmissionProblem):
    """The number of rows that was confirmed is not the number of rows there are."""


class AlreadySent(SubmissionProblem):
    """The ledger has this exact content already.

    Args:
        message: what to say.
        batch: label of the earlier batch.
    """

    def __init__(self, message: str, batch: str) -> None:
        super().__init__(message)
        self.batch = batch


class RowsSentMeanwhile(SubmissionProblem):
    """The ledger has rows of the batch already that nobody was told of when it was checked."""


class ExportProblem(SubmissionProblem):
    """The file cannot be written where it was asked for."""
