"""The HTTPS connection to the Brand API: where it leads, what is trusted there, and what every question says of itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from action_returns.errors import ConfigError

if TYPE_CHECKING:
    from urllib3 import HTTPSConnectionPool

HTTPS: Final = 443
VERSION: Final = "14"
"""The version of the API (header IR-Version). Without it, the account's own setting would decide."""
_CONNECT_SECONDS: Final = 15.0
_SILENCE_SECONDS: Final = 90.0


CHECK_SETTINGS: Final = "Check api.campaigns and api.days_back in the profile."
"""What to check where the API refuses a question about the actions of some campaigns in some days."""


@dataclass(frozen=True, slots=True)
class ApiPlace:
    """Where the API is and whose account is asked.

    Args:
        account_sid: the account, which is also the user of the sign-in.
        host: the host.
        port: its port.
        ca_file: certificates that are trusted beside those of this computer.
        profile: the profile with these settings, for the commands in messages.
        check: what to check where the API refuses a question itself, a sentence.
    """

    account_sid: str
    host: str = "api.impact.com"
    port: int = HTTPS
    ca_file: Path | None = None
    profile: str = "PROFILE"
    check: str = CHECK_SETTINGS


def check_urllib3() -> None:
    """Check that urllib3, the HTTP library, is installed.

    Raises:
        ConfigError: it is not installed.
    """
    from importlib.util import find_spec

    if find_spec("urllib3") is None:
        from action_returns.extras import install_command

        raise ConfigError(
            "The network's API needs a part of this program that is not installed here. Nothing was fetched or sent. "
            f"Install it: {install_command('api')}"
        )


def open_pool(place: ApiPlace, token: str) -> "HTTPSConnectionPool":
    """Return the connection, which is made with the first question.

    Raises:
        ConfigError: urllib3 is not installed, or the file of certificates cannot be used.
    """
    check_urllib3()
    from urllib3 import HTTPSConnectionPool, Timeout

    from action_returns.trusted_certificates import trusting_context

    return HTTPSConnectionPool(
        place.host,
        place.port,
        headers={**headers_of(place, token), "Accept-Encoding": "gzip"},
        timeout=Timeout(connect=_CONNECT_SECONDS, read=_SILENCE_SECONDS),
        maxsize=1,
        ssl_context=trusting_context(place.ca_file),
    )


def headers_of(place: ApiPlace, token: str) -> dict[str, str]:
    """Return what every request says of itself."""
    return {
        "User-Agent": "action-returns",
        # The function of urllib3 knows Latin-1 only.
        "Authorization": _basic(place.account_sid, token),
        "Accept": "application/json",
        "IR-Version": VERSION,
    }


def _basic(user: str, password: str) -> str:
    from base64 import b64encode

    return "Basic " + b64encode(f"{user}:{password}".encode("utf-8", "surrogateescape")).decode("ascii")
