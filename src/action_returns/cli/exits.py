"""Exit codes, the same for every command."""

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
