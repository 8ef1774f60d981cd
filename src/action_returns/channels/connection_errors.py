"""Why a connection did not come about or broke off, in words, and whether another attempt may succeed.

Errors are told apart by class and number, never by text: Windows words them in the language of the user.
"""

import errno
import socket
import ssl
from typing import Final

from action_returns.channels.base import Outcome, Phase, State, TookTooLongError, bracketed

_NO_WAY: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
"""No network leads to the server. These names have the numbers of Windows' sockets on Windows."""
_SEMAPHORE_TIMEOUT: Final = 121
"""ERROR_SEM_TIMEOUT, by which Windows calls a server that did not answer, over a VPN for example."""

_OTHER_PORT: Final = (
    "Check port and encryption (security) in the profile: explicit and implicit TLS use different ports."
)
_OLD: Final = (
    "The server has only old ways to encrypt, or other ones than this computer: at least TLS 1.2 is needed, with keys of today. "
    "Ask the administrator of the server to update it."
)
_OF_CLIENT: Final = (
    "The server wants a certificate of this computer (a client certificate), which is not supported. Ask its administrator "
    "for a way in without one."
)
_TLS_REMEDIES: Final = {
    "UNSUPPORTED_PROTOCOL": _OLD,
    "TLSV1_ALERT_PROTOCOL_VERSION": _OLD,
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": _OLD,
    "DH_KEY_TOO_SMALL": _OLD,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": (
        "The server refused every way to encrypt that this computer has. It may have only old ones, or want a certificate of this "
        "computer (a client certificate), which is not supported. Ask its administrator."
    ),
    "SSLV3_ALERT_BAD_CERTIFICATE": _OF_CLIENT,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": _OF_CLIENT,
}
"""What OpenSSL and alerts of the server say -> what is meant and what to do."""

_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})
"""What OpenSSL says of an answer that is no TLS; which of them depends on its version and on the first letters."""


def connection_failed(error: Exception, host: str, port: int) -> Outcome:
    """Return the outcome of a connection that did not come about.

    Args:
        error: raised by the socket or TLS layer.
        host: the server that was called.
        port: its port.
    """
    where = f"{bracketed(host)}:{port}"
    text = _encryption_error_text(error, host, where) or _connection_error_text(error, host, port, where)
    return Outcome(State.FAILED, f"{text} Nothing was sent.", Phase.CONNECT)


def is_retryable(error: OSError) -> bool:
    """Return whether a connection that failed with this error may succeed a moment later."""
    match error:
        case TookTooLongError():  # another attempt would hold the user up as long once more
            return False
        case ssl.SSLEOFError():  # it broke off in the middle of agreeing on encryption
            return True
        case socket.gaierror():
            return error.errno == socket.EAI_AGAIN
    return not isinstance(error, ssl.SSLError)


def speaks_no_tls(error: ssl.SSLError) -> bool:
    """Return whether the server answered the beginning of a TLS handshake with something else, such as plain words."""
    return error.reason in _NO_TLS


def _encryption_error_text(error: Exception, host: str, where: str) -> str:
    """Return why no encryption came about, ``""`` where that is not what failed."""
    match error:
        case ssl.SSLCertVerificationError():
            from action_returns.certificate_problems import certificate_problem

            problem = certificate_problem(error)
            return f"The certificate of {host} cannot be trusted: {problem.words}. {problem.remedy}"
        case ssl.SSLError():
            remedy = _TLS_REMEDIES.get(error.reason or "", _OTHER_PORT)
            return f"{where} did not agree on an encrypted connection ({error.reason or error}). {remedy}"
        case ConnectionError() if str(error) in _TLS_REMEDIES:  # with TLS 1.3 it is said after the handshake
            return f"The connection to {where} broke off ({error}). {_TLS_REMEDIES[str(error)]}"
    return ""


def _connection_error_text(error: Exception, host: str, port: int, where: str) -> str:
    match error:
        case TookTooLongError():
            return (
                f"{where} is too slow: {error}, and the file could not leave yet. Try again later; if it stays, ask "
                "the administrator of the server."
            )
        case socket.gaierror():
            return f"There is no server named {host}, or the network is down. Check the server (host) in the profile, and your connection."
        case ConnectionRefusedError():
            return f"{host} refuses connections on port {port}. Check the port in the profile, or try again later."
        case OSError() if _is_timeout(error):
            return f"{where} did not answer in time. Check server (host) and port in the profile; a firewall may be in the way."
        case PermissionError():
            return (
                f"This computer does not let the program connect to {where}. A firewall or virus scanner on this computer "
                "does that; ask the administrator of your network."
            )
        case OSError() if error.errno in _NO_WAY:
            return (
                f"No network leads from this computer to {host}. Check your connection (network, VPN), then try again."
            )
        case OSError():
            return f"The connection to {where} broke off ({reason(error)}). Try again; if it stays, ask the administrator of the server."
        case _:
            return f"The connection to {where} broke off ({error}). Try again; if it stays, ask the administrator of the server."


def reason(error: OSError) -> str:
    """Return why a connection broke off or did not come about, in a few words to stand in brackets."""
    match error:
        case ssl.SSLCertVerificationError():
            from action_returns.certificate_problems import certificate_problem

            return f"its certificate cannot be trusted: {certificate_problem(error).words}"
        case ssl.SSLError():
            return f"no encryption was agreed on: {error.reason or error}"
        case OSError() if error.errno is None:  # an error of this program or of Python, in English
            return str(error) or type(error).__name__
        case ConnectionRefusedError():
            return "it was refused"
        case ConnectionResetError() | BrokenPipeError():
            return "the server or a firewall ended it"
        case OSError() if isinstance(error, ConnectionAbortedError) or error.errno == errno.ENETRESET:
            return "this computer ended it, as it does when the network is lost"
        case PermissionError():
            return "a firewall or virus scanner on this computer does not allow it"
        case OSError() if _is_timeout(error):
            return "no answer came in time"
        case OSError() if error.errno in _NO_WAY:
            return "no network leads there"
    # With its number, by which an administrator can look the text up.
    return f"{error.strerror}, error {getattr(error, 'winerror', None) or error.errno}"


def _is_timeout(error: OSError) -> bool:
    return isinstance(error, TimeoutError) or getattr(error, "winerror", None) == _SEMAPHORE_TIMEOUT
