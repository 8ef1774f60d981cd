"""Why a connection did not come about, as the user reads it."""

import socket
import ssl

import pytest

from action_returns.channels.base import ConnectionLostError, TookTooLongError
from action_returns.channels.connection_errors import connection_failed, is_retryable, reason


def untrusted(code, message=""):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, message
    return error


def tls_error(words):
    error = ssl.SSLError(1, "[SSL] odd")
    error.reason = words
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (untrusted(18), "its certificate cannot be trusted: it is self-signed"),
        (untrusted(7, "bad signature"), "its certificate cannot be trusted: bad signature"),
        (tls_error("WRONG_VERSION_NUMBER"), "no encryption was agreed on: WRONG_VERSION_NUMBER"),
        (ConnectionRefusedError(111, "Connection refused"), "it was refused"),
        (OSError(113, "No route to host"), "No route to host"),
        (TimeoutError("no answer within 30 seconds"), "no answer within 30 seconds"),
        (EOFError(), "EOFError"),
    ],
)
def test_why_a_connection_broke_off_is_said_in_a_few_words(error, words):
    if isinstance(error, EOFError):
        error = ConnectionResetError()
        words = "ConnectionResetError"
    assert reason(error) == words


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
