"""What the user reads after an upload: whether a file is left on the server, and whether to send again."""

import pytest

from action_returns.channels.base import OutgoingFile, State
from action_returns.channels.upload_texts import UploadTexts

FILE = OutgoingFile("Batch_1.csv", b"x" * 100)


@pytest.fixture
def texts():
    return UploadTexts("ftp.example.com", "/", "ftp://ftp.example.com/")


@pytest.mark.parametrize(
    ("gone", "certain", "state", "says"),
    [
        (True, True, State.FAILED, "whole. It was removed again. Nothing was delivered. Send again."),
        (
            False,
            True,
            State.FAILED,
            "It could not be removed and is still on the server as b.part. Nothing was delivered. Send again.",
        ),
        (True, False, State.UNKNOWN, "removed again. A receiver may have read it before. Do not send it again yet."),
        (False, False, State.UNKNOWN, "is still on the server as b.part. Do not send again before it is removed"),
    ],
)
def test_a_file_of_another_size_says_whether_it_was_removed_and_whether_to_send_again(
    texts, gone, certain, state, says
):
    outcome = texts.wrong_size(FILE, "b.part", 40, {"reply": "226"}, gone=gone, certain=certain)
    assert (outcome.state, outcome.evidence) == (state, {"reply": "226", "size": 40})
    assert "ftp.example.com holds 40 of 100 bytes" in outcome.message
    assert says in outcome.message


def test_a_file_that_has_grown_is_not_called_half_a_file(texts):
    message = texts.wrong_size(FILE, "b.part", 107, {}, gone=True, certain=True).message
    assert "holds 107 bytes instead of 100: the file did not arrive as it was sent" in message
    assert "whether it changes the ends of lines. It was removed again. Nothing was delivered. Send again." in message


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        (
            "no space",
            "The disk of ftp.example.com is full, or your share of it is used up (it answered: 5 no). Nothing was",
        ),
        (
            "maybe no space",
            "ftp.example.com created the file but did not take what is in it (it answered: 5 no). Nothing",
        ),
        (
            "not now",
            "ftp.example.com did not take the file at the moment (it answered: 5 no). Nothing was delivered. Wait",
        ),
        ("no data connection", "The second connection to ftp.example.com, which FTP uses for the file, did not work"),
        ("no data encryption", "did not accept how the second connection, which FTP uses for the file, was encrypted"),
        (
            "no trust",
            "The program ended the second connection to ftp.example.com, which FTP uses for the file, before any",
        ),
        (
            "",
            "ftp.example.com did not take the file (it answered: 5 no). Nothing was delivered. Check whether this user",
        ),
    ],
)
def test_a_refused_file_says_why_where_the_answer_tells(texts, cause, says):
    outcome = texts.refused("5 no", cause=cause)
    assert (outcome.state, outcome.evidence) == (State.FAILED, {"reply": "5 no"})
    assert says in outcome.message
