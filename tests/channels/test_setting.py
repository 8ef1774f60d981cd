"""What a form or the command line knows of one setting."""

import pytest

from action_returns.channels import settings_class
from action_returns.settings.api import ApiSettings
from action_returns.settings.profile import Profile

FTP = {setting.key: setting for setting in settings_class("ftp").settings()}
REASONS = next(setting for setting in Profile.settings() if setting.key == "reasons")


def test_only_a_setting_that_is_yes_or_no_is_a_flag():
    assert FTP["accept_plaintext"].is_flag
    assert not FTP["port"].is_flag
    assert (FTP["accept_plaintext"].value("yes"), FTP["accept_plaintext"].value("perhaps")) == (True, "perhaps")


@pytest.mark.parametrize(
    ("text", "value"),
    [('{RETURNED = "reverse"}', {"RETURNED": "reverse"}), ("RETURNED=reverse", "RETURNED=reverse")],
)
def test_a_table_is_read_as_toml_and_other_text_stays_text_for_the_reader_of_the_file_to_refuse(text, value):
    assert REASONS.value(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["1000", "2000"]', ["1000", "2000"]),
        ("[1000]", [1000]),
        ("1000", ["1000"]),
        ("1000, 2000", ["1000", "2000"]),
        ("acme", ["acme"]),
        ("", [""]),
    ],
)
def test_a_list_is_written_as_toml_or_with_commas(text, value):
    campaigns = next(setting for setting in ApiSettings.settings() if setting.key == "campaigns")
    assert campaigns.value(text) == value
