"""Mail servers and networks at their worst: what we say is true, and no mail is sent twice.

Every reply of a real conversation is lost in turn, in three ways, with and without STARTTLS, on Postfix and aiosmtpd,
and on Exim and Node's smtp-server in the long run; then the server's mailbox is opened and every outcome is held against it.
"""

import signal
import ssl
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from action_returns.channels.base import OutgoingFile, State
from tests.channels.quick import PASSWORD, SIGN_IN, email_channel
from tests.servers import loopback
from tests.servers.go_between import KINDS, scripted
from tests.servers.smtp_faults import Disturbance, disturbed

CONTENT = b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
LARGE = b"x" * 5_000_000
"""More than the sockets between two programs on one machine hold."""
SECURITIES = ("starttls", "implicit-tls")


OF_THE_LONG_RUN = [pytest.param(name, marks=pytest.mark.long) for name in ("exim_server", "smtp_server_of_node")]


# Each of their connections is a process of its own, or all of them share one: sixteen at a time take longer.
PATIENT_SIGN_IN = {**SIGN_IN, "connect_timeout": 15, "command_timeout": 10, "accept_timeout": 10}


@pytest.fixture(params=["postfix_server", "aiosmtpd", *OF_THE_LONG_RUN])
def servers(request, authority):
    """Give the ports of a real server by kind of security, what a client needs to sign in, and its mailbox."""
    if request.param != "aiosmtpd":
        server = request.getfixturevalue(request.param)
        ports = dict(zip(SECURITIES, (server.starttls_port, server.implicit_port), strict=True))
        yield ports, {} if request.param == "postfix_server" else PATIENT_SIGN_IN, server.attachments
        return
    facts = {"username": "user", "password": PASSWORD, "authority": authority}
    with loopback.mail_server(**facts) as starttls, loopback.mail_server(**facts, implicit=True) as implicit:
        ports = dict(zip(SECURITIES, (starttls.port, implicit.port), strict=True))
        sign_in = {"username": "user", "password": lambda: PASSWORD}

        def mailbox():
            wait_for_the_end_of_every_connection(ports.values())
            return starttls.attachments() + implicit.attachments()

        yield ports, sign_in, mailbox
        wait_for_the_end_of_every_connection(ports.values())


def wait_for_the_end_of_every_connection(ports):
    """A server in this very process has seen everything only when it has closed its end."""
    until = time.monotonic() + 20
    while any(
        connection.laddr.port in ports and connection.status != psutil.CONN_LISTEN
        for connection in psutil.Process().net_connections("tcp")
    ):
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def through(authority, trusting):
    """Deliver through a disturbance."""

    def deliver(port, security, disturbance, parcel, **changes):
        implicit = security == "implicit-tls"
        with disturbed(port, disturbance, authority=authority, implicit=implicit) as go_between:
            return email_channel(go_between, trusting, security=security, **changes).deliver(parcel)

    return deliver


def test_whichever_reply_is_lost_the_outcome_is_true_and_no_mail_comes_twice(servers, through):
    ports, sign_in, mailbox = servers
    cases, lengths = [], {}
    for security in SECURITIES:
        undisturbed = Disturbance()
        parcel = OutgoingFile(f"undisturbed-{security}.csv", CONTENT)
        assert through(ports[security], security, undisturbed, parcel, **sign_in).state is State.HANDED_OVER
        lengths[security] = undisturbed.replies
        cases += [(security, kind, reply) for kind in KINDS for reply in range(1, undisturbed.replies + 1)]
    assert min(lengths.values()) >= 7

    def lose(case):
        security, kind, reply = case
        disturbance = Disturbance(kind, reply=reply)
        parcel = OutgoingFile("{}-{}-{}.csv".format(*case), CONTENT)
        outcome = through(ports[security], security, disturbance, parcel, **sign_in)
        return case, parcel.name, outcome, disturbance.reached.is_set()

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lose, cases))
    arrived = mailbox()
    counts = Counter(name for name, _ in arrived)
    ours = {f"undisturbed-{security}.csv" for security in SECURITIES} | {name for _, name, _, _ in results}
    assert {content for name, content in arrived if name in ours} == {CONTENT}
    assert counts["undisturbed-starttls.csv"] == counts["undisturbed-implicit-tls.csv"] == 1
    for (security, kind, reply), name, outcome, reached in results:
        assert reached, (name, outcome)
        # The last two replies are those to the message and to QUIT.
        accepted = lengths[security] - 1
        expected = State.FAILED if reply < accepted else State.UNKNOWN if reply == accepted else State.HANDED_OVER
        assert (outcome.state, counts[name]) == (expected, int(reply >= accepted)), (name, kind, outcome)
        assert PASSWORD not in str(outcome)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("security", [SECURITIES[0], pytest.param(SECURITIES[1], marks=pytest.mark.long)])
def test_a_large_message_that_breaks_off_has_certainly_failed(servers, through, security, kind):
    ports, sign_in, mailbox = servers
    disturbance = Disturbance(kind, content=100_000)
    parcel = OutgoingFile(f"broken-off-{security}-{kind}.csv", LARGE)
    outcome = through(ports[security], security, disturbance, parcel, **{**sign_in, "data_timeout": 1})
    assert disturbance.reached.is_set()
    assert outcome.state is State.FAILED
    assert "in the middle of the message" in outcome.message
    assert parcel.name not in dict(mailbox())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("security", [SECURITIES[0], pytest.param(SECURITIES[1], marks=pytest.mark.long)])
def test_a_message_whose_last_line_gets_lost_is_unknown_for_us_and_none_for_the_server(
    servers, through, security, kind
):
    ports, sign_in, mailbox = servers
    disturbance = Disturbance(kind, dot=True)
    parcel = OutgoingFile(f"no-dot-{security}-{kind}.csv", CONTENT)
    outcome = through(ports[security], security, disturbance, parcel, **{**sign_in, "accept_timeout": 1})
    assert disturbance.reached.is_set()
    assert outcome.state is State.UNKNOWN
    assert "Do not send it again yet" in outcome.message
    assert outcome.evidence["message_id"]
    assert parcel.name not in dict(mailbox())


@pytest.mark.parametrize("security", SECURITIES)
def test_a_record_that_cannot_be_made_stops_the_message_with_nothing_sent(servers, trusting, security):
    ports, sign_in, mailbox = servers
    parcel = OutgoingFile(f"unrecorded-{security}.csv", CONTENT)

    def full():
        raise OSError(28, "the ledger's disk is full")

    channel = email_channel(ports[security], trusting, security=security, **sign_in)
    with pytest.raises(OSError, match="the ledger's disk is full"):
        channel.deliver(parcel, full)
    assert parcel.name not in dict(mailbox())
    assert channel.deliver(replace(parcel, name=f"recorded-{security}.csv")).state is State.HANDED_OVER
    assert f"recorded-{security}.csv" in dict(mailbox())


KILLED = """
import ssl, sys
from action_returns.channels.base import OutgoingFile
from action_returns.channels.email import EmailChannel
port, bundle, name, *sign_in = sys.argv[1:]
user = {"username": sign_in[0], "password": lambda: sign_in[1]} if sign_in else {}
context = ssl.create_default_context(cafile=bundle)
EmailChannel(
    "127.0.0.1", int(port), "starttls", "returns@brand.example", "account@batch.example", context=context, **user
).deliver(OutgoingFile(name, b"A,B\\r\\n" * 9))
"""


@pytest.mark.parametrize("make", ["postfix_server", *OF_THE_LONG_RUN])
@pytest.mark.parametrize(
    ("moment", "arrives"), [({"reply": 7}, 0), ({"content": 100}, 0), ({"dot": True}, 0), ({"reply": 8}, 1)]
)
def test_a_program_that_is_killed_has_sent_one_mail_at_most(request, make, authority, moment, arrives):
    """Reply 7 is the one to DATA, reply 8 the one to the final dot: then the mail is there and nobody was told."""
    server = request.getfixturevalue(make)
    sign_in = [] if make == "postfix_server" else [SIGN_IN["username"], PASSWORD]
    name = "killed-{}-{}.csv".format(*next(iter(moment.items())))
    if sign_in and "reply" in moment:
        moment = {"reply": moment["reply"] + 1}
    disturbance = Disturbance("hang", **moment)
    with disturbed(server.starttls_port, disturbance, authority=authority, implicit=False) as port:
        program = subprocess.Popen([sys.executable, "-c", KILLED, str(port), str(authority.bundle), name, *sign_in])
        try:
            assert disturbance.reached.wait(30)
        finally:
            program.kill()
        assert program.wait() == -signal.SIGKILL
    assert Counter(found for found, _ in server.attachments())[name] == arrives


PLAIN = (
    b"220 mail.example ESMTP\r\n",
    b"250-mail.example\r\n250 SIZE 1000000\r\n",
    b"250 sender ok\r\n",
    b"250 recipient ok\r\n",
    b"354 go ahead\r\n",
    b"250 queued\r\n",
    b"221 bye\r\n",
)
lines = st.one_of(
    st.binary(max_size=40),
    st.tuples(
        st.sampled_from([b"250", b"251", b"354", b"334", b"220", b"221", b"421", b"451", b"550", b"25", b"2500", b""]),
        st.sampled_from([b" ", b"-", b"", b"\0"]),
        st.binary(max_size=10),
        st.sampled_from([b"\r\n", b"\n", b"\r", b""]),
    ).map(b"".join),
)
replies = st.lists(lines, max_size=4).map(b"".join)


@given(said=st.dictionaries(st.integers(0, 6), replies, max_size=2))
@example(said={5: b"", 6: b"250\n"})
def test_whatever_a_server_says_nothing_is_raised_and_only_its_yes_to_the_message_counts(said):
    script = [said.get(step, usual) for step, usual in enumerate(PLAIN)]
    moments = []
    with scripted(script) as server:
        outcome = email_channel(
            server.port, security="plain", command_timeout=0.1, data_timeout=0.1, accept_timeout=0.1
        ).deliver(OutgoingFile("B_1.csv", b"A\r\n"), lambda: moments.append(list(server.heard)))
    whole = b".\r\n" in server.heard
    answer = script[5] or script[6]  # after nothing, the server goes on at once
    assert len(moments) <= 1
    if outcome.state is State.HANDED_OVER:
        assert whole
        assert answer.startswith(b"250")
    elif outcome.state is State.FAILED:
        assert not whole or answer[:1] in b"45"
    else:
        assert outcome.state is State.UNKNOWN
        assert whole
    if whole:
        assert moments


@pytest.mark.parametrize("code", [b"421", b"450", b"451", b"452", b"500", b"552", b"554"])
def test_a_refusal_after_the_message_is_certain(code):
    with scripted([*PLAIN[:5], code + b" 5.3.4 not for me\r\n", b"221 bye\r\n"]) as server:
        outcome = email_channel(server.port, security="plain").deliver(OutgoingFile("B_1.csv", CONTENT))
    assert outcome.state is State.FAILED
    assert f"{code.decode()} 5.3.4 not for me" in outcome.message
    assert "Nothing was sent" not in outcome.message
    assert server.heard[-1] == b"QUIT\r\n"


@pytest.mark.parametrize(
    "said", [b"251 hm\r\n", b"220 hm\r\n", b"235 hm\r\n", b"354 hm\r\n", b"250-hm\r\n", b"oops\r\n", b""]
)
def test_an_answer_to_the_message_that_is_neither_yes_nor_no_leaves_it_unknown(said):
    with scripted([*PLAIN[:5], said]) as server:
        outcome = email_channel(server.port, security="plain").deliver(OutgoingFile("B_1.csv", CONTENT))
    assert outcome.state is State.UNKNOWN
    assert "It is not known" in outcome.message


def test_a_yes_that_comes_before_the_message_is_whole_is_not_taken_for_the_answer_to_it():
    """The 250 belongs to something else; were it believed, a refusal that follows it would never be read."""
    with scripted([*PLAIN[:4], b"354 go ahead\r\n250 queued\r\n", b"554 refused\r\n"]) as server:
        outcome = email_channel(server.port, security="plain").deliver(OutgoingFile("B_1.csv", CONTENT))
    assert outcome.state is State.FAILED
    assert "without being asked: 250 queued" in outcome.message
    assert b".\r\n" not in server.heard


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize("said", [b"421 4.3.2 closing\r\n", b"451 later\r\n", b"554 no\r\n"])
def test_a_server_may_refuse_at_any_moment_before_the_message(step, said):
    told = []
    with scripted([*PLAIN[:step], said]) as server:
        outcome = email_channel(server.port, security="plain").deliver(
            OutgoingFile("B_1.csv", CONTENT), lambda: told.append("leaving")
        )
    assert outcome.state is State.FAILED
    assert said.decode().strip() in outcome.message
    assert outcome.evidence["reply"] == said.decode().strip()
    assert ("try again in a few minutes" in outcome.message) is said.startswith(b"4")
    assert told == []


def test_a_message_is_announced_right_before_its_first_byte_and_once():
    told = []
    with scripted(PLAIN) as server:
        outcome = email_channel(server.port, security="plain").deliver(
            OutgoingFile("B_1.csv", CONTENT), lambda: told.append(list(server.heard))
        )
    assert outcome.state is State.HANDED_OVER
    assert [heard[-1] for heard in told] == [b"DATA\r\n"]
    assert server.heard[len(told[0])].startswith(b"From: ")


@pytest.mark.parametrize(
    "error", [OSError(28, "full"), ConnectionError("x"), TimeoutError(), ssl.SSLError(), ValueError("x")]
)
def test_a_record_that_cannot_be_made_sends_not_a_byte_more_whatever_its_error_is(error):
    def broken():
        raise error

    with scripted(PLAIN) as server, pytest.raises(type(error)) as raised:
        email_channel(server.port, security="plain").deliver(OutgoingFile("B_1.csv", CONTENT), broken)
    assert raised.value is error
    assert server.heard[-1] == b"DATA\r\n"
