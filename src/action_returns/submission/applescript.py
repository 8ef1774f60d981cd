"""The script without which Excel for Mac starts no Python."""

import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from action_returns.submission.errors import ExportProblem

_FOLDER = "Library/Application Scripts/com.microsoft.Excel"


def install_applescript(platform: str, home: Path) -> Path | None:
    """Put xlwings' AppleScript where Excel for Mac may run it; its name carries xlwings' version.

    It is the copy that ``xlwings runpython install`` makes (xlwings 0.37.8, cli.py, runpython_install).

    Args:
        platform: as in ``sys.platform``; on anything but a Mac nothing is done.
        home: the user's home folder.

    Returns:
        Where the script lies, None where none is needed.

    Raises:
        ExportProblem: when it cannot be written there.
    """
    spec = find_spec("xlwings")
    if platform != "darwin" or spec is None or spec.origin is None:
        return None
    script = Path(spec.origin).with_name(f"xlwings-{version('xlwings')}.applescript")
    target = home / _FOLDER / script.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(script, target)
    except OSError as error:
        raise ExportProblem(
            f"{target} cannot be written ({error.strerror or error}), so the buttons would not work on this Mac. "
            f"The workbook itself was made. Allow the terminal to write there, and copy this file there: {script}"
        ) from None
    return target
