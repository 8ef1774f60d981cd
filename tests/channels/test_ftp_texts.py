"""The words about one FTP server: what happened, and what to do."""

import pytest

from action_returns.channels.base import Phase, State
from action_returns.channels.ftp_texts import FtpTexts
from action_returns.channels.line_protocol import Reply

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


REQUIRED = Reply(522, ("SSL/TLS required on the data channel",), "SSL/TLS required on the data channel")
OTHER = Reply(550, ("no",), "no")


def test_a_file_or_a_command_that_is_refused_for_want_of_encryption_names_the_setting():
    plain = FtpTexts("ftp.example.com", "/inbox", "ftp://ftp.example.com/inbox", is_plain=True)
    todo = "Set the encryption (security) in the profile to explicit-tls"
    for reply, texts, is_named in ((REQUIRED, plain, True), (OTHER, plain, False), (REQUIRED, TEXTS, False)):
        outcomes = (
            texts.refused_before("opened no connection for the file", reply, Phase.TRANSFER),
            texts.refused(str(reply), " A sentence.", cause="no data encryption"),
        )
        for outcome in outcomes:
            assert outcome.state is State.FAILED
            assert (todo in outcome.message) is is_named
            assert str(reply) in outcome.message
            assert outcome.evidence == {"reply": str(reply)}


def test_an_address_of_the_newer_kind_is_told_apart_from_its_port():
    texts = FtpTexts("2001:db8::1", "/", "ftp://[2001:db8::1]/")
    assert "[2001:db8::1]:21 does not talk" in texts.not_ftp("it said: oops", 21, Phase.CONNECT).message
