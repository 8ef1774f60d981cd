"""Every error that a user can meet, as one tree.

ActionReturnsError
├── UsageError                  wrong words on the command line, or a wrong answer
│   ├── ConfirmationError       the number of rows that was confirmed is not the number there is
│   │   └── RaiseNotConfirmedError  rows raise order value by more than was confirmed
│   ├── OutputFileError         the file cannot be written where it was asked for
│   ├── NoPendingDownloadError  no pending download was named, and none is kept
│   ├── NoSuchBatchError        the ledger has no batch of that number
│   ├── MarkError               a batch cannot be marked like that
│   └── ApprovalError           an approval cannot be asked for, given or withdrawn like that
├── FileError                   a file cannot be used as a whole; ``problem`` says which refusal it is
├── RowsWithErrorsError         rows with errors would have to be left out, and the user did not ask for that
├── ChannelRefusesRowsError     the channel of the profile cannot send some of the rows
├── WarningsError               rows have warnings, and the user wants none to be sent
├── NoRowsToSendError           no row may be sent
├── NothingToImportError        no order of an export became a row, and each of them needs a person
├── NothingToUndoError          no row of a batch can be restored
├── DeclinedError               the user was asked and said no
├── AlreadySentError            every row that could be sent may have arrived before
│   └── RowsAlreadySentError    rows of it were sent after it was checked
├── ApprovalMissingError        another person has to approve the file before it is sent
├── SettingsError
│   ├── ConfigError             config.toml: a file, key or value that is not allowed
│   │   └── NoSuchProfileError  there is no profile of that name
│   └── SecretError             a password is missing or must not be used
├── ApiError                    the network's Brand API cannot be reached, refuses, or answers what cannot be used
├── FetchInterruptedError       the user stopped a fetch; what was read is kept
├── LedgerError                 the ledger cannot be reached or written, or is broken; nothing was sent
├── WorkbookError               no workbook can hold the rows
│   └── TemplateError           the declared template contradicts itself: a mistake of ours
└── ExcelError                  a click stopped
    ├── ExcelBusyError          Excel takes no calls
    ├── NoRowsYetError          the table Actions is empty
    ├── SheetProtectedError     a sheet is protected, so nothing can be written there
    └── UnsupportedWorkbookError  the workbook is not one that this version can work with

Each class has the problem code and the exit code of the contract. Errors of libraries never cross a package: they are
turned into one of these, or into an :class:`action_returns.channels.base.Outcome`.
"""

from enum import IntEnum
from typing import ClassVar, Final, Literal, TypeAlias

_MOST_SHOWN: Final = 3_000
"""Characters of a message. A window shows no more, and names in files of others can be as long as the files."""
_LAST_SHOWN: Final = 900
"""Those at its end, where the message says what to do."""


class Exit(IntEnum):
    """The exit codes, the same for every command."""

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
    LEDGER = 11
    APPROVAL = 12
    INTERRUPTED = 130


class ActionReturnsError(Exception):
    """The command or the click stopped. The message says what, where, why and what to do.

    Args:
        message: the sentences; of a very long text, such as one that repeats a header, the middle is left out.

    Attributes:
        problem: the code of the refusal, as ``--json`` prints it.
        exit_code: what a script can tell from the exit.
    """

    problem: str = "unexpected"
    exit_code: ClassVar[Exit] = Exit.UNEXPECTED

    def __init__(self, message: str = "") -> None:
        if len(message) > _MOST_SHOWN:
            message = f"{message[: _MOST_SHOWN - _LAST_SHOWN]} […] {message[-_LAST_SHOWN:]}"
        super().__init__(message)

    @property
    def message(self) -> str:
        """The message for the user."""
        return str(self)


class UsageError(ActionReturnsError):
    """The command line or an answer is wrong."""

    problem = "usage"
    exit_code = Exit.USAGE


class ConfirmationError(UsageError):
    """The number of rows that was confirmed is not the number of rows there are."""

    problem = "confirmation"


class RaiseNotConfirmedError(ConfirmationError):
    """The rows raise order value by more than the profile or the user allows without a typed amount."""

    problem = "raise-not-confirmed"


class OutputFileError(UsageError):
    """The file cannot be written where it was asked for."""

    problem = "output-file"


class NoPendingDownloadError(UsageError):
    """No pending download was named, and none is kept from before."""

    problem = "pending-missing"


class NoSuchBatchError(UsageError):
    """The ledger has no batch of that number."""

    problem = "no-such-batch"


class MarkError(UsageError):
    """A batch cannot be marked like that: it is settled, or something is missing."""

    problem = "mark-refused"


class ApprovalError(UsageError):
    """An approval cannot be asked for, given or withdrawn like that."""

    problem = "approval-refused"


class FileError(ActionReturnsError):
    """A file that cannot be used as a whole. Nothing of it was taken.

    Args:
        problem: which refusal it is: ``file-unreadable``, ``file-protected``, ``file-too-large``, ``columns-missing``,
            ``columns-repeated``, ``no-rows``, ``sheet-ambiguous``, or a ``pending-…`` or ``export-…`` code.
        message: what is wrong, where, why it matters and what to do, in plain sentences.
    """

    exit_code = Exit.BATCH_HAS_ERRORS

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class RowsWithErrorsError(ActionReturnsError):
    """Rows with errors would have to be left out, and the user did not ask for that."""

    problem = "rows-with-errors"
    exit_code = Exit.BATCH_HAS_ERRORS


class ChannelRefusesRowsError(ActionReturnsError):
    """The channel of the profile cannot send some of the rows, or so many. Nothing was recorded or sent."""

    problem = "channel-refuses-rows"
    exit_code = Exit.BATCH_HAS_ERRORS


class WarningsError(ActionReturnsError):
    """Rows that would be sent have warnings, and the user wants none of these to be sent."""

    problem = "warnings"
    exit_code = Exit.WARNINGS


class NoRowsToSendError(ActionReturnsError):
    """No row may be sent."""

    problem = "no-rows-to-send"
    exit_code = Exit.BATCH_HAS_ERRORS


class NothingToImportError(ActionReturnsError):
    """No order of an export could be used: each of them is to decide or refused. Nothing was written."""

    problem = "nothing-to-import"
    exit_code = Exit.BATCH_HAS_ERRORS


class NothingToUndoError(ActionReturnsError):
    """No row of a batch can be restored. Nothing was written."""

    problem = "nothing-to-undo"
    exit_code = Exit.BATCH_HAS_ERRORS


class DeclinedError(ActionReturnsError):
    """The user was asked and said no. Nothing was sent, which is what the user wanted: this is no failure."""

    problem = "declined"
    exit_code = Exit.DONE

    def __init__(self, message: str = "Not sent.") -> None:
        super().__init__(message)


class AlreadySentError(ActionReturnsError):
    """Every row that could be sent may have arrived before.

    Args:
        message: what to say.
        batch: label of the batch that holds them; of several, the latest.
    """

    problem = "duplicate"
    exit_code = Exit.DUPLICATE

    def __init__(self, message: str, batch: str) -> None:
        super().__init__(message)
        self.batch = batch


class RowsAlreadySentError(AlreadySentError):
    """Rows of the batch were sent after it was checked, or changed after the undo that it is was drafted."""

    problem = "rows-sent-before"


class ApprovalMissingError(ActionReturnsError):
    """Another person has to approve the file before it is sent, and has not yet.

    Args:
        message: what is missing, and what to do.
        told: what is missing alone.
        approval: number of the approval that comes nearest, None when there is none.
        asked: whether an approval for these very bytes waits for another person.
    """

    problem = "approval-missing"
    exit_code = Exit.APPROVAL

    def __init__(self, message: str, told: str, approval: int | None = None, *, asked: bool = False) -> None:
        super().__init__(message)
        self.told = told
        self.approval = approval
        self.asked = asked


class SettingsError(ActionReturnsError):
    """Something is wrong with the settings. The message names file, key, value and what is allowed."""

    problem = "settings"
    exit_code = Exit.CONFIGURATION


class ConfigError(SettingsError):
    """A file, key or value of the configuration is not allowed."""

    problem = "configuration"


class NoSuchProfileError(ConfigError):
    """There is no profile of that name."""


PasswordState: TypeAlias = Literal[
    "missing", "locked", "no store", "back end missing", "back end broken", "not readable"
]
"""Why a password cannot be fetched, as ``secret status`` shows it."""


class SecretError(SettingsError):
    """A password is missing, or stored where it cannot or must not be used.

    Args:
        message: what is wrong, where, and what to do.
        state: the same in one or two words.
    """

    problem = "password"

    def __init__(self, message: str = "", state: PasswordState = "missing") -> None:
        super().__init__(message)
        self.state = state


class ApiError(ActionReturnsError):
    """The network's Brand API cannot be reached, refuses, or answers what cannot be used. Nothing was written.

    Args:
        problem: which refusal it is: ``api-unreachable``, ``api-sign-in`` (401), ``api-not-allowed`` (403), ``api-limit``
            (429), ``api-refused`` (any other status), ``api-answer`` (not what is documented), ``api-incomplete``
            (not all of the rows that it counts) or ``api-at-work`` (another command asks it for the same).
        message: what happened, why, and what to do.
    """

    exit_code = Exit.CANNOT_CONNECT

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class FetchInterruptedError(ActionReturnsError):
    """The user stopped a fetch. The message says what is kept of it."""

    problem = "interrupted"
    exit_code = Exit.INTERRUPTED


class LedgerError(ActionReturnsError):
    """The ledger cannot be reached or written, or a part of it is broken; nothing was sent. The message says which ledger, why, and what to do."""

    problem = "ledger"
    exit_code = Exit.LEDGER


class WorkbookError(ActionReturnsError):
    """No workbook can hold the rows: there are too many, or one of their texts is too long or damaged."""

    problem = "workbook"
    exit_code = Exit.BATCH_HAS_ERRORS


class TemplateError(WorkbookError):
    """``mobile_actions.toml`` declares something that cannot be built."""

    problem = "template"
    exit_code = Exit.UNEXPECTED


class ExcelError(ActionReturnsError):
    """A click stopped; the message says what, why and what to do, and is shown as it is."""

    problem = "excel"
    exit_code = Exit.BATCH_HAS_ERRORS


class NoRowsYetError(ExcelError):
    """The table Actions has no rows yet."""

    problem = "no-rows"


class ExcelBusyError(ExcelError):
    """Excel takes no calls: the user is typing in a cell, or a dialogue is open."""

    problem = "excel-busy"


class SheetProtectedError(ExcelError):
    """A sheet is protected by the user, so nothing can be written there. Nothing was sent.

    Args:
        sheet: its name.
    """

    def __init__(self, sheet: str) -> None:
        self.reason = f"the sheet {sheet} is protected"
        super().__init__(
            f"The sheet {sheet} is protected, so results cannot be written. Lift it (Review, Unprotect Sheet), then click "
            "again. Nothing was sent."
        )


class UnsupportedWorkbookError(ExcelError):
    """The workbook lacks what this version needs, or was made by another one."""

    problem = "workbook-unsupported"


class VbaError(ValueError):
    """A name, a text or a size that Excel would refuse or lose in a VBA project."""
