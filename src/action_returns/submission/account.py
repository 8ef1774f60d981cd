"""The account a command works for: a profile, or the defaults where none was set up."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from action_returns.batch import DEFAULT_POLICY, Policy
from action_returns.settings import Places, load_settings

if TYPE_CHECKING:
    from action_returns.settings.models import Profile


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


def open_account(places: Places, name: str | None = None) -> Account:
    """Open the named profile, the default one, or the defaults when no profile was ever made.

    Raises:
        action_returns.settings.SettingsProblem: when the profile does not exist or the file is wrong.
    """
    settings = load_settings(places.config_file)
    if name is None and not settings.profiles:
        return Account()
    chosen, profile = settings.choose(name)
    return Account(chosen, profile.environment, profile.policy(), profile.zone(), profile)
