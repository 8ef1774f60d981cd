"""The account a command works for: a profile, or the defaults where none was set up."""

from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from typing import TYPE_CHECKING

from action_returns.batch.context import DEFAULT_POLICY, Policy
from action_returns.files import Paths
from action_returns.settings.config import load_settings
from action_returns.settings.secrets import ledger_account, read_secret

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import TeamDatabase
    from action_returns.settings.profile import Profile


@dataclass(frozen=True, slots=True)
class Account:
    """Whose rules hold and where files go.

    Args:
        name: the profile's name, ``default`` where there is none.
        environment: ``live`` or ``test``; ``""`` without a profile.
        policy: the account's rules.
        time_zone: lock dates without an offset are read in it.
        profile: the profile itself, None where nothing was set up: then batches can be checked, not sent.
    """

    name: str = "default"
    environment: str = ""
    policy: Policy = DEFAULT_POLICY
    time_zone: tzinfo = UTC
    profile: "Profile | None" = None

    @property
    def unencrypted(self) -> bool:
        """Whether password and rows travel readable for everybody on the way, as the profile accepts in writing."""
        return self.profile is not None and getattr(self.profile.channel, "security", "") == "plain"


def open_account(places: Paths, name: str | None = None) -> Account:
    """Open the named profile, the default one, or the defaults when no profile was ever made.

    Raises:
        action_returns.errors.SettingsError: when the profile does not exist or the file is wrong.
    """
    settings = load_settings(places.config_file)
    if name is None and not settings.profiles:
        return Account()
    chosen, profile = settings.choose(name)
    return Account(chosen, profile.environment, profile.policy(), profile.zone(), profile)


def open_account_ledger(account: "Account", places: Paths) -> "Ledger":
    """Open the ledger of an account, made where there is none; a context manager that closes it.

    Raises:
        action_returns.errors.LedgerError: when it cannot be used.
    """
    from action_returns.ledger.ledger import open_ledger

    return open_ledger(_place(account, places))


def open_ledger_if_exists(account: "Account", places: Paths) -> "Ledger | None":
    """Open the ledger of an account if anything was ever recorded, None when there is no ledger yet.

    Raises:
        action_returns.errors.LedgerError: when it cannot be used.
    """
    if _team(account) is None and not places.ledger_file.exists():
        return None
    return open_account_ledger(account, places)


def open_ledger_to_read(places: Paths, profile: str | None = None) -> "Ledger":
    """Open the ledger for somebody who only wants to look: every profile of this machine shares one.

    Args:
        places: where this machine's ledger lies.
        profile: whose ledger, None where that is not said.

    Raises:
        action_returns.errors.SettingsError: when the settings are wrong, or several profiles keep their records
            in different places and none is named.
        action_returns.errors.LedgerError: when it cannot be used.
    """
    profiles = load_settings(places.config_file).profiles.values()
    if profile is None and all(one.ledger == "sqlite" for one in profiles):
        return open_account_ledger(Account(), places)
    return open_account_ledger(open_account(places, profile), places)


def keep_daily_copy_of(account: "Account", ledger: "Ledger", places: Paths, today: date) -> "Path | None":
    """Keep a copy of this machine's ledger, one a day; a team's database has backups of its own.

    Returns:
        The copy that was made, None when there was one already or none is needed.

    Raises:
        OSError: when it cannot be written.
        action_returns.errors.LedgerError: when the ledger cannot be read.
    """
    if _team(account) is not None:
        return None
    from action_returns.ledger.sqlite import keep_daily_copy as keep

    return keep(places.backups, today, ledger.copy_to)


def _place(account: "Account", places: Paths) -> "Path | TeamDatabase":
    return _team(account) or places.ledger_file


def _team(account: "Account") -> "TeamDatabase | None":
    profile = account.profile
    if profile is None or profile.ledger == "sqlite":
        return None
    from action_returns.ledger.records import TeamDatabase

    kept = profile.ledger_password
    secret = None if kept is None else kept.get_secret_value()
    return TeamDatabase(
        profile.ledger, None if secret is None else lambda: read_secret(secret, profile=ledger_account(account.name))
    )
