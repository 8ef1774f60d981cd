"""Why a connection did not come about, as the user reads it."""

import errno
import os
import socket
import ssl

import pytest

from action_returns.channels.base import ConnectionLostError, Phase, State, TookTooLongError
from action_returns.channels.connection_errors import connection_failed, is_retryable, reason


def untrusted(code, message=""):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


def tls_error(words):
    error = ssl.SSLError(1, "[SSL] odd")
    error.reason = words
    return error


def of_the_system(number, text="Ein Text in der Sprache des Benutzers", windows=None):
    """Return an error as the system of this computer raises it, worded in the language of the user."""
    if windows is not None and os.name == "nt":
        return OSError(None, text, None, windows)
    return OSError(number, text)


REFUSED = of_the_system(errno.ECONNREFUSED, windows=10061)
RESET = of_the_system(errno.ECONNRESET, windows=10054)
ABORTED = of_the_system(errno.ECONNABORTED, windows=10053)
NETWORK_RESET = of_the_system(errno.ENETRESET, windows=10052)
SHUT_DOWN = of_the_system(errno.EPIPE, windows=10058)
NOT_ALLOWED = of_the_system(errno.EACCES, windows=10013)
SILENT = of_the_system(errno.ETIMEDOUT, windows=10060)
NO_NETWORK = of_the_system(errno.ENETUNREACH, windows=10051)
NO_HOST = of_the_system(errno.EHOSTUNREACH, windows=10065)
NETWORK_DOWN = of_the_system(errno.ENETDOWN, windows=10050)
SILENT_OVER_VPN = OSError(22, "Das Zeitlimit fuer die Semaphore wurde erreicht")
SILENT_OVER_VPN.winerror = 121
OF_THE_SYSTEM = [
    REFUSED, RESET, ABORTED, NETWORK_RESET, SHUT_DOWN, NOT_ALLOWED, SILENT, NO_NETWORK, NO_HOST, NETWORK_DOWN, SILENT_OVER_VPN,
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (untrusted(18), "its certificate cannot be trusted: it is self-signed and not known on this computer"),
        (untrusted(99, "odd"), "its certificate cannot be trusted: odd"),
        (tls_error("WRONG_VERSION_NUMBER"), "no encryption was agreed on: WRONG_VERSION_NUMBER"),
        (REFUSED, "it was refused"),
        (RESET, "the server or a firewall ended it"),
        (SHUT_DOWN, "the server or a firewall ended it"),
        (ABORTED, "this computer ended it, as it does when the network is lost"),
        (NETWORK_RESET, "this computer ended it, as it does when the network is lost"),
        (NOT_ALLOWED, "a firewall or virus scanner on this computer does not allow it"),
        (SILENT, "no answer came in time"),
        (SILENT_OVER_VPN, "no answer came in time"),
        (NO_NETWORK, "no network leads there"),
        (NO_HOST, "no network leads there"),
        (NETWORK_DOWN, "no network leads there"),
        (TimeoutError("no answer within 30 seconds"), "no answer within 30 seconds"),
        (ConnectionError("the server closed it"), "the server closed it"),
        (ConnectionResetError(), "ConnectionResetError"),
    ],
)
def test_why_a_connection_broke_off_is_said_in_a_few_words(error, words):
    assert reason(error) == words


def test_an_error_that_has_no_words_of_ours_keeps_its_number():
    assert reason(of_the_system(errno.ENOBUFS, "Kein Speicher")) == f"Kein Speicher, error {errno.ENOBUFS}"
    if os.name == "nt":
        assert reason(of_the_system(0, "Kein Speicher", windows=10055)) == "Kein Speicher, error 10055"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (REFUSED, "ftp.example.com refuses connections on port 21. Check the port in the profile"),
        (RESET, "The connection to ftp.example.com:21 broke off (the server or a firewall ended it). Try again"),
        (
            NOT_ALLOWED,
            "This computer does not let the program connect to ftp.example.com:21. A firewall or virus scanner",
        ),
        (SILENT, "ftp.example.com:21 did not answer in time"),
        (SILENT_OVER_VPN, "ftp.example.com:21 did not answer in time"),
        (NO_NETWORK, "No network leads from this computer to ftp.example.com. Check your connection (network, VPN)"),
        (NO_HOST, "No network leads from this computer to ftp.example.com. Check your connection (network, VPN)"),
        (
            socket.gaierror(socket.EAI_NONAME, "Host unbekannt"),
            "There is no server named ftp.example.com, or the network",
        ),
    ],
)
def test_why_no_connection_came_about_is_told_in_plain_words(error, words):
    assert connection_failed(error, "ftp.example.com", 21).message.startswith(words)


@pytest.mark.parametrize("error", OF_THE_SYSTEM, ids=lambda error: str(error.errno))
def test_what_the_system_says_in_the_language_of_the_user_decides_nothing_and_is_not_repeated(error):
    told = connection_failed(error, "ftp.example.com", 21)
    assert (told.state, told.phase) == (State.FAILED, Phase.CONNECT)
    assert error.strerror not in told.message + reason(error)
    assert told.message.endswith("Nothing was sent.")
    assert is_retryable(error)


def test_steps_that_are_in_time_and_take_too_long_together_are_named_and_not_tried_again():
    error = TookTooLongError("it took longer than 180 seconds in all")
    text = connection_failed(error, "ftp.example.com", 21).message
    assert text.startswith("ftp.example.com:21 is too slow: it took longer than 180 seconds in all")
    assert text.endswith("ask the administrator of the server. Nothing was sent.")
    assert not is_retryable(error)


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (ConnectionLostError("no answer within 30 seconds"), True),
        (TimeoutError(), True),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), True),
        (tls_error("WRONG_VERSION_NUMBER"), False),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), True),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), False),
    ],
)
def test_an_attempt_is_made_again_where_a_moment_later_may_help(error, again):
    assert is_retryable(error) is again


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("WRONG_VERSION_NUMBER", "explicit and implicit TLS use different ports"),
        ("UNSUPPORTED_PROTOCOL", "The server has only old ways to encrypt, or other ones than this computer"),
        ("DH_KEY_TOO_SMALL", "The server has only old ways to encrypt, or other ones than this computer"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "It may have only old ones, or want a certificate of this computer"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "wants a certificate of this computer (a client certificate)"),
    ],
)
def test_why_no_encryption_was_agreed_on_is_told_with_what_to_do(says, words):
    told = connection_failed(tls_error(says), "ftp.example.com", 21).message
    assert told.startswith(f"ftp.example.com:21 did not agree on an encrypted connection ({says}). ")
    assert words in told


def test_a_wish_for_a_certificate_of_the_client_is_told_also_after_the_handshake():
    told = connection_failed(ConnectionError("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "ftp.example.com", 21).message
    assert told.startswith(
        "The connection to ftp.example.com:21 broke off (TLSV13_ALERT_CERTIFICATE_REQUIRED). The server wants"
    )


def test_a_certificate_is_told_with_what_to_do():
    told = connection_failed(untrusted(20), "ftp.example.com", 21).message
    assert told.startswith(
        "The certificate of ftp.example.com cannot be trusted: its issuer is not known on this computer. "
    )
    assert 'ca_file = "PATH"' in told
    assert told.endswith("Nothing was sent.")


def test_an_error_that_is_none_of_the_system_is_told_in_its_own_words():
    told = connection_failed(EOFError("the greeting ended early"), "ftp.example.com", 21).message
    assert told.startswith("The connection to ftp.example.com:21 broke off (the greeting ended early). Try again")


def test_an_ipv6_address_stands_in_brackets_before_a_port():
    assert connection_failed(SILENT, "2001:db8::1", 21).message.startswith("[2001:db8::1]:21 did not answer in time")
    assert connection_failed(REFUSED, "2001:db8::1", 21).message.startswith(
        "2001:db8::1 refuses connections on port 21"
    )
