"""Paths on this computer, and the one way to write a file that is whole or not there."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_APP: Final = "action-returns"


@dataclass(frozen=True, slots=True)
class Paths:
    """Every place this program writes to.

    Args:
        config_file: the profiles.
        ledger_file: the record of what was sent.
        submissions: one folder for each batch: exact bytes and receipt.
        exports: CSV files that were made without sending.
        logs: details of unexpected errors.
    """

    config_file: Path
    ledger_file: Path
    submissions: Path
    exports: Path
    logs: Path

    @property
    def backups(self) -> Path:
        """Daily copies of the ledger."""
        return self.ledger_file.with_name("backups")

    @property
    def pending_answers(self) -> Path:
        """Which column is which in pending-actions downloads, as the user told it once."""
        return self.config_file.with_name("pending-columns.json")


def default_paths(environ: Mapping[str, str]) -> Paths:
    """Find the places: ``ACTION_RETURNS_HOME`` decides, else what the operating system means for such files.

    Args:
        environ: the environment variables.
    """
    home = environ.get("ACTION_RETURNS_HOME")
    if home:
        data = config = logs = Path(home).expanduser()
    else:
        import platformdirs

        data = platformdirs.user_data_path(_APP, appauthor=False)
        config = platformdirs.user_config_path(_APP, appauthor=False)
        logs = platformdirs.user_log_path(_APP, appauthor=False)
    return Paths(
        config_file=config / "config.toml",
        ledger_file=data / "ledger.sqlite3",
        submissions=data / "submissions",
        exports=data / "exports",
        logs=logs if not home else data / "logs",
    )


def packaged_file(name: str) -> Path:
    """Give a file of ``addin/`` or ``workbook_templates/``.

    Args:
        name: path below the repository root, such as ``workbook_templates/samples/returns.xlsx``.

    Raises:
        FileNotFoundError: when the installation is incomplete.
    """
    package = Path(__file__).parent
    for root in (package / "shipped", package.parents[1]):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{name} is missing from this installation; install action-returns again")


def write_atomically(path: Path, content: bytes, *, overwrite: bool, private: bool = False) -> None:
    """Write a file under its name only when every byte is on the disk.

    Args:
        path: the file.
        content: all of it.
        overwrite: whether a file of that name is replaced; else it is left as it is.
        private: whether only this user may read it.

    Raises:
        FileExistsError: when there is a file of that name that must not be replaced.
        OSError: when it cannot be written, a full disk included; nothing is left behind then.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(draft, "xb", opener=_private if private else None) as file:  # Path.open has no opener
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            draft.replace(path)
        else:
            _put_beside(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    _settle_folder(path.parent)


def _put_beside(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # fails when the name is taken, in one step
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        path.touch(exist_ok=False)
        try:
            draft.replace(path)
        except OSError:
            path.unlink(missing_ok=True)  # ours, and empty
            raise


def _settle_folder(folder: Path) -> None:
    """Make the name itself survive a power cut; Windows does that on its own."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
