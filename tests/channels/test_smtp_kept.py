"""A mail server that keeps what it refuses: the words of many makes and languages, and those that only look like them."""

import pytest

from action_returns.channels.line_protocol import Reply
from action_returns.channels.smtp_kept import says_held_back, says_kept


def reply(text):
    """Build an answer; a bar stands for a new line."""
    code, _, words = text.partition(" ")
    return Reply(int(code), tuple(words.split("|")), words.replace("|", " "))


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
    "550 5.7.1 Your message was rejected but is being|5.7.1 kept for evaluation.",
    "550 5.7.1 Blocked. It may|5.7.1 still be delivered",
    "550 Message accepted, but marked as spam",
    "550 5.7.1 Spam: moved to the junk folder",
    "554 5.7.1 Rejected. A copy was saved for the administrator",
    "554 5.7.1 Rejected and forwarded to the postmaster",
    "550 Message has been delivered to 1 of 2 recipients",
    "550 Message is under review",
    "550 It is being reviewed by the postmaster",
    "550 It could still be delivered",
    "550 We will deliver it after a look at it",
    "450 Deferred; the message remains in the queue",
    "550 Message has been set aside",
    "550 It will not be delivered until a person approves it",
    "550 5.7.1 The message was not discarded",
    "550 Please contact your administrator for release from quarantine",
    "550 It may still reach you",
    "550 The message from your account is held",
    "550 Nachricht abgelehnt, sie liegt in der Quarantäne",
    "550 Nachricht abgelehnt, sie liegt in der Quarant\ufffdne",  # in another code page
    "550 Die Nachricht wird zur Prüfung aufbewahrt",
    "550 Die Nachricht wird eventuell noch zugestellt",
    "550 Nicht zugestellt, aber in Quarantäne",
    "550 Message mis en quarantaine",
    "550 Le message est conservé",
    "550 Il pourra être remis",
    "550 El mensaje fue retenido",
    "550 Mensaje en cuarentena",
    "550 Messaggio in quarantena",
    "550 Mensagem em quarentena",
    "550 Bericht in quarantaine geplaatst",
    "550 Wiadomość w kwarantannie",
    "550 Сообщение помещено в карантин",
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
    "553 Message filtered. Refer to the page about it",
    "550 5.7.1 This message will not be|5.7.1 delivered",
    "550 5.7.1 No copy of it is kept",
    "550 Nothing was stored",
    "550 The message was neither queued nor delivered",
    "550 The message was not kept, stored, queued or delivered",
    "550 Rejected without being queued",
    "550 It is no longer kept",
    "550 It couldn't be queued",
    "550 It won\u2019t be delivered",
    "554 5.7.1 Blocked, see https://example.com/quarantine",
    "554 5.7.1 Blocked, write to quarantine@example.com",
    "554 5.7.1 Rejected as spam; contact your administrator for review",
    "554 5.7.1 If this is wrong, forward it to abuse@example.com for analysis",
    "552 5.7.0 Archived attachments are not allowed",
    "550 Senders of spam will be held responsible",
    "550 5.7.26 fails DMARC (p=quarantine sp=quarantine)",
    "450 4.2.0 Greylisted, it will be delivered when you send it again",
    "550 5.7.1 Blocked. You may reach the postmaster by phone",
    "550 5.7.1 The block of your IP can be released on our page",
    "450 4.7.1 Too many messages. The limit will be released in an hour",
    "554 5.7.1 Your account is under review",
    "554 5.7.1 This mail account has been placed on hold",
    "452 4.3.1 Too many messages queued",
    "550 Nachricht wurde nicht zugestellt",
    "550 Die Nachricht wird nicht in Quarantäne aufbewahrt",
    "550 Keine Kopie wurde gespeichert",
    "550 Le message n'a pas été conservé",
    "550 El mensaje no fue retenido",
    "550 El mensaje no se ha puesto en cuarentena",
    "550 Il messaggio non è in quarantena",
    "550 5.7.1 Our system has detected that this is likely unsolicited mail.|5.7.1 This message has been blocked.",
    "552 5.2.2 The email account that you tried to reach is over quota",
    "451 4.3.0 Error: queue file write error",
    "550 5.1.6 The recipient has moved to another address",
    "421 4.3.2 shutting down",
    "550 5.7.1",
]


@pytest.mark.parametrize("text", KEPT)
def test_a_refusal_that_says_the_message_is_kept_or_may_be_delivered_is_read_as_that(text):
    assert says_kept(reply(text))


@pytest.mark.parametrize("text", REFUSED)
def test_a_refusal_that_is_one_is_not_read_as_more(text):
    assert not says_kept(reply(text))


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
