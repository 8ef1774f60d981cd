"""What a user is asked about a new server, and what counts where no user can be asked."""

from action_returns.channels.base import NewServer, answer_no

SERVER = NewServer("sftp.example.com", 22, "SHA256:abc")


def test_the_question_about_a_new_server_shows_its_address_and_its_key():
    assert SERVER.question.startswith("This is the first connection to sftp.example.com:22. The server shows this key:")
    assert "\n    SHA256:abc\n" in SERVER.question
    assert SERVER.question.endswith("Are they the same?")


def test_where_no_user_can_be_asked_a_new_server_is_not_the_right_one():
    assert answer_no(SERVER) is False
