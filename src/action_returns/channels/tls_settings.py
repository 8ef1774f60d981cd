"""The TLS settings of a connection, as a profile and this computer have them."""

import ssl
from pathlib import Path

from action_returns.channels.base import DeliveryEndedError, Outcome, Phase, State
from action_returns.trusted_certificates import trusting_context


def tls_settings(security: str, context: ssl.SSLContext | None, ca_file: Path | None = None) -> ssl.SSLContext | None:
    """Return the TLS settings of a connection, None where it is ``plain``.

    Args:
        security: as the profile has it.
        context: settings to use; those of this computer when None.
        ca_file: certificates that are trusted beside those of this computer.

    Raises:
        action_returns.errors.ConfigError: when the file cannot be used. Nothing is connected yet.
        DeliveryEndedError: when the certificates of this computer cannot be read.
    """
    if security == "plain":
        return None
    try:
        return context or trusting_context(ca_file)
    except ssl.SSLError as error:
        raise DeliveryEndedError(
            Outcome(
                State.FAILED,
                f"The certificates that this computer trusts cannot be read ({error.reason or error}), so it could not check "
                "any server. Nothing was sent. Ask the administrator of this computer.",
                Phase.CONNECT,
            )
        ) from None
