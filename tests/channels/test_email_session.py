"""The steps before a message at servers of many kinds: what this computer calls itself, how it signs in, what is wanted."""

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State
from action_returns.channels.line_connection import LineConnection
from action_returns.channels.smtp_client import SmtpClient
from tests.channels.quick import PASSWORD, email_channel, failed
from tests.servers import loopback
from tests.servers.go_between import scripted

FILE = OutgoingFile("Batch_1.csv", b"ActionId,Amount,Reason\r\n")
WELCOME, EHLO, OK, BYE = b"220 mail.example\r\n", b"250 mail.example\r\n", b"250 ok\r\n", b"221 bye\r\n"
IN = b"235 in\r\n"
REST = (OK, OK, b"354 go\r\n", OK, BYE)
USER = {"username": "user", "password": lambda: PASSWORD}


def offering(*lines):
    return b"".join(b"250-" + line + b"\r\n" for line in (b"mail.example", *lines)) + b"250 HELP\r\n"


def plain(server, **changes):
    return email_channel(server.port, security="plain", **changes)


def commands(server):
    """Return the first words of each line that the server heard, without passwords."""
    words = [line.split() for line in server.heard if line.strip()]
    return [b" ".join(line[:2]) if line[0] == b"AUTH" else line[0] for line in words]


# --- what this computer calls itself


@pytest.mark.parametrize(
    "said",
    [
        b"421 4.7.0 Try again later, closing connection. (EHLO)\r\n",
        b"501 5.5.4 Invalid domain name\r\n",
        b"504 5.5.2 need fully-qualified hostname\r\n",
        b"550 5.7.1 no\r\n",
    ],
)
def test_a_server_that_refuses_how_this_computer_calls_itself_is_told_with_the_setting_for_it(said):
    with scripted([WELCOME, said]) as server:
        outcome = plain(server).deliver(FILE)
    assert failed(outcome, "which calls itself [127.0.0.1]", 'ehlo_name = "pc.example.com"', phase=Phase.CONNECT)
    assert said.decode().strip() in outcome.message
    assert outcome.message.count("ehlo_name =") == 1
    assert ("try again in a few minutes" in outcome.message) is said.startswith(b"4")


def test_the_name_of_the_profile_is_said_in_every_greeting(authority, trusting):
    with loopback.mail_server(username="user", password=PASSWORD, authority=authority) as running:
        made = email_channel(running.port, trusting, ehlo_name="pc.brand.example", **USER)
        assert made.deliver(FILE).state is State.HANDED_OVER
    with scripted([WELCOME, EHLO, *REST]) as server:
        assert plain(server, ehlo_name="pc.brand.example").deliver(FILE).state is State.HANDED_OVER
    assert server.heard[0] == b"EHLO pc.brand.example\r\n"
    with scripted([WELCOME, b"550 no\r\n", BYE]) as server:
        says = "which calls itself pc.brand.example (ehlo_name in the profile)"
        assert failed(plain(server, ehlo_name="pc.brand.example").deliver(FILE), says, phase=Phase.CONNECT)


def test_a_name_that_is_refused_only_with_the_recipient_is_told_with_the_setting_too():
    """Postfix refuses so unless it is told otherwise (smtpd_delay_reject)."""
    said = b"504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname\r\n"
    with scripted([WELCOME, EHLO, OK, said, BYE]) as server:
        assert failed(plain(server).deliver(FILE), "as recipient", "ehlo_name =")


@pytest.mark.parametrize("said", [b"500 what?\r\n", b"502 5.5.1 not implemented\r\n"])
def test_a_server_that_does_not_know_ehlo_is_greeted_the_old_way_where_nothing_is_lost(said):
    with scripted([WELCOME, said, OK, *REST]) as server:
        assert plain(server).deliver(FILE).state is State.HANDED_OVER
    assert server.heard[:3] == [
        b"EHLO [127.0.0.1]\r\n",
        b"HELO [127.0.0.1]\r\n",
        b"MAIL FROM:<returns@brand.example>\r\n",
    ]


@pytest.mark.parametrize("changes", [USER, {"security": "starttls"}])
def test_the_old_greeting_never_takes_the_place_of_encryption_or_sign_in(changes, trusting):
    with scripted([WELCOME, b"502 what?\r\n", OK, *REST]) as server:
        outcome = email_channel(server.port, trusting, **{"security": "plain", **changes}).deliver(FILE)
    assert failed(outcome, "does not know EHLO, without which there is no encryption", phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", b"QUIT"]


def test_a_server_that_refuses_the_old_greeting_too_gets_nothing():
    with scripted([WELCOME, b"502 what?\r\n", b"550 no\r\n", BYE]) as server:
        assert failed(plain(server).deliver(FILE), "550 no", "ehlo_name", phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", b"HELO", b"QUIT"]


@pytest.mark.parametrize("security", ["starttls", "plain"])
def test_a_server_that_waits_for_encryption_is_told_with_the_setting_for_it(authority, trusting, security):
    """Port 465 with starttls is the setting that is most often wrong: both sides wait for the other one."""
    with loopback.mail_server(username=None, password="", authority=authority, implicit=True) as server:
        outcome = email_channel(server.port, trusting, security=security, command_timeout=0.2).probe()
    assert failed(outcome, "did not answer in time", "security) in the profile to implicit-tls", phase=Phase.CONNECT)


def test_a_server_that_is_silent_although_it_is_encrypted_is_told_without_that_setting(
    authority, trusting, monkeypatch
):
    monkeypatch.setattr(SmtpClient, "welcome", lambda client: client.reply(-1))
    with loopback.mail_server(username=None, password="", authority=authority, implicit=True) as server:
        outcome = email_channel(server.port, trusting, security="implicit-tls").probe()
    assert failed(outcome, "did not answer in time. Check server (host) and port", phase=Phase.CONNECT)


# --- the sign-in


@pytest.mark.parametrize("line", [b"AUTH=LOGIN PLAIN", b"AUTH LOGIN PLAIN", b"auth=plain"])
def test_a_way_to_sign_in_is_read_however_it_is_offered(line):
    with scripted([WELCOME, offering(line), IN, *REST]) as server:
        assert plain(server, **USER).deliver(FILE).state is State.HANDED_OVER
    assert commands(server)[1] == b"AUTH PLAIN"


@pytest.mark.parametrize(
    "said", [b"553 5.3.0 Auth failure\r\n", b"504 no\r\n", b"500 no\r\n", b"501 no\r\n", b"550 no\r\n"]
)
def test_a_way_to_sign_in_that_does_not_work_is_followed_once_by_the_other_one(said):
    asks = (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n")
    with scripted([WELCOME, offering(b"AUTH LOGIN PLAIN"), said, *asks, IN, *REST]) as server:
        assert plain(server, **USER).deliver(FILE).state is State.HANDED_OVER
    assert [word for word in commands(server) if word.startswith(b"AUTH")] == [b"AUTH PLAIN", b"AUTH LOGIN"]


@pytest.mark.parametrize("said", [b"535 5.7.8 no\r\n", b"534 5.7.9 app password\r\n", b"554 5.7.8 no\r\n"])
def test_a_refused_password_is_tried_once_and_the_words_name_the_way_and_the_setting_for_the_other(said):
    with scripted([WELCOME, offering(b"AUTH LOGIN PLAIN"), said, BYE]) as server:
        outcome = plain(server, **USER).deliver(FILE)
    says = "did not accept the user name or password (sign-in by PLAIN)"
    assert failed(outcome, says, 'set auth = "login" in the profile', phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", b"AUTH PLAIN", b"QUIT"]


def test_the_setting_for_the_other_way_is_named_only_where_it_is_offered():
    with scripted([WELCOME, offering(b"AUTH PLAIN"), b"535 no\r\n", BYE]) as server:
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "test with: action-returns probe", phase=Phase.CONNECT)
    assert "auth =" not in outcome.message


def test_two_ways_that_were_refused_are_both_named():
    script = [WELCOME, offering(b"AUTH LOGIN PLAIN"), b"550 no\r\n", b"535 wrong\r\n", BYE]
    with scripted(script) as server:
        outcome = plain(server, **USER).deliver(FILE)
    says = "did not accept the user name or password (sign-in by PLAIN and LOGIN)"
    assert failed(outcome, says, "535 wrong", phase=Phase.CONNECT)
    assert "auth =" not in outcome.message


def test_a_server_that_hangs_up_after_the_first_way_is_told_by_what_it_said():
    with scripted([WELCOME, offering(b"AUTH LOGIN PLAIN"), b"553 broken\r\n"]) as server:
        assert failed(plain(server, **USER).deliver(FILE), "sign-in by PLAIN)", "553 broken", phase=Phase.CONNECT)


@pytest.mark.parametrize("said", [b"504 5.7.4 unknown\r\n", b"503 5.5.1 no\r\n"])
def test_a_way_that_the_server_does_not_know_is_not_called_a_wrong_password(said, monkeypatch):
    script = [WELCOME, offering(b"AUTH PLAIN"), said, BYE]
    with scripted(script) as server:
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "does not take the sign-in by PLAIN", "Set the encryption (security)", phase=Phase.CONNECT)
    assert "user name or password" not in outcome.message
    monkeypatch.setattr(LineConnection, "is_encrypted", property(lambda _: True))
    with scripted(script) as server:
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "does not take the sign-in by PLAIN", "Ask the administrator", phase=Phase.CONNECT)
    script[1] = offering(b"AUTH LOGIN PLAIN")
    with scripted([*script[:3], said, BYE]) as server:
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "does not take the sign-in by PLAIN and LOGIN", phase=Phase.CONNECT)
    with scripted(script[:3]) as server:  # it hangs up then
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "by PLAIN ", 'Try the other way to sign in: set auth = "login"', phase=Phase.CONNECT)


@pytest.mark.parametrize(("auth", "tried"), [("plain", b"AUTH PLAIN"), ("login", b"AUTH LOGIN")])
def test_the_way_that_the_profile_names_is_the_only_one(auth, tried):
    with scripted([WELCOME, offering(b"AUTH LOGIN PLAIN"), b"550 no\r\n", BYE]) as server:
        outcome = plain(server, auth=auth, **USER).deliver(FILE)
    assert failed(outcome, f"sign-in by {auth.upper()}", phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", tried, b"QUIT"]
    with scripted([WELCOME, offering(b"AUTH CRAM-MD5 " + (b"PLAIN" if auth == "login" else b"LOGIN")), BYE]) as server:
        outcome = plain(server, auth=auth, **USER).deliver(FILE)
    assert failed(outcome, f"has no sign-in by {auth.upper()}", 'Set auth = "auto"', phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", b"QUIT"]


@pytest.mark.parametrize(
    ("offered", "says"),
    [
        (b"AUTH XOAUTH2", "wants a sign-in by OAuth2 (it offers XOAUTH2), which is not supported here"),
        (b"AUTH=OAUTHBEARER NTLM", "wants a sign-in by OAuth2 (it offers OAUTHBEARER, NTLM), which is not supported"),
        (b"AUTH CRAM-MD5 GSSAPI", "only ways to sign in that are not supported here (it offers CRAM-MD5, GSSAPI)"),
    ],
)
def test_a_server_without_a_way_for_passwords_is_told_with_what_to_do_instead(offered, says):
    with scripted([WELCOME, offering(offered), BYE]) as server:
        outcome = plain(server, **USER).probe()
    assert failed(outcome, says, 'kind = "draft"', phase=Phase.CONNECT)
    assert commands(server) == [b"EHLO", b"QUIT"]


@pytest.mark.parametrize(
    "said",
    [
        b"535 5.7.139 Authentication unsuccessful, basic authentication is disabled.\r\n",
        b"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.\r\n",
        b"535 5.7.8 Use OAuth2\r\n",
    ],
)
def test_a_server_that_takes_no_password_any_more_is_not_called_a_wrong_password(said):
    with scripted([WELCOME, offering(b"AUTH LOGIN PLAIN"), said, BYE]) as server:
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "wants a sign-in by OAuth2", 'kind = "draft"', phase=Phase.CONNECT)
    assert "user name or password" not in outcome.message
    assert commands(server) == [b"EHLO", b"AUTH PLAIN", b"QUIT"]


def test_a_server_that_offers_no_sign_in_without_encryption_is_told_so(monkeypatch):
    with scripted([WELCOME, EHLO, BYE]) as server:
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "it offers none", "only on an encrypted connection", phase=Phase.CONNECT)
    monkeypatch.setattr(LineConnection, "is_encrypted", property(lambda _: True))
    with scripted([WELCOME, EHLO, BYE]) as server:
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "it offers none", "or leave out user name and password", phase=Phase.CONNECT)
    assert "only on an encrypted" not in outcome.message


@pytest.mark.parametrize(
    "said",
    [
        b"538 Must issue a STARTTLS command first\r\n",
        b"530 5.7.0 Must issue a STARTTLS command first\r\n",
        b"523 no\r\n",
    ],
)
def test_a_sign_in_that_wants_encryption_first_is_not_called_a_wrong_password(said):
    with scripted([WELCOME, offering(b"AUTH LOGIN PLAIN"), said, BYE]) as server:
        outcome = plain(server, **USER).deliver(FILE)
    assert failed(outcome, "wants an encrypted connection", "Set the encryption (security)", phase=Phase.CONNECT)
    assert "user name or password" not in outcome.message
    assert commands(server) == [b"EHLO", b"AUTH PLAIN", b"QUIT"]


# --- what is missing in the profile


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("said", "says"),
    [
        (b"530 authentication Required\r\n", "wants a sign-in (it answered: 530 authentication Required)"),
        (b"530 Must issue a STARTTLS command first\r\n", "wants an encrypted connection"),
        (b"550 5.7.1 TLS required\r\n", "wants an encrypted connection"),
        (b"550 5.7.1 Authentication required\r\n", "wants a sign-in"),
        (b"503 5.5.1 please log in first\r\n", "wants a sign-in"),
    ],
)
def test_what_a_server_wants_first_is_told_in_the_place_of_what_it_refused(step, said, says):
    before = [WELCOME, EHLO, OK, OK][: {"MAIL": 2, "RCPT": 3, "DATA": 4}[step]]
    with scripted([*before, said, BYE]) as server:
        outcome = plain(server).deliver(FILE)
    assert failed(outcome, says, "in the profile", "Nothing was sent")
    assert "Check the" not in outcome.message


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_refusal_of_a_server_that_takes_a_sign_in_names_it_where_the_profile_has_none(step):
    ehlo, said = offering(b"AUTH PLAIN"), b"550 5.7.1 not permitted\r\n"
    script = [WELCOME, ehlo, *([OK] if step == "RCPT" else []), said, BYE]
    with scripted(script) as server:
        outcome = plain(server).probe()
    assert failed(outcome, "does not accept", "set user name (username) and password in the profile")
    signed_in = [WELCOME, ehlo, IN, *([OK] if step == "RCPT" else []), said, BYE]
    with scripted(signed_in) as server:
        assert "username" not in plain(server, **USER).probe().message


def test_a_relay_that_is_refused_names_the_sign_in_also_where_none_is_offered_yet():
    """Many servers offer it after encryption only."""
    with scripted([WELCOME, EHLO, OK, b"554 5.7.1 Relay access denied\r\n", BYE]) as server:
        assert failed(plain(server).deliver(FILE), "as recipient", "set user name (username) and password")


def test_a_domain_that_fails_its_checks_is_not_taken_for_a_missing_sign_in():
    said = b"550 5.7.26 Unauthenticated email is not accepted: SPF authentication failed\r\n"
    with scripted([WELCOME, EHLO, said, BYE]) as server:
        outcome = plain(server).deliver(FILE)
    assert failed(outcome, "does not accept returns@brand.example as sender")
    assert "sign-in" not in outcome.message
