"""The words about one FTP server: what happened, and what to do."""

import pytest

from action_returns.channels.ftp_texts import FtpTexts

TEXTS = FtpTexts("ftp.example.com", "/inbox", "ftp://ftp.example.com/inbox")


@pytest.mark.parametrize(
    ("security", "offers_tls", "is_warned", "is_told_to_encrypt"),
    [("TLSv1.3", True, False, False), ("not encrypted", False, True, False), ("not encrypted", True, True, True)],
)
def test_a_connection_that_others_can_read_is_told_with_the_setting_that_changes_it(
    security, offers_tls, is_warned, is_told_to_encrypt
):
    message = TEXTS.works(security, offers_tls=offers_tls).message
    assert ("Others can read password and rows" in message) is is_warned
    assert ("encryption (security) in the profile to explicit-tls" in message) is is_told_to_encrypt
