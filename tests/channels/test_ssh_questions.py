"""Which question of a server the password answers: a wrong answer may count towards a lockout."""

import pytest

from action_returns.channels.ssh_questions import asks_for_password


@pytest.mark.parametrize(
    "question",
    [
        "Password: ",
        "Mot de passe : ",
        "Kennwort: ",
        "uploader@sftp.example.com's password: ",
        "",
        "Enter your authentication password: ",
        "Contraseña: ",
        "Wachtwoord: ",
        "Adgangskode: ",
        "パスワード: ",
        "密码：",
        "Password for the verification of uploader: ",
    ],
)
def test_a_question_for_the_password_is_known_in_the_languages_of_servers(question):
    assert asks_for_password(question, is_shown=False)


@pytest.mark.parametrize(
    "question",
    [
        "Passcode or option (1-1): ",
        "Enter PASSCODE: ",
        "One-time password (OATH) for `uploader': ",
        "OTP: ",
        "Token: ",
        "PIN: ",
        "2FA code: ",
        "Einmalkennwort: ",
        "Bestätigungscode: ",
        "SMS-TAN: ",
        "Mot de passe à usage unique : ",
        "Contraseña de un solo uso: ",
        "Código de verificación: ",
        "Codice: ",
        "Jednorazowe hasło: ",
        "Engangskode: ",
        "验证码：",
        "Одноразовый пароль: ",
        "Enter MFA: ",
        "Challenge 334455 Response: ",
        "Do you agree to the terms (yes/no)? ",
        "New password: ",
        "Neues Kennwort: ",
    ],
)
def test_a_question_for_a_code_a_new_password_or_a_confirmation_is_not_answered_with_the_password(question):
    assert not asks_for_password(question, is_shown=False)


@pytest.mark.parametrize(
    ("question", "is_told"), [("Password: ", True), ("Kennwort: ", True), ("Login: ", False), ("", False)]
)
def test_an_answer_that_may_be_shown_is_the_password_only_where_the_question_says_so(question, is_told):
    assert asks_for_password(question, is_shown=True) is is_told
