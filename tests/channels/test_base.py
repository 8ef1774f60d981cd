"""What a user is asked about a new server, what counts where no user can be asked, and what is kept of an outcome."""

from dataclasses import replace

from action_returns.channels.base import NewServer, Outcome, State, answer_no

SERVER = NewServer("sftp.example.com", 22, "SHA256:abc")


def test_the_question_about_a_new_server_shows_its_address_and_its_key():
    assert SERVER.question.startswith("This is the first connection to sftp.example.com:22. The server shows this key:")
    assert "\n    SHA256:abc\n" in SERVER.question
    assert SERVER.question.endswith("Are they the same?")


def test_where_no_user_can_be_asked_a_new_server_is_not_the_right_one():
    assert answer_no(SERVER) is False


def test_a_server_cannot_fill_the_ledger_with_evidence():
    evidence = {f"fact {number}": "x" * 100_000 for number in range(10_000)}
    outcome = Outcome(State.SENT, "Sent.", evidence=evidence)
    assert len(outcome.evidence) == 20
    assert sum(map(len, outcome.evidence.values())) == 20_000
    assert replace(outcome, message="Sent again.").evidence == outcome.evidence


def test_evidence_that_a_receipt_needs_is_kept_as_it_is():
    evidence = {"reply": "226 Transfer complete", "size": 8_412}
    assert Outcome(State.SENT, "Sent.", evidence=evidence).evidence == evidence


def test_the_question_about_a_new_server_has_an_ipv6_address_in_brackets():
    assert "connection to [2001:db8::1]:22." in NewServer("2001:db8::1", 22, "SHA256:x").question
    assert "connection to sftp.example.com:22." in NewServer("sftp.example.com", 22, "SHA256:x").question
