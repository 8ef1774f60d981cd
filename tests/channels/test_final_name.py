"""A file that is sent under another name first: what the user reads is true, whatever the server makes of the rename.

A real server's rename is replaced by one that does, answers and forgets as each test says; time goes by in the pauses.
"""

import itertools
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from action_returns.channels.base import OutgoingFile, State
from tests.channels.quick import PASSWORD, ftp_channel
from tests.servers import loopback

CONTENT = b"ActionId,Amount,Reason\r\n" + b"M.1.2.3,0,REJECTED\r\n" * 400
NAME = "Batch_Mods_Reversals_2026_11_23_a1b2-0001.csv"
THEIRS = b"rows of another sender"
DELAYS = (2, 8, 30)


@dataclass
class World:
    """The folder of the server, and what will happen to it later.

    Args:
        inbox: the folder.
        later: what happens, with the second at which it does.
        taken: what the receiver took out of the folder.
    """

    inbox: Path
    later: list = field(default_factory=list)
    taken: list = field(default_factory=list)
    now: float = 0

    def pause(self, seconds):
        """Let time go by."""
        self.now += seconds
        due = [event for event in self.later if event[0] <= self.now]
        self.later = [event for event in self.later if event[0] > self.now]
        for _, happen in due:
            happen()

    def take(self, path):
        """The receiver takes a file out of the folder."""
        self.taken.append(Path(path).read_bytes())
        Path(path).unlink()

    @property
    def files(self):
        return {path.name: path.read_bytes() for path in self.inbox.iterdir()}


def at_once(_world, old, new):
    Path(old).replace(new)


def never(_world, _old, _new):
    pass


def a_second_later(world, old, new):
    world.later.append((1, lambda: Path(old).replace(new)))


def taken_before(world, old, _new):
    world.take(old)


def taken_after(world, old, new):
    Path(old).replace(new)
    world.take(new)


def copied(first, second, *, removed):
    """Return a rename that copies, as over an object store: half of it is there, then all, then the other name is gone.

    It ends where the other name is gone before.
    """

    def rename(world, old, new):
        def half():
            if Path(old).exists():
                Path(new).write_bytes(Path(old).read_bytes()[:100])

        def whole():
            if Path(old).exists():
                shutil.copy(old, new)

        def remove():
            if removed:
                Path(old).unlink(missing_ok=True)

        world.later += [(first, half), (second, whole), (second + 1, remove)]

    return rename


DOES = {
    "renames it at once": at_once,
    "renames it a second later": a_second_later,
    "does not rename it": never,
    "lets the receiver take it before": taken_before,
    "lets the receiver take it after": taken_after,
    "copies it in some seconds": copied(1, 4, removed=True),
    "copies it in half a minute": copied(3, 30, removed=True),
    "copies it in a quarter of an hour": copied(60, 900, removed=True),
    "copies it and keeps the other name": copied(1, 4, removed=False),
}
ANSWERS = {
    "yes": "250 renamed",
    "another yes": "226 renamed",
    "no": "553 Can't rename file.",
    "not now": "451 Try later",
    "exists": "550 path already exists",
    "no such file": "550 No such file or directory",
    "odd": "150 well",
    "nothing": None,
}
GOES_ON = {"350": "350 Ready for the new name", "250": "250 I wait for the new name", "200": "200 ok"}
DENIED = {"ftp_SIZE": "550 Permission denied", "ftp_MLST": "550 Permission denied", "ftp_LIST": "550 Permission denied"}


def saying(words):
    def handle(self, *_given):
        self.respond(words)

    return handle


@contextmanager
def server(inbox, world, *, does=at_once, answer="250 renamed", to_rnfr="350 Ready", denied=(), **changes):
    """An FTP server whose rename does this and answers that."""

    def rnfr(self, path):
        self._rnfr = path
        self.respond(to_rnfr)

    def rnto(self, path):
        does(world, self._rnfr, path)
        if answer is None:
            self.close()
        else:
            self.respond(answer)

    refused = {command: saying(DENIED[command]) for command in denied}
    handlers = {"ftp_RNFR": rnfr, "ftp_RNTO": rnto, **refused, **changes}
    with loopback.ftp_server(inbox, username="user", password=PASSWORD, authority=None, changes=handlers) as running:
        yield running


def send(running, world, before=lambda: None, **changes):
    facts = {"security": "plain", "username": "user", "upload": "temp-rename", "recheck_delays": DELAYS, **changes}
    return ftp_channel(running.port, pause=world.pause, **facts).deliver(OutgoingFile(NAME, CONTENT), before)


@pytest.fixture
def world(inbox):
    return World(inbox)


def check(world, outcome, case):
    """Whatever happens afterwards, what was said stays true."""
    world.pause(10_000)
    if outcome.state is State.SENT:
        assert world.files.get(NAME) == CONTENT, (case, outcome)
    elif outcome.state is State.FAILED:
        assert world.files.get(NAME) != CONTENT, (case, outcome)
        assert world.taken == [], (case, outcome)
        assert "Nothing was delivered" in outcome.message, (case, outcome)
        left = [name for name in world.files if name.endswith(".part")]
        assert not left or left[0] in outcome.message, (case, outcome)
    else:
        assert "Do not send it again yet" in outcome.message, (case, outcome)
    assert "upload to direct" not in outcome.message


@pytest.mark.parametrize("does", DOES)
@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_a_server_makes_of_a_rename_and_answers_what_is_said_of_the_file_is_true(world, inbox, does, answer):
    for goes_on in GOES_ON if (does, answer) == ("renames it at once", "yes") else ("350", "250"):
        world.__init__(inbox)
        for path in inbox.iterdir():
            path.unlink()
        with server(inbox, world, does=DOES[does], answer=ANSWERS[answer], to_rnfr=GOES_ON[goes_on]) as running:
            outcome = send(running, world)
        check(world, outcome, (does, answer, goes_on))
        if does == "renames it at once":
            assert outcome.state is State.SENT, (answer, goes_on, outcome)
            assert outcome.evidence["size"] == len(CONTENT)
        if does == "lets the receiver take it before":
            assert outcome.state is State.UNKNOWN, (answer, goes_on, outcome)
        if does == "copies it in some seconds":
            assert outcome.state is State.SENT, (answer, goes_on, outcome)
        if does == "copies it in a quarter of an hour" and (ANSWERS[answer] or "1")[0] in "12":
            assert outcome.state is State.UNKNOWN, (answer, goes_on, outcome)


@pytest.mark.parametrize("does", ["renames it at once", "does not rename it", "lets the receiver take it before"])
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("denied", [("ftp_SIZE",), ("ftp_SIZE", "ftp_MLST"), tuple(DENIED)], ids=len)
def test_what_is_said_is_true_also_where_the_server_shows_little(world, inbox, does, answer, denied):
    facts = {"does": DOES[does], "answer": ANSWERS[answer], "denied": denied}
    with server(inbox, world, **facts) as running:
        outcome = send(running, world, name_check="when-possible")
    is_blind_trust = denied == tuple(DENIED) and ANSWERS[answer] in {"250 renamed", "226 renamed"}
    if not is_blind_trust:  # where nothing is shown, the profile takes the word of the server
        check(world, outcome, (does, answer, denied))
    else:
        assert outcome.state is State.SENT
        assert outcome.evidence["name_check"] == "not possible"
        assert "It does not show whether the file is there" in outcome.message


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("does", ["renames it at once", "does not rename it"])
@pytest.mark.parametrize("denied", [(), ("ftp_SIZE",), ("ftp_SIZE", "ftp_MLST")], ids=len)
def test_a_file_that_gets_the_final_name_meanwhile_is_never_replaced(world, inbox, does, answer, denied):
    with server(inbox, world, does=DOES[does], answer=ANSWERS[answer], denied=denied) as running:
        outcome = send(running, world, lambda: inbox.joinpath(NAME).write_bytes(THEIRS))
    assert world.files == {NAME: THEIRS}
    assert outcome.state is State.FAILED, outcome
    assert f"holds a file named {NAME} already" in outcome.message
    assert "It was removed again. Nothing was delivered. Look at that file first" in outcome.message


def test_a_refusal_is_believed_only_after_the_last_look(world, inbox):
    with server(inbox, world, does=never, answer="553 no") as running:
        outcome = send(running, world)
    assert (outcome.state, world.now, world.files) == (State.FAILED, sum(DELAYS), {})
    assert "(it answered: 553 no). It was removed again. Nothing was delivered" in outcome.message


def test_a_file_that_is_there_when_the_other_name_was_removed_after_a_refusal_is_not_called_failed(world, inbox):
    """A copy that ends between the last look and the removal."""

    def remove(self, path):
        shutil.copy(path, inbox / NAME)
        Path(path).unlink()
        self.respond("250 removed")

    with server(inbox, world, does=never, answer="553 no", ftp_DELE=remove) as running:
        outcome = send(running, world)
    assert (outcome.state, world.files) == (State.UNKNOWN, {NAME: CONTENT})


def test_a_refusal_to_rename_at_all_is_certain_at_once(world, inbox):
    with server(inbox, world, to_rnfr="550 Permission denied") as running:
        outcome = send(running, world)
    assert (outcome.state, world.now, world.files) == (State.FAILED, 0, {})
    assert (
        "did not give it its final name (it answered: 550 Permission denied). It was removed again." in outcome.message
    )
    assert "Ask the administrator of the server whether this user may rename files there" in outcome.message


@pytest.mark.parametrize("removes", [True, False])
def test_a_file_that_the_receiver_takes_under_its_first_name_is_unknown(world, inbox, removes):
    def take(_handler, file):
        world.take(file)

    # A server may confirm that it removed what was not there.
    changes = {"ftp_DELE": saying("250 removed")} if removes else {}
    with server(inbox, world, to_rnfr="550 No such file", on_file_received=take, **changes) as running:
        outcome = send(running, world)
    assert (outcome.state, world.taken) == (State.UNKNOWN, [CONTENT])
    assert "took every byte as" in outcome.message
    assert "is shown any more" in outcome.message
    assert "Nothing was delivered" not in outcome.message
    assert "still on the server" not in outcome.message


def test_another_file_that_got_the_name_while_the_server_renamed_is_told_after_the_last_look(world, inbox):
    def taken_by_another(_world, _old, new):
        Path(new).write_bytes(THEIRS)

    with server(inbox, world, does=taken_by_another, answer="550 File exists") as running:
        outcome = send(running, world)
    assert (outcome.state, world.now, world.files) == (State.FAILED, sum(DELAYS), {NAME: THEIRS})
    assert f"already ({len(THEIRS)} bytes), which was left as it is. It was removed again." in outcome.message


@pytest.mark.parametrize("answer", ["553 no", None])
def test_half_a_file_under_the_final_name_is_told_and_left(world, inbox, answer):
    with server(inbox, world, does=copied(1, 9_000, removed=True), answer=answer) as running:
        outcome = send(running, world)
    assert outcome.state is State.UNKNOWN
    assert f"100 of {len(CONTENT)} bytes are there under that name" in outcome.message
    assert len(world.files) == 2


@pytest.mark.parametrize(("removes", "state"), [(True, State.FAILED), (False, State.UNKNOWN)])
def test_where_nothing_is_shown_a_name_that_exists_is_believed_when_the_other_one_is_still_there(
    world, inbox, removes, state
):
    changes = {} if removes else {"ftp_DELE": saying("550 no")}
    with server(inbox, world, does=never, answer="550 path already exists", denied=tuple(DENIED), **changes) as running:
        outcome = send(running, world, name_check="when-possible")
    assert (outcome.state, world.now) == (state, 0)
    assert ("holds a file named" in outcome.message) is removes


def test_where_nothing_is_shown_any_other_refusal_leaves_the_doubt_and_the_file(world, inbox):
    with server(inbox, world, does=never, answer="553 no", denied=tuple(DENIED)) as running:
        outcome = send(running, world, name_check="when-possible")
    assert (outcome.state, world.now, list(world.files.values())) == (State.UNKNOWN, 0, [CONTENT])
    assert "refused to give it its final name (553 no); it does not show what it holds" in outcome.message


@pytest.mark.parametrize("taken", [True, False])
def test_a_lost_confirmation_of_the_file_itself_is_certain_unless_the_receiver_took_it(world, inbox, taken):
    from pyftpdlib.handlers import FTPHandler

    def respond(handler, text, *given, **facts):
        if not text.startswith("226"):
            return FTPHandler.respond(handler, text, *given, **facts)
        if taken:
            world.take(next(inbox.iterdir()))
        return handler.close()

    with server(inbox, world, respond=respond) as running:
        outcome = send(running, world)
    check(world, outcome, taken)
    assert outcome.state is (State.UNKNOWN if taken else State.FAILED)
    assert world.files == {}


def test_a_server_that_stops_showing_names_while_a_file_is_sent_does_not_get_it_renamed(world, inbox):
    denied = []

    def deny_later(name):
        def handle(self, path):
            if denied:
                return self.respond("550 Permission denied")
            return getattr(FTPHandler, name)(self, path)

        return handle

    from pyftpdlib.handlers import FTPHandler

    with server(inbox, world, **{name: deny_later(name) for name in DENIED}) as running:
        outcome = send(running, world, lambda: denied.append(True))
    assert (outcome.state, world.files) == (State.FAILED, {})
    assert "does not show whether a file named" in outcome.message
    assert "It was removed again. Nothing was delivered" in outcome.message


def test_where_nothing_is_shown_it_is_not_said_that_a_file_is_not_shown_any_more(world, inbox):
    facts = {"denied": tuple(DENIED), "to_rnfr": "550 Permission denied", "ftp_DELE": saying("550 Permission denied")}
    with server(inbox, world, **facts) as running:
        outcome = send(running, world, name_check="when-possible")
    assert (outcome.state, list(world.files.values())) == (State.UNKNOWN, [CONTENT])
    assert "(it answered: 550 Permission denied); the server does not show whether Batch_" in outcome.message
    assert ".part is still there. Do not send it again yet" in outcome.message
    assert "shown any more" not in outcome.message


def test_a_send_asks_at_most_two_commands_more_than_one_that_looks_once(inbox, world):
    for upload, listed in itertools.product(("direct", "temp-rename"), (True, False)):
        heard = []

        def note(self, command, *given, heard=heard):
            heard.append(command)
            return FTPHandler.process_command(self, command, *given)

        from pyftpdlib.handlers import FTPHandler

        changes = {"process_command": note}
        if not listed:
            changes["ftp_FEAT"] = saying("211-Features\r\n SIZE\r\n211 End")
        with server(inbox, world, **changes) as running:
            assert send(running, world, upload=upload).state is State.SENT
        (inbox / NAME).unlink()
        once = ["USER", "PASS", "FEAT", "TYPE", "SIZE", "PASV", "STOR", "SIZE"]
        once += [*(["RNFR", "RNTO"] if upload == "temp-rename" else []), "QUIT"]
        more = list(heard)
        for command in once:
            more.remove(command)
        expected = {
            ("direct", True): ["MLST"],
            ("direct", False): [],
            ("temp-rename", True): ["MLST", "SIZE"],
            ("temp-rename", False): ["SIZE", "SIZE"],
        }
        assert sorted(more) == expected[upload, listed]
