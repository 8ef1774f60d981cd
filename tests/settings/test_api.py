"""The settings of the network's API: what is allowed, and that nothing of it is guessed."""

import pytest
from pydantic import ValidationError

from action_returns.settings.api import ApiSettings

FACTS = {"account_sid": "IRabc123", "auth_token": "keyring", "campaigns": ["1000", 2000]}


def read(**changes):
    return ApiSettings.model_validate({**FACTS, **changes})


def test_what_is_left_out_is_what_the_manual_says():
    settings = read()
    assert settings.campaigns == ("1000", "2000")
    assert (settings.host, settings.port, settings.days_back, settings.ca_file) == ("api.impact.com", 443, 180, None)
    assert settings.token_reference == "keyring"
    assert "keyring" not in repr(settings)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("account_sid", ""),
        ("account_sid", "IR/../x"),
        ("account_sid", "IRabc:token"),
        ("account_sid", "x" * 65),
        ("auth_token", "t0ken"),
        ("campaigns", []),
        ("campaigns", "1000"),
        ("campaigns", 1000),
        ("campaigns", ["1000", 1000]),
        ("campaigns", ["01000"]),
        ("campaigns", ["-1"]),
        ("campaigns", [1000.0]),
        ("campaigns", [True]),
        ("campaigns", ["1000 "]),
        ("campaigns", ["\u0661"]),
        ("campaigns", [str(number) for number in range(1, 102)]),
        ("days_back", 0),
        ("days_back", 1096),
        ("days_back", "180"),
        ("host", "http://api.example"),
        ("host", "api.example/path"),
        ("port", 0),
        ("scheme", "http"),
    ],
)
def test_what_is_not_allowed_is_refused(key, value):
    with pytest.raises(ValidationError):
        read(**{key: value})


@pytest.mark.parametrize("key", FACTS)
def test_what_has_no_default_has_to_be_there(key):
    with pytest.raises(ValidationError, match=key):
        ApiSettings.model_validate({name: value for name, value in FACTS.items() if name != key})
