"""What a mail server means: the words of many makes, and those that only look like them."""

import pytest

from action_returns.channels.line_protocol import Reply
from action_returns.channels.smtp_refusals import (
    Situation,
    explain,
    is_about_password,
    is_about_size,
    is_no_such_way,
    says_held_back,
    says_kept,
    wants_encryption,
    wants_oauth,
)


def reply(text):
    code, _, words = text.partition(" ")
    return Reply(int(code), (words,), words)


def situation(**changes):
    facts = {"host": "mail.example", "is_encrypted": True, "has_user_name": False, "offers_sign_in": False}
    return Situation(**{**facts, **changes})


KEPT = [
    (
        "550 Your message has been rejected but is being kept for evaluation. If it was a legitimate message, it may still be "
        "delivered to the target recipient(s)."
    ),  # Exim, fakereject and fakedefer
    "550 5.7.1 Message is being held for review",
    "554 5.7.1 Message quarantined, contact your administrator",
    "554 5.7.0 Message moved to quarantine",
    "450 4.7.1 message placed on hold",
    "550 5.7.1 Your message is queued for moderation",
    "550 5.7.1 Your message to the list awaits moderator approval",
    "550 Awaiting approval",
    "550 The message was retained for analysis",
    "451 4.7.1 We are holding your message until a person has looked at it",
    "550 not accepted, but kept",
    "554 It will be delivered later",
    "554 It can be released by the recipient",
    "554 Stored for manual inspection",
    "451 Message accepted but delivery is delayed",
    "550 It may arrive late",
    "554 This message was already delivered",
    "554 It will be reviewed by a person",
]
REFUSED = [
    "550 5.1.1 no such user",
    "550 5.7.1 Message rejected as spam",
    "552 5.2.2 mailbox full",
    "451 4.7.1 Greylisted, please try again later",
    "452 4.3.1 Insufficient system storage",
    "554 5.7.1 The message was not kept",
    "554 5.7.1 Your message could not be processed and will not be delivered",
    "554 5.7.1 It cannot be released",
    "550 5.7.1 It has not been quarantined",
    "550 5.7.26 rejected by the policy of the domain (p=quarantine)",
    "550 5.7.1 Only mail from authorised senders is accepted",
    "550 5.7.1 You have already sent too many messages today",
    "550 5.7.1 Message content rejected after analysis",
    "550 5.7.1 The list is moderated and you are no member",
    "554 5.6.0 Reject, id=12345-01 - BANNED",  # amavis
    "554 5.7.0 Reject, id=12345-01 - spam",
    "553-Message filtered. Refer to the page about it",
    "421 4.3.2 shutting down",
    "550 5.7.1",
]


@pytest.mark.parametrize("text", KEPT)
def test_a_refusal_that_says_the_message_is_kept_or_may_be_delivered_is_read_as_that(text):
    assert says_kept(reply(text))


@pytest.mark.parametrize("text", REFUSED)
def test_a_refusal_that_is_one_is_not_read_as_more(text):
    assert not says_kept(reply(text.replace("553-", "553 ")))


@pytest.mark.parametrize(
    "text",
    [
        "250 2.7.0 Ok, discarded, id=12345-01 - spam",  # amavis
        "250 2.5.0 Ok, id=12345-01, BOUNCE",
        "250 2.0.0 Message quarantined",
        "250 OK held for review",
        "250 Message awaiting moderator approval",
        "250 ok, but it will not be delivered",
        "250 Accepted, message dropped",
    ],
)
def test_a_yes_that_says_the_message_goes_no_further_is_read_as_that(text):
    assert says_held_back(reply(text))


@pytest.mark.parametrize(
    "text",
    [
        "250 2.0.0 Ok: queued as 4XyZ12",  # Postfix
        "250 OK id=1rABCD-000001-2X",  # Exim
        "250 2.6.0 <id@server.example> [InternalId=1] Queued mail for delivery",  # Exchange
        "250 2.0.0 OK  1700000000 abc - gsmtp",
        "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4XyZ12",
        "250 2.0.0 Ok: queued on antispam1.example.com",
        "250 Message accepted for delivery",
    ],
)
def test_a_usual_yes_is_not_read_as_more(text):
    assert not says_held_back(reply(text))


@pytest.mark.parametrize("text", ["538 5.7.11 no", "523 5.7.10 no", "530 5.7.0 Must issue a STARTTLS command first"])
@pytest.mark.parametrize("is_encrypted", [True, False])
def test_a_wish_for_encryption_is_read_by_its_code(text, is_encrypted):
    assert wants_encryption(reply(text), situation(is_encrypted=is_encrypted))


def test_words_about_encryption_count_only_where_there_is_none():
    text = "550 5.7.1 SSL or TLS is required here"
    assert wants_encryption(reply(text), situation(is_encrypted=False))
    assert not wants_encryption(reply(text), situation())
    assert not wants_encryption(reply("454 4.7.0 TLS not available"), situation(is_encrypted=False))
    assert not wants_encryption(reply("530 5.7.0 Authentication required"), situation(is_encrypted=False))


def test_what_is_about_the_password_is_not_what_is_about_the_way_to_sign_in():
    for text in (
        "535 no",
        "534 5.7.9 no",
        "550 5.7.8 no",
        "550 Invalid credentials",
        "554 user name or password is wrong",
    ):
        assert is_about_password(reply(text))
    for text in ("553 5.3.0 Auth failure", "504 5.5.4 no", "550 no", "501 no"):
        assert not is_about_password(reply(text))
    assert [is_no_such_way(reply(f"{code} no")) for code in (500, 504, 505, 535)] == [True, True, False, False]


def test_a_server_that_takes_no_password_any_more_says_so():
    assert wants_oauth(reply("535 5.7.139 Authentication unsuccessful, basic authentication is disabled."))
    assert wants_oauth(reply("535 5.7.3 SmtpClientAuthentication is disabled for the Tenant"))
    assert wants_oauth(reply("535 5.7.8 please use XOAUTH2"))
    assert not wants_oauth(reply("535 5.7.8 Username and Password not accepted"))


def test_a_size_is_read_in_the_words_of_many_servers():
    for text in (
        "552 5.3.4 no",
        "552 Message exceeds fixed maximum message size",
        "554 message too large",
        "550 size limit",
        "523 the message is too big",
    ):
        assert is_about_size(reply(text))
    for text in ("552 5.2.2 mailbox full", "452 4.3.1 message too large for now", "550 no", "250 size limit"):
        assert not is_about_size(reply(text))


@pytest.mark.parametrize(
    ("text", "changes", "problem", "todo"),
    [
        ("550 no", {}, "refused", "do this"),
        ("450 no", {}, "refused", "It may take it later: try again in a few minutes."),
        ("450 4.7.1 Helo command rejected", {}, "refused", "try again in a few minutes. It may be about what"),
        (
            "550 no",
            {"offers_sign_in": True},
            "refused",
            "do this The server may also want a sign-in: set user name (username)",
        ),
        ("252 no", {"offers_sign_in": True}, "refused", "do this"),
        ("550 no", {"offers_sign_in": True, "has_user_name": True}, "refused", "do this"),
        ("550 relay not permitted", {}, "refused", "do this The server may also want a sign-in"),
        (
            "550 5.7.54 Unable to relay recipient in non-accepted domain",
            {},
            "refused",
            "The server may also want a sign-in",
        ),
        (
            "553 sorry, that domain isn't in my list of allowed rcpthosts",
            {},
            "refused",
            "The server may also want a sign-in",
        ),
        ("530 5.7.57 Client was not authenticated to send mail", {}, "mail.example wants a sign-in", "Set user name"),
        ("530 no", {}, "mail.example wants a sign-in", "Set user name (username) and password in the profile."),
        (
            "530 no",
            {"has_user_name": True},
            "mail.example wants a sign-in",
            "Check user name (username) and password in the",
        ),
        ("550 not authorized", {}, "mail.example wants a sign-in", "Set user name"),
        ("550 not authorized", {"has_user_name": True}, "refused", "do this"),
        ("450 not authenticated", {}, "refused", "try again in a few minutes"),
        ("550 DKIM authentication failed", {}, "refused", "do this"),
        ("538 no", {}, "mail.example wants an encrypted connection", "Set the encryption (security) in the profile"),
    ],
)
def test_what_a_refusal_is_about_decides_what_the_user_does(text, changes, problem, todo):
    said = explain(reply(text), situation(**changes), "refused", "do this")
    assert said[0] == problem
    assert todo in said[1]
    assert ("The server may" in said[1]) is ("The server may" in todo)
