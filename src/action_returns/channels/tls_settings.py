"""The TLS settings of a connection, as a profile and this computer have them."""

import ssl

from action_returns.channels.base import DeliveryEndedError, Outcome, Phase, State
from action_returns.trusted_certificates import trusting_context


def tls_settings(security: str, context: ssl.SSLContext | None) -> ssl.SSLContext | None:
    """Return the TLS settings of a connection, None where it is ``plain``.

    Args:
        security: as the profile has it.
        context: settings to use; the machine's trusted certificates when None.

    Raises:
        DeliveryEndedError: when those cannot be read. Nothing is connected yet.
    """
    if security == "plain":
        return None
    try:
        return context or trusting_context()
    except ssl.SSLError as error:
        raise DeliveryEndedError(
            Outcome(
                State.FAILED,
                f"The certificates that this computer trusts cannot be read ({error.reason or error}), so it could not check "
                "any server. Nothing was sent. Ask the administrator of this computer.",
                Phase.CONNECT,
            )
        ) from None
