"""Where things live on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_APP: Final = "action-returns"


@dataclass(frozen=True, slots=True)
class Places:
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


def find_places(environ: Mapping[str, str]) -> Places:
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
    return Places(
        config_file=config / "config.toml",
        ledger_file=data / "ledger.sqlite3",
        submissions=data / "submissions",
        exports=data / "exports",
        logs=logs if not home else data / "logs",
    )


def shipped(name: str) -> Path:
    """Give a file of ``addin/`` or ``workbook_templates/``.

    Args:
        name: path below the repository root, such as ``workbook_templates/samples/returns.xlsx``.

    Raises:
        FileNotFoundError: when the installation is incomplete.
    """
    package = Path(__file__).parents[1]
    for root in (package / "shipped", package.parents[1]):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{name} is missing from this installation; install action-returns again")
