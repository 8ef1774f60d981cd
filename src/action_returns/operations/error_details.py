"""Save the details of an unexpected error. Imports little, so that it also works where an import is what failed."""

import traceback
from datetime import datetime
from itertools import count
from pathlib import Path

from action_returns.clean_text import clean
from action_returns.files import Paths
from action_returns.private_files import make_private_folder, private_opener


def save_error_details(error: BaseException, paths: Paths) -> Path | None:
    """Write the traceback of an error to a new file in the folder of logs.

    An existing file is never overwritten: of two errors in one second both are kept.

    Args:
        error: the error.
        paths: every file and folder of this program.

    Returns:
        The file, None when it cannot be written.
    """
    text = clean("".join(traceback.format_exception(error)))
    name = f"E-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    try:
        make_private_folder(paths.logs)
        for number in count(1):
            path = paths.logs / (f"{name}.txt" if number == 1 else f"{name}-{number}.txt")
            try:
                with open(path, "x", encoding="utf-8", opener=private_opener) as file:
                    file.write(text)
            except FileExistsError:
                continue
            return path
    except OSError:
        pass
    return None
