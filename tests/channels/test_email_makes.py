"""Mail servers of other makes: Exim, and smtp-server of Node. What each does differently, and that the outcome is true.

The whole of what may go wrong on the way is tried on them in test_email_faults.py, in the long run.
"""

from collections import Counter

import pytest

from action_returns.channels.base import OutgoingFile, Phase, State
from tests.channels.quick import PASSWORD, SIGN_IN, email_channel, failed
from tests.servers.exim import exim
from tests.servers.smtp_faults import Disturbance, disturbed
from tests.servers.smtp_server import smtp_server
from tests.support.available import missing_exim, missing_node, require

CONTENT = b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 40
MAKES = ["exim_server", "smtp_server_of_node"]

every_make = pytest.mark.parametrize("make", MAKES)


@pytest.fixture
def start_exim(tmp_path, authority):
    """Start Exim with access control lists of its own."""
    require(missing_exim())
    return lambda **rules: exim(tmp_path, authority.server, PASSWORD, **rules)


@pytest.fixture
def start_smtp_server(tmp_path, authority):
    """Start smtp-server with changes."""
    require(missing_node("smtp-server"))
    return lambda **changes: smtp_server(tmp_path, authority.server, PASSWORD, **changes)


@every_make
@pytest.mark.parametrize("auth", ["plain", "login"])
@pytest.mark.parametrize("security", ["starttls", "implicit-tls"])
def test_the_exact_file_arrives_once_however_the_user_signs_in(request, make, trusting, security, auth):
    server = request.getfixturevalue(make)
    port = server.starttls_port if security == "starttls" else server.implicit_port
    file = OutgoingFile(f"as-it-was-{security}-{auth}.csv", CONTENT)
    made = email_channel(port, trusting, security=security, auth=auth, **SIGN_IN)
    assert made.probe().works
    assert made.deliver(file).state is State.HANDED_OVER
    assert server.attachments().count((file.name, CONTENT)) == 1


@every_make
def test_a_wrong_password_is_told_plainly(request, make, trusting):
    server = request.getfixturevalue(make)
    made = email_channel(server.starttls_port, trusting, username=SIGN_IN["username"], password=lambda: "wrong")
    assert failed(made.probe(), "did not accept the user name or password (sign-in by PLAIN)", phase=Phase.CONNECT)


@every_make
def test_a_lost_answer_to_the_message_is_unknown_and_the_mail_is_there_once(request, make, authority, trusting):
    server = request.getfixturevalue(make)
    file = OutgoingFile("answer-lost.csv", CONTENT)
    disturbance = Disturbance("cut", reply=9)
    with disturbed(server.starttls_port, disturbance, authority=authority, implicit=False) as port:
        outcome = email_channel(port, trusting, **SIGN_IN).deliver(file)
    assert outcome.state is State.UNKNOWN
    assert Counter(name for name, _ in server.attachments())[file.name] == 1


@every_make
def test_a_message_without_its_last_line_is_none(request, make, authority, trusting):
    server = request.getfixturevalue(make)
    file = OutgoingFile("not-ended.csv", CONTENT)
    disturbance = Disturbance("cut", content=100)
    with disturbed(server.starttls_port, disturbance, authority=authority, implicit=False) as port:
        outcome = email_channel(port, trusting, **SIGN_IN).deliver(file)
    assert disturbance.reached.is_set()
    assert outcome.state in {State.FAILED, State.UNKNOWN}
    assert file.name not in dict(server.attachments())


@pytest.mark.parametrize("control", ["fakereject", "fakedefer"])
def test_exim_that_refuses_a_message_and_keeps_it_leaves_it_unknown(start_exim, trusting, control):
    """It may still be delivered: sent again, it would be there twice."""
    with start_exim(data=f"accept control = {control}") as server:
        outcome = email_channel(server.starttls_port, trusting, **SIGN_IN).deliver(OutgoingFile("kept.csv", CONTENT))
        assert server.attachments() == [("kept.csv", CONTENT)]
    assert outcome.state is State.UNKNOWN
    assert "it may still be delivered to the target recipient(s)" in outcome.message
    assert outcome.evidence["reply"].startswith("550" if control == "fakereject" else "450")


@pytest.mark.parametrize(("decision", "code"), [("deny", "550"), ("defer", "451")])
def test_exim_that_refuses_a_message_has_none(start_exim, trusting, decision, code):
    with start_exim(data=f"{decision} message = not this one") as server:
        outcome = email_channel(server.starttls_port, trusting, **SIGN_IN).deliver(OutgoingFile("no.csv", CONTENT))
        assert server.attachments() == []
    assert failed(outcome, f"got the message and refused it (it answered: {code} not this one)")
    assert "Nothing was sent" not in outcome.message


def test_exim_that_relays_for_its_users_only_names_the_sign_in(start_exim, trusting):
    rules = "accept authenticated = *\n  deny message = relay not permitted"
    with start_exim(rcpt=rules) as server:
        outcome = email_channel(server.starttls_port, trusting).probe()
        assert failed(outcome, "550 relay not permitted", "set user name (username) and password in the profile")
        assert email_channel(server.starttls_port, trusting, **SIGN_IN).probe().works


def test_exim_offers_no_sign_in_without_encryption_and_that_is_what_is_told(exim_server):
    outcome = email_channel(exim_server.starttls_port, security="plain", **SIGN_IN).probe()
    assert failed(outcome, "it offers none", "only on an encrypted connection", phase=Phase.CONNECT)


def test_smtp_server_that_wants_a_sign_in_is_not_told_as_a_wrong_sender(smtp_server_of_node, trusting):
    outcome = email_channel(smtp_server_of_node.starttls_port, trusting).probe()
    assert failed(outcome, "wants a sign-in (it answered: 530", "Set user name (username) and password in the profile")


def test_smtp_server_that_wants_encryption_first_is_not_told_as_a_wrong_password(smtp_server_of_node):
    outcome = email_channel(smtp_server_of_node.starttls_port, security="plain", **SIGN_IN).probe()
    assert failed(outcome, "wants an encrypted connection", "538", "Set the encryption (security)", phase=Phase.CONNECT)


@pytest.mark.parametrize("ways", [["XOAUTH2"], ["CRAM-MD5"]])
def test_smtp_server_without_a_way_for_passwords_is_told_with_what_to_do_instead(start_smtp_server, trusting, ways):
    with start_smtp_server(ways=ways) as server:
        outcome = email_channel(server.starttls_port, trusting, **SIGN_IN).probe()
    assert failed(outcome, f"it offers {ways[0]}", "not supported here", 'kind = "draft"', phase=Phase.CONNECT)


@pytest.mark.parametrize(("code", "text"), [(450, "Mailbox busy"), (552, "Message exceeds fixed maximum message size")])
def test_smtp_server_that_refuses_a_message_has_none(start_smtp_server, trusting, code, text):
    with start_smtp_server(answer={"code": code, "text": text}) as server:
        outcome = email_channel(server.starttls_port, trusting, **SIGN_IN).deliver(OutgoingFile("no.csv", CONTENT))
        assert server.attachments() == []
    assert failed(outcome, f"{code}", text)
