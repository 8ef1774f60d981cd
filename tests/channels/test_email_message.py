"""The message: our headers and no others, one recipient, and the exact file under its name."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from action_returns.channels.base import OutgoingFile
from action_returns.channels.email_message import build_email

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
PARCEL = OutgoingFile("Batch_Mods_Reversals_2026_11_23_0001.csv", b"ActionId,Amount,Reason\r\nM.1.2.3,0,REJECTED\r\n")
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
SMUGGLED = "=?utf-8?q?x=0D=0ABcc:_thief@evil.example?="
"""Python's email package turns this subject into two headers (CVE-2024-6923)."""

anything = st.one_of(
    st.text(max_size=250),
    st.text(alphabet='=?utf8qB_-0DA \r\n\t\0,;:<>@"()\\.abcBc\u202e\u2028ü', max_size=80),
)
addresses = st.one_of(
    st.just("returns@brand.example"),
    st.from_regex(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,20}(\.[A-Za-z0-9-]{1,20}){0,3}", fullmatch=True
    ),
    anything,
)


def letter(parcel=PARCEL, **changes):
    facts = {"sender": "a@brand.example", "recipient": "c@batch.example", "subject": None, "now": NOW}
    return build_email(parcel, **{**facts, **changes})


def read(written):
    return message_from_bytes(written.content, policy=policy.SMTP)


@given(sender=addresses, recipient=addresses, subject=st.none() | anything, content=st.binary(max_size=3000))
@example(sender="a@b.example", recipient="c@d.example", subject=SMUGGLED, content=b"")
@example(sender="=?utf-8?q?x=40evil.example?=@b.example", recipient="c@d.example", subject=None, content=b"")
@example(sender="a@b.example", recipient="c@d.example,e@f.example", subject=None, content=b"")
@example(sender="a@b.example", recipient="c@d.example", subject="ü" * 200, content=b"\r\n.\r\n.x\rlone\n")
def test_whatever_is_asked_for_the_message_is_ours_or_there_is_none(sender, recipient, subject, content):
    parcel = OutgoingFile(PARCEL.name, content)
    try:
        written = letter(parcel, sender=sender, recipient=recipient, subject=subject)
    except ValueError:
        return
    message = read(written)
    assert message.keys() == HEADERS
    assert [str(address) for address in message["To"].addresses] == [recipient]
    assert (message["From"], message["Message-ID"].strip()) == (sender, written.message_id)
    assert message["Subject"].split() == (subject or PARCEL.name.removesuffix(".csv")).split()
    (attachment,) = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_payload(decode=True)) == (PARCEL.name, content)


@given(subject=anything, content=st.binary(max_size=3000))
@example(subject="x" * 200, content=b"A" * 5000)
def test_what_leaves_is_plain_ascii_in_short_lines_that_no_server_on_the_way_has_to_change(subject, content):
    try:
        written = letter(OutgoingFile(PARCEL.name, content), subject=subject)
    except ValueError:
        return
    written.content.decode("ascii")
    lines = written.content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998  # RFC 5322, 2.1.1


@pytest.mark.parametrize("header", ["sender", "recipient", "subject"])
@pytest.mark.parametrize(
    "odd",
    [
        "x@y.example\r\nBcc: e@f.example",
        "x@y.example\nBcc: e@f.example",
        "x@y.example\rBcc: e@f.example",
        "x@y.example\0",
        "x@y.example\x1b[2J",
        "x@y.example\u2028",
        "\u202ex@y.example",
        "x@y.example\ud800",
        SMUGGLED,
        SMUGGLED + "@y.example",
        "x" * 201 + "@y.example",
    ],
)
def test_line_breaks_and_their_disguises_never_come_into_a_header(header, odd):
    with pytest.raises(ValueError, match=f"^The {header} "):
        letter(**{header: odd})


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "x",
        "@y.example",
        "x@",
        "x y@z.example",
        "ü@y.example",
        "a@b@c.example",
        '"a b"@c.example',
        "a@b,c@d",
        "<a@b>",
    ],
)
@pytest.mark.parametrize("header", ["sender", "recipient"])
def test_anything_but_one_plain_address_is_refused(header, odd):
    with pytest.raises(ValueError, match="not one plain e-mail address"):
        letter(**{header: odd})


@pytest.mark.parametrize("name", ["a b.csv", "ä.csv", "../a.csv", 'a".csv', "a.csv\r\n", "a.txt", "x" * 57 + ".csv"])
def test_a_file_name_that_mailboxes_may_misread_is_refused(name):
    with pytest.raises(ValueError, match="The file name"):
        letter(OutgoingFile(name, b"A\r\n"))


def test_the_longest_file_name_is_written_in_one_piece():
    name = "x" * 56 + ".csv"
    assert f'filename="{name}"'.encode() in letter(OutgoingFile(name, b"A\r\n")).content


def test_every_byte_of_the_file_is_there_and_its_kind_is_named():
    (attachment,) = read(letter()).iter_attachments()
    assert attachment.get_payload(decode=True) == PARCEL.content
    assert (attachment.get_content_type(), attachment.get_param("charset")) == ("text/csv", "utf-8")
    assert attachment["Content-Transfer-Encoding"] == "base64"


def test_the_text_says_how_many_rows_the_file_has():
    body = read(letter()).get_body()
    assert body.get_content().strip() == f"Action modifications and reversals: 1 rows in {PARCEL.name}"


def test_a_subject_in_any_language_is_read_back_as_it_was():
    assert read(letter(subject="Rückgaben für Café №1 返品"))["Subject"] == "Rückgaben für Café №1 返品"


def test_a_draft_may_lack_the_addresses_and_says_that_it_is_unsent():
    message = read(letter(sender="", recipient="", draft=True))
    assert message.keys() == ["Subject", "Date", "Message-ID", "X-Unsent", "MIME-Version", "Content-Type"]
    assert message["X-Unsent"] == "1"


def test_a_draft_with_an_odd_address_is_refused_too():
    with pytest.raises(ValueError, match="The recipient"):
        letter(recipient="a@b\r\nBcc: c@d", draft=True)
