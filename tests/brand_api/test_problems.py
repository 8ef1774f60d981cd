"""What is told about a connection that did not come about, whatever the library wraps its reason in."""

import errno
import socket
import ssl

import pytest

from action_returns.brand_api.problems import cause_of, may_pass, unreachable


def test_the_reason_is_found_behind_what_wraps_it():
    reason, outer = ConnectionResetError(), RuntimeError("outer")
    outer.__cause__ = ValueError("inner", reason)
    assert cause_of(outer) is reason
    assert cause_of(reason) is reason


def test_errors_that_name_each_other_have_no_reason():
    one, other = ValueError(), ValueError()
    one.__context__, other.__context__ = other, one
    assert cause_of(one) is None


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (None, True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (ssl.SSLEOFError(), True),
        (ssl.SSLError(), False),
        (ssl.SSLCertVerificationError(), False),
        (socket.gaierror(socket.EAI_AGAIN, ""), True),
        (socket.gaierror(socket.EAI_NONAME, ""), False),
    ],
)
def test_what_may_pass_is_tried_again(error, passes):
    assert may_pass(error) is passes


@pytest.mark.parametrize(
    ("error", "is_timeout", "says"),
    [
        (OSError(errno.ENETUNREACH, ""), False, "No network leads from this computer to api.example"),
        (PermissionError(), False, "This computer does not let the program connect to api.example:443"),
        (TimeoutError(), False, "api.example:443 did not answer in time"),
        (None, True, "api.example:443 did not answer in time"),
        (ConnectionResetError(), False, "broke off before the whole answer was there"),
        (ssl.SSLError(), False, "did not agree on an encrypted connection (it broke off)"),
    ],
)
def test_each_reason_has_its_words(error, is_timeout, says):
    told = unreachable(error, "api.example", 443, is_timeout=is_timeout)
    assert says in told.message
    assert told.problem == "api-unreachable"
