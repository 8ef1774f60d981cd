"""The settings of the network's Brand API: ``[profiles.NAME.api]``. Imports pydantic, as the profile does."""

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from action_returns.channels.settings_base import AccountSid, Allowed, Folder, Host, Port, Secret, Table, setting

_CAMPAIGNS_TEXT: Final = 'a list of campaign numbers, each once, such as ["1000", "2000"]'
_DAYS_TEXT: Final = "a whole number of days from 1 to 1095"
_MOST_DAYS: Final = 1095
"""The API goes back three years."""
_CAMPAIGN: Final = re.compile(r"[1-9][0-9]{0,9}")
_MOST_CAMPAIGNS: Final = 100


def _read_campaigns(value: object) -> object:
    """Return the numbers as texts, in a tuple; anything else as it is, to be refused."""
    if not isinstance(value, list | tuple):
        return value
    return tuple(str(one) if type(one) is int else one for one in value)


def _check_campaigns(campaigns: tuple[str, ...]) -> tuple[str, ...]:
    are_numbers = all(map(_CAMPAIGN.fullmatch, campaigns))
    if not (0 < len(campaigns) <= _MOST_CAMPAIGNS and are_numbers and len(set(campaigns)) == len(campaigns)):
        raise ValueError(_CAMPAIGNS_TEXT)
    return campaigns


Campaigns: TypeAlias = Annotated[
    tuple[str, ...], BeforeValidator(_read_campaigns), AfterValidator(_check_campaigns), Allowed(_CAMPAIGNS_TEXT)
]
Days: TypeAlias = Annotated[int, Field(ge=1, le=_MOST_DAYS), Allowed(_DAYS_TEXT)]


class ApiSettings(Table):
    """The network's Brand API, over which `action-returns pending fetch` and `action-returns reconcile --api` read."""

    account_sid: AccountSid = setting(
        "Account SID",
        "The account, as the network shows it under Settings, Technical, API.",
        example="IRabc123",
    )
    auth_token: Secret = setting(
        "Auth token",
        "Where the auth token is kept. It needs the scope to read Actions; for `reconcile --api` also those to read FTP "
        "submissions, API submissions and Action updates.",
        example="keyring",
    )
    campaigns: Campaigns = setting(
        "Campaigns",
        "The numbers of the campaigns (programs) whose actions are fetched. The API lists those of one campaign at a time.",
        example='["1000", "2000"]',
    )
    days_back: Days = setting(
        "Days back",
        "Actions are fetched whose event is at most so many days ago. It has to be longer than the time until an action "
        "is locked, or pending actions are left out.",
        example="180",
        default=180,
    )
    host: Host = setting(
        "Server",
        "The host of the API. It is called over HTTPS only.",
        example="api.impact.com",
        default="api.impact.com",
    )
    port: Port = setting("Port", "The port of the API.", example="443", default=443)
    ca_file: Folder | None = setting(
        "Certificate of your own authority",
        "A PEM file with certificates that are trusted for the API, beside those that this computer trusts.",
        example="~/authority.pem",
        default=None,
    )

    @property
    def token_reference(self) -> str:
        """Where the auth token is kept: ``keyring``, ``env:NAME`` or ``file:PATH``."""
        return self.auth_token.get_secret_value()
