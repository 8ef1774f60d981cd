"""Every error that a user can meet, as one tree."""

from enum import IntEnum


class Exit(IntEnum):
    """What a script can tell from the exit code."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    BATCH_HAS_ERRORS = 3
    WARNINGS = 4
    CANNOT_CONNECT = 5
    NOT_DELIVERED = 6
    UNKNOWN = 7
    DUPLICATE = 8
    CONFIGURATION = 9
    DIFFERENCES = 10
    INTERRUPTED = 130


class FileError(Exception):
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


class SettingsError(Exception):
    """Something is wrong with the set-up. The message names file, key, value and what is allowed."""


class ConfigError(SettingsError):
    """A file, key or value of the configuration is not allowed."""


class SecretError(SettingsError):
    """A secret is missing, or stored where it must not be used."""


class LedgerError(Exception):
    """The ledger cannot be used. The message says which one, why, and what to do."""


class WorkbookError(Exception):
    """A workbook cannot be made; the text says what, where, why and what to do."""


class TemplateError(WorkbookError):
    """``mobile_actions.toml`` declares something that cannot be built."""


class VbaError(ValueError):
    """What was given cannot become a VBA project; the text says what, where and what to do."""


class OperationError(Exception):
    """A use case that stopped before anything left. The message says what, where, why and what to do."""


class RowsWithErrorsError(OperationError):  # said to people as a fact, not as an error
    """Rows with errors would have to be left out, and nobody said so."""


class NoRowsToSendError(OperationError):
    """No row may be sent."""


class ConfirmationError(OperationError):
    """The number of rows that was confirmed is not the number of rows there are."""


class AlreadySentError(OperationError):
    """The ledger has this exact content already.

    Args:
        message: what to say.
        batch: label of the earlier batch.
    """

    def __init__(self, message: str, batch: str) -> None:
        super().__init__(message)
        self.batch = batch


class RowsAlreadySentError(OperationError):
    """The ledger has rows of the batch already that nobody was told of when it was checked."""


class OutputFileError(OperationError):
    """The file cannot be written where it was asked for."""


class ExcelError(Exception):
    """A click that stopped; the text says what, why and what to do, and is shown as it is."""


class ExcelBusyError(ExcelError):
    """Excel takes no calls: somebody is typing in a cell, or a dialogue is open."""


class UnsupportedWorkbookError(ExcelError):
    """The workbook lacks what this version needs, or was made by another one."""
