"""Open the channel of an account."""

from functools import partial
from typing import TYPE_CHECKING

from action_returns.errors import ConfigError
from action_returns.files import Paths
from action_returns.settings.secrets import read_secret

if TYPE_CHECKING:
    from action_returns.channels.base import Channel
    from action_returns.operations.account import Account


def open_channel(account: "Account", paths: Paths) -> "Channel":
    """Open the channel of an account. Nothing is connected yet, and the password is read when it is needed.

    Raises:
        ConfigError: when there is no profile, or a package that its channel needs is not installed.
    """
    if account.profile is None:
        raise ConfigError(
            f"There is no profile yet, so there is no receiver to send to: {paths.config_file} does not exist. "
            "Make one with: action-returns profile add NAME"
        )
    return account.profile.channel.open(partial(read_secret, profile=account.name))
