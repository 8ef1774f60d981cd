"""Which question of a sign-in asks for the password, in the languages of servers.

A wrong answer may count towards a lockout, so a question about anything else gets none.
"""

import re

_asks_for_a_password = re.compile(
    r"passwor[dt]|passphrase|kennwort|mot de passe|contrase|senha|palavra-passe|parola|wachtwoord|adgangskode|lösenord"
    r"|salasana|has[lł]o|heslo|jelszó|пароль|κωδικ|密[码碼]|口令|パスワード|암호|비밀번호",
    re.IGNORECASE,
).search
_asks_for_one_of_now = re.compile(
    r"one[- ]?time|\botp\b|einmal|usage unique|un solo uso|uso [uú]nico|monouso|jednor[aá]z|engangs|engångs|eenmalig"
    r"|одноразов|一次性|ワンタイム|일회용"
    r"|\bnew (?:unix )?passw|\bneues |\bnouveau |\bnueva |\bnuova |\bnova |\bnieuw ",
    re.IGNORECASE,
).search
"""Whether a password is asked for that is valid once, or that the user is to choose."""
_asks_for_something_else = re.compile(
    r"code\b|c[oó]digo|codice|\bkod\b|kode\b|kód\b|koodi|\bкод\b|验证码|驗證碼|認証コード|인증"  # noqa: RUF001  # Cyrillic on purpose
    r"|token|verif|authenticat(?:or|ion)|challenge|response|securid|\b(?:2fa|mfa|tan|pin)\b|yes/no|\by/n\b",
    re.IGNORECASE,
).search


def asks_for_password(question: str, *, is_shown: bool) -> bool:
    """Return whether the answer to a question is the password of the user.

    Args:
        question: of the server.
        is_shown: whether the answer may be shown while it is typed (RFC 4256, 3.2), which no password is.
    """
    if _asks_for_one_of_now(question):
        return False
    if _asks_for_a_password(question):
        return True
    return not is_shown and not _asks_for_something_else(question)
