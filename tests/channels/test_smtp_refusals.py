"""What a mail server means by a refusal: the words of many makes, and those that only look like them."""

import pytest

from action_returns.channels.line_protocol import Reply
from action_returns.channels.smtp_refusals import (
    Situation,
    explain,
    is_about_password,
    is_about_size,
    is_no_such_way,
    wants_encryption,
    wants_oauth,
)


def reply(text):
    code, _, words = text.partition(" ")
    return Reply(int(code), (words,), words)


def situation(**changes):
    facts = {"host": "mail.example", "is_encrypted": True, "has_user_name": False, "offers_sign_in": False}
    return Situation(**{**facts, **changes})


@pytest.mark.parametrize("text", ["538 5.7.11 no", "523 5.7.10 no", "530 5.7.0 Must issue a STARTTLS command first"])
@pytest.mark.parametrize("is_encrypted", [True, False])
def test_a_wish_for_encryption_is_read_by_its_code(text, is_encrypted):
    assert wants_encryption(reply(text), situation(is_encrypted=is_encrypted))


@pytest.mark.parametrize(
    "text",
    [
        "550 Verschlüsselung erforderlich",
        "550 Connexion chiffrée requise",
        "550 Se requiere una conexión cifrada",
        "550 È richiesta una connessione crittografata",
        "550 a secure connection is required",
    ],
)
def test_a_wish_for_encryption_is_read_in_other_words_too(text):
    assert wants_encryption(reply(text), situation(is_encrypted=False))


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
        "525 5.7.13 no",
        "550 Account is locked",
        "550 Your account has been temporarily suspended",
        "554 Too many failed logins",
        "550 Benutzername oder Kennwort falsch",
        "550 Passwort ung\ufffdltig",
        "550 Mot de passe incorrect",
        "550 Usuario o contraseña no válidos",
        "550 Identifiants invalides",
        "550 Senha incorreta",
    ):
        assert is_about_password(reply(text))
    for text in (
        "553 5.3.0 Auth failure",
        "504 5.5.4 no",
        "550 no",
        "501 no",
        "504 AUTH PLAIN is disabled",
        "550 Account cannot use PLAIN",
    ):
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
        "552 Nachricht zu groß",
        "552 Message trop volumineux",
        "552 Mensaje demasiado grande",
        "552 Messaggio troppo grande",
        "552 Message is larger than 10 MB",
        "552 Message exceeds 10 MB",
        "552 Exceeds the limit of 1000 bytes",
    ):
        assert is_about_size(reply(text))
    for text in (
        "552 5.2.2 mailbox full",
        "554 You exceed the limit of 10 messages",
        "452 4.3.1 message too large for now",
        "550 no",
        "250 size limit",
    ):
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
        ("550 5.1.1 User unknown; login names are case-sensitive", {}, "refused", "do this"),
        ("554 Relais-Zugriff verweigert", {}, "refused", "do this The server may also want a sign-in"),
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
        ("550 Authentifizierung erforderlich", {}, "mail.example wants a sign-in", "Set user name"),
        ("550 Authentification requise", {}, "mail.example wants a sign-in", "Set user name"),
        ("550 Se requiere autenticación", {}, "mail.example wants a sign-in", "Set user name"),
        ("550 Autenticazione richiesta", {}, "mail.example wants a sign-in", "Set user name"),
        ("550 Anmeldung erforderlich", {}, "mail.example wants a sign-in", "Set user name"),
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
