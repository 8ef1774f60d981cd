"""Opening the record of what was sent: this machine's own, or the one a team shares."""

from datetime import date
from typing import TYPE_CHECKING

from action_returns.settings import Places, load_settings, resolve
from action_returns.settings.secrets import ledger_account

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.ledger import Ledger, TeamDatabase
    from action_returns.submission.account import Account


def open_records(account: "Account", places: Places) -> "Ledger":
    """Open the ledger of an account, made where there is none; a context manager that closes it.

    Raises:
        action_returns.ledger.LedgerProblem: when it cannot be used.
    """
    from action_returns.ledger import open_ledger

    return open_ledger(_place(account, places))


def existing_records(account: "Account", places: Places) -> "Ledger | None":
    """Open the ledger of an account if anything was ever recorded, None when there is no ledger yet.

    Raises:
        action_returns.ledger.LedgerProblem: when it cannot be used.
    """
    if _team(account) is None and not places.ledger_file.exists():
        return None
    return open_records(account, places)


def open_history(places: Places, profile: str | None = None) -> "Ledger":
    """Open the ledger for somebody who only wants to look: every profile of this machine shares one.

    Args:
        places: where this machine's ledger lies.
        profile: whose ledger, None where that is not said.

    Raises:
        action_returns.settings.SettingsProblem: when the settings are wrong, or several profiles keep their records
            in different places and none is named.
        action_returns.ledger.LedgerProblem: when it cannot be used.
    """
    from action_returns.submission.account import Account, open_account

    profiles = load_settings(places.config_file).profiles.values()
    if profile is None and all(one.ledger == "sqlite" for one in profiles):
        return open_records(Account(), places)
    return open_records(open_account(places, profile), places)


def keep_copy_of_today(account: "Account", ledger: "Ledger", places: Places, today: date) -> "Path | None":
    """Keep a copy of this machine's ledger, one a day; a team's database has backups of its own.

    Returns:
        The copy that was made, None when there was one already or none is needed.

    Raises:
        OSError: when it cannot be written.
        action_returns.ledger.LedgerProblem: when the ledger cannot be read.
    """
    if _team(account) is not None:
        return None
    from action_returns.ledger.backups import keep_copy_of_today as keep

    return keep(places.backups, today, ledger.copy_to)


def _place(account: "Account", places: Places) -> "Path | TeamDatabase":
    return _team(account) or places.ledger_file


def _team(account: "Account") -> "TeamDatabase | None":
    profile = account.profile
    if profile is None or profile.ledger == "sqlite":
        return None
    from action_returns.ledger import TeamDatabase

    kept = profile.ledger_password
    secret = None if kept is None else kept.get_secret_value()
    return TeamDatabase(
        profile.ledger, None if secret is None else lambda: resolve(secret, profile=ledger_account(account.name))
    )
