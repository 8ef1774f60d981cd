"""Why a user was not let in: the words of real servers, each with what the user reads and is told to do."""

import pytest

from action_returns.channels.ftp_refusals import sign_in_refusal, wants_encryption
from action_returns.channels.line_protocol import Reply


def read(words, username="uploader", *, is_encrypted=True):
    code, _, text = words.partition(" ")
    return sign_in_refusal(Reply(int(code), (text,), text), username, is_encrypted=is_encrypted)


WANTS_ENCRYPTION = [
    "530 Non-anonymous sessions must use encryption.",  # vsftpd
    "421 Sorry, cleartext sessions and weak ciphers are not accepted on this server. Please reconnect using TLS security mechanisms.",
    "550 SSL/TLS required on the control channel",  # ProFTPD, pyftpdlib
    "503 Use AUTH first.",  # FileZilla Server
    "534 Policy requires SSL.",  # IIS
    "534 Fehler",
    "530 This server does not allow plain FTP. You have to use FTP over TLS.",
    "530 Secure connection required",
    "530 Unverschlüsselte Anmeldung ist nicht erlaubt",
]


@pytest.mark.parametrize("words", WANTS_ENCRYPTION)
def test_a_server_that_wants_encryption_is_told_with_the_setting_for_it(words):
    refusal = read(words, is_encrypted=False)
    assert refusal.why == "serves encrypted connections only"
    assert "Set the encryption (security) in the profile to explicit-tls" in refusal.todo
    assert not refusal.may_pass


@pytest.mark.parametrize("words", WANTS_ENCRYPTION)
def test_a_connection_that_is_encrypted_is_never_told_to_be(words):
    assert "explicit-tls" not in read(words).todo


@pytest.mark.parametrize(
    "words",
    [
        "530 Login incorrect.",  # vsftpd, ProFTPD
        "530 Login authentication failed",  # Pure-FTPd
        "530 Authentication failed.",  # pyftpdlib
        "530 User cannot log in.",  # IIS
        "530 Not logged in",
        "530 Login incorrect. 2 attempts left",
        "430 Invalid username or password",
        "501 Login incorrect",
        "421 Login incorrect, closing control connection",
        "530 Permission denied.",  # vsftpd, of a user on its list
    ],
)
@pytest.mark.parametrize("is_encrypted", [True, False])
def test_a_wrong_password_is_told_as_one_and_never_tried_again(words, is_encrypted):
    refusal = read(words, is_encrypted=is_encrypted)
    assert refusal.why == "did not accept the user name or password"
    assert not refusal.may_pass


@pytest.mark.parametrize(
    "words",
    [
        "530 Sorry, the maximum number of clients (1) for this user are already connected.",  # ProFTPD
        "530 Sorry, the maximum number of allowed clients (10) are already connected.",
        "530 Sorry, the maximum number of connections (2) for your host are already connected.",
        "421 There are too many connected users, please try later.",  # vsftpd
        "421 There are too many connections from your internet address.",
        "421 50 users (the maximum) are already logged in, sorry",  # Pure-FTPd
        "421 Too many connections (8) from this IP",
        "421 Too many connections. Service temporarily unavailable.",  # pyftpdlib
        "530 Connection limit reached",
        "421 Zu viele Benutzer",
    ],
)
def test_a_full_server_is_no_wrong_password_and_may_have_room_a_moment_later(words):
    refusal = read(words)
    assert refusal.why == "lets no further connection in at the moment"
    assert refusal.may_pass


@pytest.mark.parametrize(
    "words",
    [
        "421 Too many authentication failures",  # Pure-FTPd
        "421 Too many wrong passwords",
        "530 Maximum login attempts (3) exceeded, connection refused",  # ProFTPD
        "530 Account disabled",
        "530 User account is locked out",
        "530 Password expired",
        "530 Your IP has been banned",
        "530 Konto gesperrt",
    ],
)
def test_a_user_who_is_locked_out_is_not_sent_to_try_again(words):
    refusal = read(words)
    assert refusal.why == "keeps this user out"
    assert refusal.todo.startswith("Do not try again")
    assert not refusal.may_pass


@pytest.mark.parametrize(
    "words",
    [
        "530 User cannot log in, home directory inaccessible.",  # IIS
        "421 Home directory not available - aborting",  # Pure-FTPd
        "500 OOPS: cannot change directory:/home/uploader",  # vsftpd
        "500 OOPS: vsftpd: refusing to run with writable root inside chroot()",
        "530 Das Basisverzeichnis ist nicht da",
    ],
)
def test_a_missing_folder_of_the_user_is_no_wrong_password(words):
    refusal = read(words)
    assert refusal.why == "has no folder that this user can enter"
    assert not refusal.may_pass


@pytest.mark.parametrize(
    "words", ["530 No access from your host", "530 Access from this address is not allowed", "530 IP address rejected"]
)
def test_a_network_that_may_not_connect_is_told_as_one(words):
    assert read(words).why == "does not let this user in from your network"


@pytest.mark.parametrize("words", ["332 Need account for login.", "532 Need account"])
def test_an_account_that_is_needed_is_told_as_one(words):
    assert read(words).why.startswith("wants the name of an account")


@pytest.mark.parametrize(
    "words", ["421 Service not available", "451 Local error", "500 OOPS: priv_sock_get_cmd", "502 what?"]
)
def test_a_fault_of_the_server_does_not_blame_the_password(words):
    refusal = read(words)
    assert refusal.why == "broke off the sign-in"
    assert not refusal.may_pass, "the server may have counted a wrong password"


def test_the_name_of_a_user_is_no_reason():
    assert read("530 User expired-returns cannot log in", "expired-returns").why.startswith(
        "did not accept the user name"
    )
    assert read("530 User x: Account disabled", "x").why == "keeps this user out"


@pytest.mark.parametrize(
    ("answer", "is_wanted"),
    [("521 SSL/TLS required on the data channel", True), ("534 no", True), ("425 no", False), ("550 no 534 ", False)],
)
def test_any_command_may_be_refused_for_want_of_encryption(answer, is_wanted):
    assert wants_encryption(answer) is is_wanted
