"""The account a command works for: its rules, its channel and its ledger; the defaults where there is no profile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from functools import cache, partial
from typing import TYPE_CHECKING

from action_returns.batch.context import DEFAULT_POLICY, DEFAULT_RESULTS_AFTER_HOURS, Policy
from action_returns.errors import ConfigError
from action_returns.files import Paths
from action_returns.settings.config import load_settings
from action_returns.settings.secrets import ledger_account, read_secret

if TYPE_CHECKING:
    from pathlib import Path

    from action_returns.channels.base import Channel
    from action_returns.channels.settings_base import ReadSecret
    from action_returns.ledger.accounts import Sender
    from action_returns.ledger.ledger import Ledger
    from action_returns.ledger.records import TeamDatabase
    from action_returns.settings.profile import Profile


@dataclass(frozen=True, slots=True)
class Account:
    """The rules that hold, and where files go.

    Args:
        name: the profile's name, ``default`` where there is none.
        environment: ``live`` or ``test``; ``""`` without a profile.
        policy: the account's rules.
        time_zone: the zone of lock dates without an offset.
        profile: the profile itself, None when there is none; then batches can be checked but not sent.
        profiles: every profile in config.toml, by name; some of them may belong to the same account.
    """

    name: str = "default"
    environment: str = ""
    policy: Policy = DEFAULT_POLICY
    time_zone: tzinfo = UTC
    profile: "Profile | None" = None
    profiles: "Mapping[str, Profile]" = field(default_factory=dict)

    @property
    def sender(self) -> "Sender":
        """The profile as the ledger asks for it, to tell which batches on record belong to the same account."""
        from action_returns.ledger.accounts import LIVE, Sender, Way, account_name

        live = tuple(
            Way(account_name(LIVE, name, profile.account), LIVE, name, profile.channel.receiver())
            for name, profile in self.profiles.items()
            if profile.environment == LIVE
        )
        environment = self.environment or LIVE  # without a profile it is the live actions that people ask about
        if self.profile is None:
            return Sender(self.name, environment, live=live)
        return Sender(self.name, environment, self.profile.account, self.profile.channel.receiver(), live)

    @property
    def is_time_zone_known(self) -> bool:
        """Whether the profile sets the time zone; the default is only assumed."""
        return self.profile is not None and "time_zone" in self.profile.model_fields_set

    @property
    def results_after_hours(self) -> int:
        """Hours that the network may take for a file."""
        hours: int = getattr(self.profile, "results_after_hours", DEFAULT_RESULTS_AFTER_HOURS)
        return hours

    @property
    def unencrypted(self) -> bool:
        """Whether password and rows are sent without encryption, which the profile then accepts by a setting."""
        return self.profile is not None and getattr(self.profile.channel, "security", "") == "plain"


def open_account(paths: Paths, name: str | None = None) -> Account:
    """Return the account of the named profile or of the default one; without any profile, an account of defaults.

    Raises:
        action_returns.errors.SettingsError: the profile does not exist, or the file is wrong.
    """
    settings = load_settings(paths.config_file)
    if name is None and not settings.profiles:
        return Account()
    chosen, profile = settings.choose(name)
    return Account(chosen, profile.environment, profile.policy(), profile.zone(), profile, settings.profiles)


def password_once(account: Account) -> "ReadSecret":
    """Return what reads the password of an account's channel, which asks the password store once: it may be locked again."""
    return cache(partial(read_secret, profile=account.name))


def open_channel(account: Account, paths: Paths, read: "ReadSecret | None" = None) -> "Channel":
    """Open the channel of an account. Nothing is connected yet, and the password is read when it is needed.

    Args:
        account: the account.
        paths: where the profiles are.
        read: what reads the password, if it may have been read already.

    Raises:
        ConfigError: there is no profile, or a package that its channel needs is not installed.
    """
    if account.profile is None:
        raise ConfigError(
            f"There is no profile yet, so there is no receiver to send to: {paths.config_file} does not exist. "
            "Make one with: action-returns profile add NAME"
        )
    return account.profile.channel.open(read or password_once(account))


def require_password_and_files(account: Account, read: "ReadSecret") -> None:
    """Read the password and the files that an account's channel needs, so that a missing one stops before anything is recorded.

    Args:
        account: the account.
        read: what reads the password for the channel too.

    Raises:
        action_returns.errors.SecretError: the password is missing, or kept where it must not be used.
        action_returns.errors.ConfigError: a file that the channel's settings name cannot be used.
    """
    if account.profile is None:
        return
    if (reference := account.profile.channel.password_reference) is not None:
        read(reference)
    account.profile.channel.check_files()


def open_account_ledger(account: Account, paths: Paths) -> "Ledger":
    """Open the ledger of an account, which is made when there is none. It is a context manager that closes itself.

    Raises:
        action_returns.errors.LedgerError: the ledger cannot be used.
    """
    from action_returns.ledger.ledger import open_ledger

    return open_ledger(_team_database(account) or paths.ledger_file, kept_in=paths.submissions)


def open_ledger_if_exists(account: Account, paths: Paths) -> "Ledger | None":
    """Open the ledger of an account, or return None when there is none yet.

    Raises:
        action_returns.errors.LedgerError: the ledger cannot be used.
    """
    if not has_team_database(account) and _is_absent(paths.ledger_file):
        return None
    return open_account_ledger(account, paths)


def _is_absent(path: "Path") -> bool:
    try:
        return not path.exists()
    except OSError:  # this user may not even look: to open it fails with a message that says so
        return False


def open_ledger_to_read(paths: Paths, profile: str | None = None) -> "Ledger":
    """Open the ledger for a command that only reads it. All profiles of this computer share one.

    Args:
        paths: where this computer's ledger is.
        profile: the profile whose ledger it is, None when the user names none.

    Raises:
        action_returns.errors.SettingsError: the settings are wrong, or several profiles keep their records in
            different ledgers and none is named.
        action_returns.errors.LedgerError: the ledger cannot be used.
    """
    profiles = load_settings(paths.config_file).profiles.values()
    if profile is None and all(configured.ledger == "sqlite" for configured in profiles):
        return open_account_ledger(Account(), paths)
    return open_account_ledger(open_account(paths, profile), paths)


def hours_of_profiles(paths: Paths) -> Mapping[str, int]:
    """Return name of each profile -> hours that its network may take for a file.

    Raises:
        action_returns.errors.SettingsError: the settings are wrong.
    """
    profiles = load_settings(paths.config_file).profiles
    return {name: profile.results_after_hours for name, profile in profiles.items()}


def keep_daily_copy_of(account: Account, ledger: "Ledger", paths: Paths, today: date) -> "Path | None":
    """Copy this computer's ledger, once a day; a team's database has backups of its own.

    Returns:
        The copy that was made, None when today's exists already or none is needed.

    Raises:
        OSError: the copy cannot be written.
        action_returns.errors.LedgerError: the ledger cannot be read.
    """
    if has_team_database(account):
        return None
    from action_returns.ledger.copies import keep_daily_copy as keep

    return keep(paths.backups, today, ledger.copy_to)


def has_team_database(account: Account) -> bool:
    """Return whether an account keeps its records in a team's database."""
    return account.profile is not None and account.profile.ledger != "sqlite"


def _team_database(account: Account) -> "TeamDatabase | None":
    profile = account.profile
    if profile is None or not has_team_database(account):
        return None
    from action_returns.ledger.records import TeamDatabase

    password = None
    if profile.ledger_password is not None:
        reference = profile.ledger_password.get_secret_value()
        password = partial(read_secret, reference, profile=ledger_account(account.name))
    return TeamDatabase(profile.ledger, password, profile.ledger_ca_file)
