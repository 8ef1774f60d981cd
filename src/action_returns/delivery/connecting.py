"""Why a connection could not be made, in plain words. The same for every protocol."""

import socket
import ssl

from action_returns.delivery.outcome import Outcome, Phase, State


def not_connected(error: Exception, host: str, port: int) -> Outcome:
    """Say why no connection came about.

    Args:
        error: what the socket or TLS layer said.
        host: the server that was called.
        port: its port.
    """
    return Outcome(State.FAILED, f"{_why(error, host, port)} Nothing was sent.", Phase.CONNECT)


def may_pass(error: OSError) -> bool:
    """Tell whether a connection that did not come about may come about a moment later."""
    match error:
        case ssl.SSLEOFError():  # it broke off in the middle of agreeing on encryption
            return True
        case socket.gaierror():
            return error.errno == socket.EAI_AGAIN
    return not isinstance(error, ssl.SSLError)


def _why(error: Exception, host: str, port: int) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"The certificate of {host} cannot be trusted: {_certificate(error)}. "
                "Somebody may be pretending to be the server, or the host name in the profile is not the one the "
                "certificate is made for. Check channel.host, and ask whoever runs the server."
            )
        case ssl.SSLError():
            return (
                f"{host}:{port} did not agree on an encrypted connection ({error.reason or error}). "
                "Check channel.port and channel.security in the profile: explicit and implicit TLS use different ports."
            )
        case socket.gaierror():
            return f"There is no server named {host}, or the network is down. Check channel.host and your connection."
        case ConnectionRefusedError():
            return f"{host} refuses connections on port {port}. Check channel.port, or try again later."
        case TimeoutError():
            return f"{host}:{port} did not answer in time. Check channel.host and channel.port; a firewall may be in the way."
        case _:
            return f"The connection to {host}:{port} broke off ({error}). Try again; if it stays, ask whoever runs the server."


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    return {
        10: "it has expired",  # X509_V_ERR_CERT_HAS_EXPIRED (openssl-verification-options)
        18: "it is self-signed",
        19: "its issuer is not known on this machine",
        20: "its issuer is not known on this machine",
        62: "it is made for another host name",
        64: "it is made for another address",
    }.get(error.verify_code, error.verify_message or "it could not be verified")
