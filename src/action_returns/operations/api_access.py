"""Open the network's Brand API with the settings of a profile."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from action_returns.brand_api.client import BrandApi
from action_returns.brand_api.connection import CHECK_SETTINGS, ApiPlace, check_urllib3
from action_returns.channels.server_words import ServerWords
from action_returns.errors import ConfigError
from action_returns.settings.secrets import api_account, read_secret

if TYPE_CHECKING:
    from action_returns.files import Paths
    from action_returns.operations.account import Account
    from action_returns.settings.api import ApiSettings


def api_settings(account: "Account", paths: "Paths") -> "ApiSettings":
    """Return the settings of the API of an account's profile.

    Raises:
        ConfigError: there are none, or urllib3 is not installed.
    """
    if account.profile is None:
        raise ConfigError(
            f"There is no profile yet, so it is not known whose actions to ask for: {paths.config_file} does not exist. "
            "Make one with: action-returns profile add NAME"
        )
    if account.profile.api is None:
        name = account.name
        raise ConfigError(
            f"Profile {name} has no settings of the network's API ([profiles.{name}.api] in {paths.config_file}). In the "
            "network, account SID and auth token stand under Settings, Technical, API. Set them: action-returns profile set "
            f"{name} api.account_sid=SID api.auth_token=keyring api.campaigns=NUMBER, then: action-returns secret set {name} --api"
        )
    check_urllib3()
    return account.profile.api


def open_api(
    settings: "ApiSettings",
    profile: str,
    tell: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    *,
    check: str = CHECK_SETTINGS,
) -> BrandApi:
    """Return the API, which is connected with the first question.

    Args:
        settings: where it is and whose.
        profile: the profile that has them.
        tell: takes sentences about waiting.
        sleep: waits.
        check: what to check where the API refuses a question itself, a sentence.

    Raises:
        action_returns.errors.SecretError: the token is missing, or kept where it must not be used.
    """
    token = read_secret(settings.token_reference, profile=api_account(profile))
    place = ApiPlace(settings.account_sid, settings.host, settings.port, settings.ca_file, profile, check)
    return BrandApi(place, token, show=ServerWords(token).show, tell=tell, sleep=sleep)
