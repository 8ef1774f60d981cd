"""What people read, and the ledger keeps, of the words of a server."""

from base64 import b64encode
from urllib.parse import quote

import pytest

from action_returns.channels.server_words import HIDDEN, ServerWords

PASSWORD = "s3cret & canary/Paß"
SPREAD = "s3cretcanaryword"


def auth_plain(user):
    return b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()


@pytest.mark.parametrize(
    "repeated",
    [
        PASSWORD,
        PASSWORD.upper(),
        PASSWORD[:8],
        PASSWORD[-8:],
        PASSWORD[::-1],
        quote(PASSWORD, safe=""),
        "".join(f"%{byte:02x}" for byte in PASSWORD.encode()),
        PASSWORD.encode().hex(),
        PASSWORD.encode().hex(":").upper(),
        b64encode(PASSWORD.encode()).decode(),
        auth_plain("u"),
        auth_plain("us"),
        auth_plain("use"),
        repr(PASSWORD),
        " ".join(PASSWORD),
        "s3cret\0 &\x1b canary",
    ],
)
def test_a_password_is_never_shown_in_whatever_form_a_server_repeats_it(repeated):
    words = ServerWords(PASSWORD)
    assert words.show(f"530 what is {repeated}?") == HIDDEN
    assert words.show(f"530 what is {repeated}?".encode()) == HIDDEN
    assert ServerWords("other one", PASSWORD).show(repeated) == HIDDEN


def test_a_password_is_found_beyond_what_is_shown():
    """Else it would come to light as soon as more is shown."""
    assert ServerWords(PASSWORD).show("x" * 1_000 + PASSWORD) == HIDDEN


@pytest.mark.parametrize("said", ["s3-cr-et-ca-na-ry-wo-rd", "s3cret canary\r\nword", "s.3.c.r.e.t.c.a.n.a.r.y"])
def test_a_password_with_other_signs_between_its_letters_is_not_shown(said):
    assert ServerWords(SPREAD).show(said) == HIDDEN


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "530 Login incorrect"),
        ("a", "a"),
        ("on", "230 User logged on."),
        ("on", "on"),
    ],
)
def test_a_password_of_a_few_letters_hides_the_word_and_not_every_text(password, said):
    words = ServerWords(password)
    assert words.show("No connection") == "No connection"
    assert words.show(said) == (HIDDEN if password else said)


def test_four_digits_of_a_password_do_not_hide_a_time():
    assert ServerWords("1234").show("closed at 12:34") == "closed at 12:34"
    assert ServerWords("1234").show("what is 1234") == HIDDEN


def test_a_password_that_is_no_utf8_is_not_shown():
    assert ServerWords("p\udce4ssword").show(b"what is p\xe4ssword") == HIDDEN


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (b"226 Transfer complete", "226 Transfer complete"),
        (" Gr\u00fc\u00dfe \u6771\u4eac ", "Gr\u00fc\u00dfe \u6771\u4eac"),
        ("one\r\ntwo", "one[U+000D][U+000A]two"),
        ("\x1b]0;title\x07", "[U+001B]]0;title[U+0007]"),
        ("fdp.\u202eexe", "fdp.[U+202E]exe"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_words_are_shown_in_one_line_without_characters_that_cannot_be_seen(said, shown):
    assert ServerWords().show(said) == shown


def test_no_more_is_shown_than_an_answer_needs():
    assert ServerWords().show("x" * 100_000) == "x" * 300
    assert ServerWords().show("x" * 100, 80) == "x" * 80
    assert len(ServerWords().show("\x1b" * 100_000)) == 300
