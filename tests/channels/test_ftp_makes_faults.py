"""FTP servers of other makes at their worst: what we say is true, and no file is sent twice or written over another.

Every reply of a real conversation is lost in turn, in three ways, or refused; then each outcome is held against the folder.
"""

import ssl
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from action_returns.channels.base import OutgoingFile, State
from tests.channels.quick import PASSWORD, ftp_channel
from tests.servers.ftp_faults import Disturbance, disturbed
from tests.servers.ftp_makes import MAKES, ftp_make, missing_make
from tests.servers.go_between import KINDS
from tests.support.available import require

CONTENT = b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
VERSIONS = {"plain": None, "TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
UPLOADS = ("direct", "temp-rename")
OTHERS = ("pure-ftpd", "ftp-srv", "aioftp")
IMPATIENT = {
    "connect_timeout": 8,
    "command_timeout": 4,
    "reply_timeout": 4,
    "data_timeout": 4,
    "recheck_delays": (0.1, 0.1, 0.1),
}
"""Short, but long enough for many conversations at once on a machine that has other work to do."""


@pytest.fixture(scope="module")
def servers(authority, tmp_path_factory):
    """Return a server of a make and a security, started once for all tests here."""
    running = {}
    with ExitStack() as stack:

        def get(make, security):
            if (make, security) not in running:
                require(missing_make(make))
                folder = tmp_path_factory.mktemp(make)
                started = ftp_make(make, security, folder, authority.server, PASSWORD)
                running[make, security] = stack.enter_context(started)
            return running[make, security]

        yield get


class Way:
    """One way to send a file to a server of one make, through a disturbance."""

    def __init__(self, authority, servers, way):
        self.make, self.encryption, self.upload = way
        self.authority = authority
        encrypted = "explicit-tls" if "explicit-tls" in MAKES[self.make] else "implicit-tls"
        self.security = "plain" if VERSIONS[self.encryption] is None else encrypted
        self.server = servers(self.make, self.security)

    def name(self, *case):
        return f"{'-'.join(map(str, (self.encryption, self.upload, *case)))}.csv".replace(" ", "-")

    def send(self, name, disturbance, content=CONTENT, **changes):
        version = VERSIONS[self.encryption] or ssl.TLSVersion.TLSv1_3
        context = ssl.create_default_context(cafile=str(self.authority.bundle))
        context.maximum_version = version
        implicit = self.security == "implicit-tls"
        with disturbed(
            self.server.port, disturbance, authority=self.authority, version=version, implicit=implicit
        ) as port:
            channel = ftp_channel(port, context, security=self.security, upload=self.upload, **changes)
            return channel.deliver(OutgoingFile(name, content))


WAYS = [(make, encryption, upload) for make in OTHERS for encryption in VERSIONS for upload in UPLOADS]
SAMPLE = [("pure-ftpd", "TLS 1.3", "direct"), ("ftp-srv", "TLS 1.3", "temp-rename"), ("aioftp", "plain", "direct")]


@pytest.fixture
def way(request, authority, servers):
    return Way(authority, servers, request.param)


def check(way, name, outcome, disturbance, content=CONTENT):
    """Hold an outcome against the folder: whole where it is said to be, nowhere where it is said not to be."""
    files = way.server.files()
    assert len(disturbance.stores) <= 1, (name, disturbance.stores)
    if outcome.state is State.SENT:
        assert files.get(name) == content, (name, outcome)
    elif outcome.state is State.FAILED:
        # A server may make the file and refuse it then; Pure-FTPd makes it after a refusal that it did not mean, maybe
        # after the last look.
        is_told = "is there now" in outcome.message or way.make == "pure-ftpd"
        assert name not in files or (files[name] == b"" and is_told), (name, outcome, len(files[name]))
    else:
        assert disturbance.stores, (name, outcome)
    assert PASSWORD not in str(outcome)
    # An empty one under the other name holds nothing; Pure-FTPd makes it after a refusal that it did not mean.
    left = [file for file, content in files.items() if file.startswith(f"{name.removesuffix('.csv')}.") and content]
    left = [file for file in left if file != name]
    assert not left or outcome.state is State.UNKNOWN or left[0] in outcome.message, (name, left, outcome)


def lose_every_reply(way, kinds, permanence):
    way.server.clear()
    undisturbed = Disturbance()
    assert way.send(way.name("undisturbed"), undisturbed).state is State.SENT
    replies = range(1, len(undisturbed.heard) + 1)
    cases = [(kind, reply, always) for kind in kinds for reply in replies for always in permanence]

    def lose(case):
        kind, reply, always = case
        disturbance = Disturbance(kind, reply=reply, always=always)
        name = way.name(*case)
        return name, way.send(name, disturbance, **IMPATIENT), disturbance

    with ThreadPoolExecutor(12) as pool:
        results = list(pool.map(lose, cases))
    for name, outcome, disturbance in results:
        # On a busy machine a first connection that begins with TLS may end before a word was said.
        assert disturbance.reached.is_set() or not disturbance.heard, name
        check(way, name, outcome, disturbance)
    return Counter(outcome.state for _, outcome, _ in results)


@pytest.mark.parametrize("way", SAMPLE, indirect=True, ids=" ".join)
def test_whichever_reply_of_another_make_is_lost_once_the_outcome_is_true_and_no_file_comes_twice(way):
    assert lose_every_reply(way, ("cut",), (False,))[State.SENT] > 0


LARGE = b"x" * 8_000_000
"""More than the sockets between two programs on one machine hold."""


def break_off(way, kinds):
    way.server.clear()

    def send(kind):
        disturbance = Disturbance(kind, content=100_000)
        name = way.name("broken-off", kind)
        return name, way.send(name, disturbance, LARGE, **IMPATIENT), disturbance

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(send, kinds))
    for name, outcome, disturbance in results:
        assert disturbance.reached.is_set(), name
        # A server may write what it got later than it is asked for it.
        may_be_unknown = way.upload == "direct"
        assert outcome.state in ({State.FAILED, State.UNKNOWN} if may_be_unknown else {State.FAILED}), (name, outcome)
        check(way, name, outcome, disturbance, LARGE)


@pytest.mark.parametrize("way", SAMPLE, indirect=True, ids=" ".join)
def test_a_file_that_breaks_off_on_its_way_to_another_make_is_never_called_sent(way):
    break_off(way, ("cut", "short"))


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS, indirect=True, ids=" ".join)
def test_a_file_that_breaks_off_over_any_encryption_is_never_called_sent(way):
    break_off(way, ("hang", "cut", "short"))


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS, indirect=True, ids=" ".join)
def test_whichever_step_is_refused_although_it_was_done_over_any_encryption_the_outcome_is_true(way):
    assert set(lose_every_reply(way, ("refuse",), (False,))) >= {State.SENT, State.FAILED}


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS, indirect=True, ids=" ".join)
def test_whichever_reply_of_another_make_is_lost_once_or_always_the_outcome_is_true(way):
    states = lose_every_reply(way, KINDS, (False, True))
    assert set(states) == {State.SENT, State.FAILED, State.UNKNOWN}
