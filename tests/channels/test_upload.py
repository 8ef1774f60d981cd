"""What becomes of an upload, by what the folder of a receiver shows: every step that a real server does not take."""

from dataclasses import dataclass, field

import pytest

from action_returns.channels.base import DeliveryEndedError, Outcome, OutgoingFile, State
from action_returns.channels.looks import FREE, Taken, Unseen
from action_returns.channels.upload import Upload, unused_name, upload_name
from action_returns.channels.upload_texts import UploadTexts

FILE = OutgoingFile("Batch_1.csv", b"x" * 100)
PART = "Batch_1.abc123.part"
WHOLE, HALF, EMPTY, BARE, SECRET = Taken(100), Taken(40), Taken(0), Taken(None), Unseen("SIZE: 550 Permission denied")
EVIDENCE = {"reply": "226 done"}


@dataclass
class Folder:
    """A receiving folder that shows one thing after the other; a lost connection where it shows an error.

    Args:
        shows: what it shows, in order; the last one for all looks that follow.
        removes: whether it removes files.
        otherwise: what it shows when it is asked in another way; None where it has no other one.
    """

    shows: list
    removes: bool = True
    otherwise: object = None
    removed: list = field(default_factory=list)
    security: str = "TLSv1.3"

    def look(self, _name):
        look = self.shows.pop(0) if self.shows[1:] else self.shows[0]
        if isinstance(look, Exception):
            raise look
        return look

    def look_otherwise(self, _name):
        return self.otherwise

    def remove(self, name):
        self.removed.append(name)
        return self.removes

    def close(self):
        pass


def upload(folder=None, name=FILE.name, delays=(2, 8), **changes):
    def open_folder():
        if folder is None:
            raise DeliveryEndedError(Outcome(State.FAILED, "away"))
        return folder

    texts = UploadTexts("ftp.example.com", "/", "ftp://ftp.example.com/")
    return Upload(FILE, name, texts, open_folder, delays, lambda _seconds: None, **changes)


LOST = ConnectionError("gone")


@pytest.mark.parametrize(
    ("shows", "state", "says"),
    [
        ([WHOLE], State.SENT, "size confirmed by the server"),
        ([BARE], State.SENT, "The file is there; the server named no size"),
        ([FREE], State.SENT, "a receiver that takes files at once leaves none"),
        ([SECRET], State.SENT, "the program could not look (it answered: SIZE: 550 Permission denied)"),
        ([LOST], State.SENT, "Right after that the connection ended"),
        ([HALF, HALF, WHOLE], State.SENT, "size confirmed"),
        ([HALF, FREE], State.SENT, "a receiver that takes files at once leaves none"),
        (
            [HALF],
            State.UNKNOWN,
            "holds 40 of 100 bytes: the file did not arrive whole. It was removed again. A receiver may have read it",
        ),
        ([EMPTY], State.FAILED, "holds 0 of 100 bytes: the file did not arrive whole. It was removed again. Nothing"),
        ([HALF, LOST], State.UNKNOWN, "40 of 100 bytes are there under that name"),
    ],
)
def test_a_confirmed_file_is_looked_at_and_half_of_one_more_than_once(shows, state, says):
    outcome = upload(Folder(shows)).confirmed(Folder(shows), EVIDENCE, None)
    assert outcome.state is state
    assert says in outcome.message
    assert outcome.evidence["reply"] == "226 done"


def test_another_size_counts_only_where_every_way_to_ask_shows_it():
    """A server may count line ends as a text would have them."""
    folder = Folder([Taken(107)], otherwise=WHOLE)
    outcome = upload().confirmed(folder, EVIDENCE, None)
    assert (outcome.state, outcome.evidence["size"], folder.removed) == (State.SENT, 100, [])


def test_a_file_that_is_stored_after_it_was_confirmed_gets_its_final_name_when_it_is_whole():
    folder, paused = Folder([HALF, WHOLE, FREE]), []
    renamed = upload(name=PART)
    renamed.pause = paused.append

    def rename():
        folder.shows, renamed.renaming = [WHOLE], True
        return "250 renamed", True

    outcome = renamed.confirmed(folder, EVIDENCE, rename)
    assert (outcome.state, outcome.evidence["size"], folder.removed, paused) == (State.SENT, 100, [], [2])


def test_a_file_that_was_sent_without_a_check_of_its_name_says_so():
    outcome = upload(was_seen=False).confirmed(Folder([WHOLE]), EVIDENCE, None)
    assert outcome.evidence == {"reply": "226 done", "size": 100, "name_check": "not possible"}
    assert "Whether another file had this name before is not known" in outcome.message


@pytest.mark.parametrize(
    ("shows", "state", "says"),
    [
        ([WHOLE], State.SENT, "size confirmed"),
        ([HALF, WHOLE], State.SENT, "size confirmed"),
        ([HALF], State.UNKNOWN, "the line broke; 40 of 100 bytes are there under that name"),
        ([BARE], State.UNKNOWN, "a file is there under that name, whose size the server does not tell"),
        ([FREE], State.UNKNOWN, "the line broke. Do not send it again yet"),
        ([SECRET], State.UNKNOWN, "the line broke. Do not send it again yet"),
        ([LOST], State.UNKNOWN, "the line broke. Do not send it again yet"),
    ],
)
def test_after_a_lost_answer_only_the_whole_file_proves_something(shows, state, says):
    outcome = upload(Folder(shows)).check_on_server("the line broke")
    assert outcome.state is state
    assert says in outcome.message


def test_a_whole_file_whose_name_was_not_seen_to_be_free_before_proves_nothing():
    outcome = upload(Folder([WHOLE]), was_seen=False).check_on_server("the line broke")
    assert (outcome.state, "100 of 100 bytes" in outcome.message) == (State.UNKNOWN, True)


@pytest.mark.parametrize(
    ("shows", "removes", "has_left", "state", "says"),
    [
        ([WHOLE], True, True, State.FAILED, "Nothing was delivered. Send again."),
        ([HALF], False, True, State.FAILED, f"Part of it may be on the server as {PART}. The receiver does not read"),
        ([SECRET], False, True, State.FAILED, f"Part of it may be on the server as {PART}"),
        ([FREE], True, False, State.FAILED, "Nothing was delivered. Send again."),
        ([FREE], True, True, State.UNKNOWN, f"all bytes had left, and no file {PART} is there any more"),
        ([LOST], True, True, State.FAILED, f"Part of it may be on the server as {PART}"),
    ],
)
def test_a_file_whose_final_name_was_not_asked_for_is_not_delivered_unless_it_was_taken_away(
    shows, removes, has_left, state, says
):
    folder = Folder(shows, removes)
    outcome = upload(folder, PART, has_left=has_left).check_on_server("the line broke")
    assert outcome.state is state
    assert says in outcome.message
    assert folder.removed == ([] if shows[0] in (FREE, LOST) else [PART])


@pytest.mark.parametrize(
    ("shows", "says"),
    [
        ([FREE], "Nothing was delivered. Check whether this user may write"),
        ([SECRET], "Nothing was delivered. Check whether this user may write"),
        ([LOST], "Nothing was delivered. Check whether this user may write"),
        ([Taken(0)], "A file named Batch_1.csv (0 bytes) is there now, and nothing of this file was put into it"),
        ([BARE], "A file named Batch_1.csv (its size is not told) is there now"),
    ],
)
def test_what_lies_under_the_final_name_after_a_refusal_is_told_and_left(shows, says):
    folder = Folder(shows)
    outcome = upload().rejected_before_upload(folder, "552 quota", cause="")
    assert (outcome.state, folder.removed) == (State.FAILED, [])
    assert says in outcome.message


@pytest.mark.parametrize("removes", [True, False])
def test_what_lies_under_our_own_other_name_after_a_refusal_is_removed(removes):
    folder = Folder([Taken(0)], removes)
    outcome = upload(name=PART).rejected_before_upload(folder, "552 quota", cause="no space")
    assert (outcome.state, folder.removed) == (State.FAILED, [PART])
    assert ("ask the administrator of the server to remove it" in outcome.message) is not removes
    assert "or your share of it is used up" in outcome.message


@pytest.mark.parametrize(
    ("name", "shows", "removes", "state", "says"),
    [
        (FILE.name, WHOLE, True, State.UNKNOWN, "although it holds all of the file"),
        (FILE.name, BARE, True, State.UNKNOWN, "although it holds a file of that name and does not tell its size"),
        (FILE.name, HALF, True, State.FAILED, "Nothing was delivered. Check"),
        (
            FILE.name,
            HALF,
            False,
            State.FAILED,
            "Part of it (40 bytes) is on the server as Batch_1.csv and could not be",
        ),
        (FILE.name, FREE, True, State.FAILED, "Nothing was delivered. Check"),
        (FILE.name, SECRET, True, State.FAILED, "The server does not show whether part of it is there."),
        (PART, WHOLE, True, State.FAILED, "Nothing was delivered. Check"),
        (PART, BARE, True, State.FAILED, "Nothing was delivered. Check"),
        (PART, HALF, False, State.FAILED, f"Part of it (40 bytes) is on the server as {PART} and could not be"),
        (PART, SECRET, True, State.FAILED, "The server does not show whether part of it is there."),
    ],
)
def test_what_a_server_kept_of_a_file_that_it_refused_is_removed_or_told(name, shows, removes, state, says):
    outcome = upload(name=name).rejected_after_upload(Folder([shows], removes), "451 no", cause="")
    assert outcome.state is state
    assert says in outcome.message


def test_a_lost_connection_after_a_refused_rename_leaves_the_doubt():
    """Without a look, a refusal is no proof."""
    part = upload(None, PART)

    def refuse():
        part.renaming = True
        return "553 no", False

    folder = Folder([WHOLE, FREE, LOST])
    outcome = part.confirmed(folder, EVIDENCE, refuse)
    assert outcome.state is State.UNKNOWN
    assert "refused to give it its final name (553 no); it was not seen under its final name" in outcome.message
    assert outcome.evidence == {"reply": "226 done", "rename": "553 no"}


@pytest.mark.parametrize(
    ("name", "has_left", "cause", "state"),
    [
        (FILE.name, True, "", State.UNKNOWN),
        (FILE.name, True, "maybe no space", State.UNKNOWN),
        (FILE.name, True, "no space", State.FAILED),
        (FILE.name, True, "no data connection", State.FAILED),
        (FILE.name, False, "", State.FAILED),
        (PART, True, "", State.FAILED),
    ],
)
def test_a_whole_file_that_was_refused_and_is_gone_may_have_been_taken(name, has_left, cause, state):
    """A server that moves files away as soon as they are whole may fail at its own last step."""
    outcome = upload(name=name, has_left=has_left).rejected_after_upload(Folder([FREE]), "451 no", cause=cause)
    assert (outcome.state, outcome.evidence) == (state, {"reply": "451 no"})
    if state is State.UNKNOWN:
        assert "it answered 451 no, although it had all bytes, and no file of that name is there" in outcome.message


@pytest.mark.parametrize(
    ("shows", "was_seen", "state"),
    [
        ([WHOLE, FREE, SECRET, FREE], True, State.SENT),  # the other name went away, as by a rename
        ([WHOLE, FREE, SECRET], True, State.UNKNOWN),
        ([WHOLE, FREE, *[SECRET, WHOLE] * 3], True, State.UNKNOWN),
        ([SECRET], False, State.SENT),
    ],
)
def test_a_server_that_says_yes_and_hides_the_final_name_is_believed_as_far_as_it_showed_it_before(
    shows, was_seen, state
):
    part = upload(Folder(list(shows)), PART, was_seen=was_seen)

    def agree():
        part.renaming = True
        return "250 renamed", True

    outcome = part.confirmed(Folder(list(shows)), EVIDENCE, agree)
    assert outcome.state is state
    assert outcome.evidence["rename"] == "250 renamed"


def test_a_folder_whose_connection_broke_off_is_looked_at_over_a_new_one():
    outcome = upload(Folder([WHOLE])).confirmed(Folder([HALF, HALF, LOST]), EVIDENCE, None)
    assert outcome.state is State.SENT


@pytest.mark.parametrize("shows", [[WHOLE, FREE], [WHOLE, WHOLE, WHOLE, FREE]])
def test_a_file_that_is_there_whole_and_has_its_other_name_no_more_arrived_although_its_answer_was_lost(shows):
    outcome = upload(Folder(shows), PART, renaming=True).check_on_server("the line broke")
    assert (outcome.state, outcome.evidence["lost"]) == (State.SENT, "the line broke")


@pytest.mark.parametrize(
    ("final", "part", "says"),
    [
        (WHOLE, WHOLE, "100 of 100 bytes are there under that name, and Batch_1.abc123.part is there too"),
        (HALF, FREE, "40 of 100 bytes are there under that name"),
        (SECRET, WHOLE, "it does not show what it holds"),
        (FREE, WHOLE, "a moment ago it was still there as Batch_1.abc123.part"),
        (FREE, FREE, "it shows the file under neither name"),
        (FREE, SECRET, "it shows no file of that name"),
    ],
)
def test_everything_else_after_a_lost_answer_about_the_final_name_is_unknown(final, part, says):
    folder = Folder([final, part] * 2)
    outcome = upload(folder, PART, renaming=True).check_on_server("the line broke")
    assert (outcome.state, folder.removed) == (State.UNKNOWN, [])
    assert f"was asked to give it its final name, and its answer was lost (the line broke); {says}" in outcome.message


def test_the_other_name_tells_nothing_but_itself():
    assert upload_name(FILE, "direct") == "Batch_1.csv"
    first, second = upload_name(FILE, "temp-rename"), upload_name(FILE, "temp-rename")
    assert first != second
    assert first.startswith("Batch_1.")
    assert first.endswith(".part")
    assert unused_name() != unused_name()
