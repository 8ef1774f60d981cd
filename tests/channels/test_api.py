"""Rows that go to the network's API one by one: which call, what each reply means, and never a call twice."""

import socket
import threading
from collections import Counter
from dataclasses import replace

import pytest
from urllib3.connection import HTTPSConnection

from action_returns.batch.cells import ReadyRows
from action_returns.batch.csv_format import csv_bytes
from action_returns.channels.api import ApiChannel, ApiChannelSettings
from action_returns.channels.base import NoRecord, OutgoingFile, Phase, RowCounts, State
from tests.servers.brand_api_server import SID, TOKEN, brand_api_server, cut, hang_up, refused, status
from tests.servers.loopback import LOOPBACK

ROWS = [("M.1.2.1", 0, "REJECTED"), ("M.1.2.2", 1250, "ORDER_UPDATE"), ("M.1.2.3", 0, "OTHER"), ("M.1.2.4", 5, "OTHER")]


def file_of(*rows):
    ids, cents, reasons = zip(*rows, strict=True)
    return OutgoingFile("Batch_1.csv", csv_bytes(ReadyRows(ids, cents, reasons)))


FILE = file_of(*ROWS)


class Record:
    """What the ledger would hold, and what the server held at each moment."""

    def __init__(self, server=None, *, fails_at=None):
        self.server, self.fails_at, self.events = server, fails_at, []

    def _add(self, *event):
        if event[:2] == self.fails_at:
            raise OSError(28, "the disk is full")
        self.events.append((*event, len(self.server.changes) if self.server else 0))

    def sending(self, action_id, facts):
        self._add("sending", action_id, dict(facts))

    def outcome(self, action_id, state, message, facts):
        self._add("outcome", action_id, state.value, message, dict(facts))

    @property
    def states(self):
        """What a person would be told of each row after the program has ended."""
        states = {}
        for kind, action_id, *rest in self.events:
            states[action_id] = "unknown" if kind == "sending" else rest[0]
        return states


@pytest.fixture(scope="module")
def running(authority):
    with brand_api_server(authority) as api:
        yield api


@pytest.fixture
def server(running):
    for kept in (running.changes, running.asked, running.clients, running.faults):
        kept.clear()
    return running


@pytest.fixture
def channel(server, authority):
    return ApiChannel(
        account_sid=SID, password=lambda: TOKEN, host=LOOPBACK, port=server.port, ca_file=authority.bundle,
        pause=lambda _seconds: None,
    )  # fmt: skip


def deliver(channel, server=None, file=FILE, **options):
    record = Record(server, **options)
    return channel.deliver_rows(file, lambda: None, record), record


def calls(server):
    return Counter(form["ActionId"] for _, _, form, _ in server.changes)


@pytest.mark.parametrize(
    ("row", "method", "form"),
    [
        (("M.1.2.1", 1234567, "ORDER_UPDATE"), "PUT", {"Amount": "12345.67", "Reason": "ORDER_UPDATE"}),
        (("M.1.2.1", 5, "ITEM_RETURNED"), "PUT", {"Amount": "0.05", "Reason": "ITEM_RETURNED"}),
        (("M.1.2.1", 0, "REJECTED"), "DELETE", {"DispositionCode": "REJECTED"}),
        (("M.1.2.1", 0, "ITEM_RETURNED"), "DELETE", {"DispositionCode": "ITEM_RETURNED"}),
        (("M.1.2.1", 0, "ORDER_UPDATE"), "PUT", {"Amount": "0", "Reason": "ORDER_UPDATE"}),
        (("M.1.2.1", 0, "PARTNER_NOT_ACTIVE"), "PUT", {"Amount": "0", "Reason": "PARTNER_NOT_ACTIVE"}),
    ],
)
def test_each_row_is_the_documented_call_and_a_reversal_keeps_its_body_on_the_wire(server, channel, row, method, form):
    outcome, _ = deliver(channel, server, file_of(row))
    ((sent, path, fields, headers),) = server.changes
    assert (sent, path, fields) == (method, f"/Advertisers/{SID}/Actions", {"ActionId": row[0], **form})
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert int(headers["Content-Length"]) > 0
    assert headers["IR-Version"] == "14"
    assert outcome.state is State.SENT
    assert outcome.message.startswith(f"The row is queued at {LOOPBACK}: received, and applied later.")


def test_the_code_comes_last_so_that_half_a_body_is_never_an_amount_with_fewer_digits(server, channel):
    deliver(channel, server, file_of(ROWS[1]))
    assert list(server.changes[0][2]) == ["ActionId", "Amount", "Reason"]


def test_a_batch_that_is_queued_as_a_whole_is_sent_over_one_connection(server, channel):
    outcome, record = deliver(channel, server)
    assert outcome.state is State.SENT
    assert outcome.rows == RowCounts(queued=4)
    assert outcome.evidence == {"calls": 4, "queued": 4, "refused": 0, "unknown": 0, "not_sent": 0}
    assert outcome.message == (
        f"All 4 rows are queued at {LOOPBACK}: received, and applied later. A later pending download shows what was applied."
    )
    assert len(server.clients) == 1
    assert record.events[:3] == [
        ("sending", "M.1.2.1", {"call": "DELETE", "amount": "0", "code": "REJECTED"}, 0),
        (
            "outcome", "M.1.2.1", "sent", "",
            {"row": "queued", "status": 200, "uri": f"/Advertisers/{SID}/APISubmissions/A-1"}, 1,
        ),
        ("sending", "M.1.2.2", {"call": "PUT", "amount": "12.50", "code": "ORDER_UPDATE"}, 1),
    ]  # fmt: skip


def test_a_refused_row_is_told_with_the_words_of_the_receiver_and_the_others_go_on(server, channel):
    server.faults.extend([None, refused(404, "Action not found"), status(400, b"<html>"), None])
    outcome, record = deliver(channel, server)
    assert outcome.state is State.SENT
    assert outcome.rows == RowCounts(queued=2, refused=2)
    assert "2 of 4 rows are queued" in outcome.message
    assert (
        "2 rows were refused, and are unchanged: M.1.2.2 (404: Action not found); M.1.2.3 (400: no reason was given)."
        in outcome.message
    )
    assert "To go on, send the same file again: rows that are queued or unknown stay behind." in outcome.message
    assert list(record.states.values()) == ["sent", "failed", "failed", "sent"]
    assert outcome.row_states == record.states
    assert outcome.is_partial


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (401, "refused the sign-in (401): the account SID or the auth token is not right. Check account_sid"),
        (403, "the token may not do this (403): it lacks a scope. In the network, under Settings, Technical, API"),
        (402, "no right to use the API at the moment (402)"),
    ],
)
def test_a_refused_sign_in_or_scope_stops_at_the_first_row(server, channel, code, says):
    server.faults.append(refused(code, "Access denied"))
    outcome, record = deliver(channel, server)
    assert outcome.state is State.FAILED
    assert outcome.rows == RowCounts(refused=1, not_sent=3)
    assert outcome.phase is (Phase.TRANSFER if code == 402 else Phase.CONNECT)
    assert says in outcome.message
    assert "nothing arrived" in outcome.message
    assert record.states == {"M.1.2.1": "failed"}
    assert len(server.changes) == 1


@pytest.mark.parametrize(
    ("reset", "says"),
    [("754", "It takes them again in about 13 minutes."), ("1", "about 1 minute."), ("soon", "an hour at most.")],
)
def test_the_limit_of_an_hour_stops_the_rest_and_tells_when_it_goes_on(server, channel, reset, says):
    server.faults.extend([None, status(429, b"", X_RateLimit_Reset=reset)])
    outcome, record = deliver(channel, server)
    assert outcome.state is State.SENT
    assert outcome.rows == RowCounts(queued=1, not_sent=3)
    assert says in outcome.message
    assert "3 rows were not sent." in outcome.message
    assert list(outcome.row_states.values()) == ["sent", "failed", "failed", "failed"]
    assert record.states == {"M.1.2.1": "sent", "M.1.2.2": "failed"}
    assert len(server.changes) == 2


def queued_with(**headers):
    """Return a fault: the usual reply with headers about the limit."""

    def answer(handler):
        code, content, _ = handler.answer()
        handler.send(code, content, {name.replace("_", "-"): text for name, text in headers.items()})

    return answer


def test_no_call_is_made_once_the_api_says_that_none_remains(server, channel):
    server.faults.extend([queued_with(x_ratelimit_remaining="1"), queued_with(X_RateLimit_Remaining="0")])
    outcome, _ = deliver(channel, server)
    assert outcome.rows == RowCounts(queued=2, not_sent=2)
    assert "It does not say when it takes them again" in outcome.message
    assert len(server.changes) == 2


def test_the_last_row_needs_no_remaining_call(server, channel):
    server.faults.append(queued_with(X_RateLimit_Remaining="0"))
    outcome, _ = deliver(channel, server, file_of(ROWS[0]))
    assert outcome.rows == RowCounts(queued=1)
    assert "takes no more calls" not in outcome.message


def doubled(handler):
    """Send the same reply twice at once."""
    code, content, _ = handler.answer()
    handler.send(code, content)
    handler.send(code, content)


def doubled_late(handler):
    """Send the same reply twice, the second time when the next request is there."""
    import select

    code, content, _ = handler.answer()
    handler.send(code, content)
    select.select([handler.connection], [], [], 5)
    handler.send(code, content)


def refused_twice(handler):
    """Refuse twice, the second time when the next request may be there."""
    import select

    refused(404, "Action not found")(handler)
    select.select([handler.connection], [], [], 0.2)
    refused(404, "Action not found")(handler)


def never_ends(handler):
    """Send a reply byte by byte."""
    import time

    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" ")
        time.sleep(0.05)
    handler.close_connection = True


LOST = {
    "cut": cut,
    "hung up": hang_up,
    "no HTTP": lambda handler: handler.wfile.write(b"\x16\x03garbage\r\n\r\n"),
    "500": status(500, b"oops"),
    "503 with the object of a refusal": refused(503, "Unavailable"),
    "408": status(408, b""),
    "redirection": status(303, b"", Location="/elsewhere"),
    "202": status(202, b'{"Status": "QUEUED"}'),
    "no JSON": status(200, b"<html>"),
    "another word": status(200, b'{"Status": "OK"}'),
    "a key twice": status(200, b'{"Status": "QUEUED", "Status": "QUEUED"}'),
    "refused and queued": status(400, b'{"Status": "QUEUED"}'),
    "too large": status(200, b'{"Status": "QUEUED"' + b" " * 2**17 + b"}"),
}


@pytest.mark.parametrize("at", range(len(ROWS)))
@pytest.mark.parametrize("fault", LOST)
def test_a_lost_or_undocumented_reply_leaves_its_row_unknown_and_is_never_followed_by_the_same_call(
    server, channel, fault, at
):
    server.faults.extend([*[None] * at, LOST[fault]])
    outcome, record = deliver(channel, server)
    assert list(record.states.values()) == ["unknown" if one == at else "sent" for one in range(len(ROWS))]
    assert outcome.state is State.SENT
    assert outcome.rows == RowCounts(queued=3, unknown=1)
    assert f"It is not known whether 1 row arrived: {ROWS[at][0]} (" in outcome.message
    assert "Do not send this row again before you have looked" in outcome.message
    assert set(calls(server).values()) == {1}


def test_a_reply_that_comes_byte_by_byte_is_given_up(server, channel):
    server.faults.append(never_ends)
    outcome, _ = deliver(replace(channel, call_seconds=0.3), server)
    assert outcome.rows == RowCounts(queued=3, unknown=1)
    assert "M.1.2.1 (no whole reply came in time)" in outcome.message
    assert set(calls(server).values()) == {1}


def test_a_limit_that_is_told_together_with_queued_leaves_its_row_unknown_and_stops(server, channel):
    server.faults.append(status(429, b'{"Status": "QUEUED"}'))
    outcome, _ = deliver(channel, server)
    assert outcome.rows == RowCounts(unknown=1, not_sent=3)


def test_a_server_that_is_silent_leaves_its_row_unknown(server, channel):
    done = threading.Event()
    server.faults.append(lambda _handler: done.wait(10))
    try:
        outcome, _ = deliver(replace(channel, silence_seconds=0.2), server)
    finally:
        done.set()
    assert outcome.rows == RowCounts(queued=3, unknown=1)
    assert "M.1.2.1 (no whole reply came in time)" in outcome.message
    assert set(calls(server).values()) == {1}


def test_three_lost_replies_in_a_row_leave_the_rest(server, channel):
    server.faults.extend([hang_up] * 4)
    outcome, record = deliver(channel, server)
    assert outcome.state is State.UNKNOWN
    assert outcome.rows == RowCounts(unknown=3, not_sent=1)
    assert f"{LOOPBACK} has confirmed none of 4 rows." in outcome.message
    assert "The last 3 replies were lost or no documented ones, so the rest was left." in outcome.message
    assert list(record.states.values()) == ["unknown"] * 3
    assert len(server.changes) == 3


@pytest.mark.parametrize("fault", [doubled, doubled_late])
def test_a_reply_that_comes_twice_is_never_taken_for_the_reply_to_the_next_row(server, channel, fault):
    server.faults.extend([fault, refused(404, "Action not found")])
    _, record = deliver(channel, server)
    # Whether the second copy is seen before or after the next call: it tells nothing of that row.
    assert record.states["M.1.2.2"] in {"failed", "unknown"}
    assert record.states["M.1.2.1"] == "sent"
    assert set(calls(server).values()) == {1}


def test_a_refusal_that_comes_twice_is_never_taken_for_the_refusal_of_the_next_row(server, channel):
    server.faults.append(refused_twice)
    _, record = deliver(channel, server)
    assert list(record.states.values()) == ["failed", "sent", "sent", "sent"]


def test_a_connection_that_the_server_has_closed_meanwhile_is_made_anew_and_no_call_goes_twice(server, channel):
    def close_without_a_word(handler):
        handler.send(*handler.answer())
        handler.close_connection = True

    server.faults.extend([close_without_a_word] * 4)

    class Waiting(Record):
        def outcome(self, *facts):
            super().outcome(*facts)
            for _ in range(100):  # until the end of the connection has come
                if all(client.fileno() == -1 for client in server.clients):
                    return
                threading.Event().wait(0.01)

    outcome = channel.deliver_rows(FILE, lambda: None, Waiting(server))
    assert outcome.state is State.SENT
    assert outcome.rows == RowCounts(queued=4)
    assert set(calls(server).values()) == {1}
    assert len(server.clients) == 4


def test_nothing_is_sent_where_no_connection_comes_about(channel):
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    began = []
    record = Record()
    outcome = replace(channel, port=port).deliver_rows(FILE, lambda: began.append(1), record)
    assert (outcome.state, outcome.phase) == (State.FAILED, Phase.CONNECT)
    assert "It was tried 3 times." in outcome.message
    assert (began, record.events) == ([], [])


def test_nothing_is_sent_to_a_server_whose_certificate_is_not_trusted(server, channel):
    outcome, record = deliver(replace(channel, ca_file=None), server)
    assert (outcome.state, outcome.phase) == (State.FAILED, Phase.CONNECT)
    assert "cannot be trusted" in outcome.message
    assert (record.events, server.changes) == ([], [])


def test_a_server_that_goes_away_between_two_rows_leaves_the_rest_unsent(channel, authority):
    def last_one(handler):
        handler.server.socket.close()
        refused(404, "Action not found")(handler)  # after which a new connection is made

    with brand_api_server(authority) as leaving:
        leaving.faults.extend([None, last_one])
        outcome, record = deliver(replace(channel, port=leaving.port), leaving)
    assert outcome.rows == RowCounts(queued=1, refused=1, not_sent=2)
    assert "The connection for the next row did not come about." in outcome.message
    assert record.states == {"M.1.2.1": "sent", "M.1.2.2": "failed"}


def test_a_row_that_cannot_be_recorded_does_not_leave(server, channel):
    outcome, record = deliver(channel, server, fails_at=("sending", "M.1.2.2"))
    assert outcome.rows == RowCounts(queued=1, not_sent=3)
    assert "The ledger could not record the next row" in outcome.message
    assert "the disk is full" in outcome.message
    assert record.states == {"M.1.2.1": "sent"}
    assert len(server.changes) == 1


def test_a_row_whose_outcome_cannot_be_recorded_is_told_and_the_rest_is_left(server, channel):
    outcome, record = deliver(channel, server, fails_at=("outcome", "M.1.2.2"))
    assert outcome.rows == RowCounts(queued=2, not_sent=2)
    assert "The ledger could not record what became of M.1.2.2" in outcome.message
    assert "it is queued" in outcome.message
    assert record.states == {"M.1.2.1": "sent", "M.1.2.2": "unknown"}


def test_ctrl_c_while_a_reply_is_awaited_leaves_that_row_unknown_and_the_rest_unsent(server, channel, monkeypatch):
    getresponse = HTTPSConnection.getresponse

    def interrupted(self):
        response = getresponse(self)
        if len(server.changes) == 2:
            raise KeyboardInterrupt
        return response

    monkeypatch.setattr(HTTPSConnection, "getresponse", interrupted)
    outcome, record = deliver(channel, server)
    assert outcome.rows == RowCounts(queued=1, unknown=1, not_sent=2)
    assert "You stopped it." in outcome.message
    assert record.states == {"M.1.2.1": "sent", "M.1.2.2": "unknown"}


@pytest.mark.parametrize("moment", ["sending", "outcome"])
def test_ctrl_c_while_a_row_is_recorded_is_told_as_it_stands_on_record(server, channel, moment):
    class Once(Record):
        def _add(self, *event):
            if event[:2] == self.fails_at:
                self.fails_at = None
                raise KeyboardInterrupt
            super()._add(*event)

    record = Once(server, fails_at=(moment, "M.1.2.2"))
    outcome = channel.deliver_rows(FILE, lambda: None, record)
    expected = {"sending": ("unknown", 1), "outcome": ("sent", 2)}[moment]
    assert (record.states["M.1.2.2"], outcome.rows.queued) == expected
    assert outcome.rows.not_sent == 2
    assert "You stopped it." in outcome.message


def test_ctrl_c_between_two_rows_leaves_the_rest_unsent(server, channel):
    times = iter([0.0, 0.0])

    def clock():
        for now in times:
            return now
        raise KeyboardInterrupt

    outcome, record = deliver(replace(channel, clock=clock), server)
    assert outcome.rows == RowCounts(queued=1, not_sent=3)
    assert record.states == {"M.1.2.1": "sent"}


def test_a_batch_that_takes_too_long_leaves_the_rest(server, channel):
    times = iter([0.0, 1.0, 901.0])
    outcome, _ = deliver(replace(channel, clock=lambda: next(times)), server)
    assert outcome.rows == RowCounts(queued=1, not_sent=3)
    assert "It took longer than 15 minutes, so the rest was left." in outcome.message


def test_words_of_the_server_that_repeat_the_token_are_not_shown(server, channel):
    server.faults.append(refused(400, f"you said {TOKEN}"))
    outcome, record = deliver(channel, server)
    assert TOKEN not in outcome.message + str(record.events)
    assert "not shown" in outcome.message


def test_many_refused_rows_do_not_fill_the_message(server, channel):
    rows = [(f"M.1.2.{at}", 0, "REJECTED") for at in range(1, 9)]
    server.faults.extend([refused(404, "Action not found")] * 8)
    outcome, _ = deliver(channel, server, file_of(*rows))
    assert outcome.state is State.FAILED
    assert "M.1.2.5 (404: Action not found); 3 more." in outcome.message


def test_a_file_that_it_does_not_take_is_refused_before_anything_is_asked(server, channel):
    for refusal in (file_of(("M.1.2.1", 0, "MY_CODE")), file_of(*ROWS)):
        outcome, record = deliver(replace(channel, most_rows=3), server, refusal)
        assert (outcome.state, outcome.phase) == (State.FAILED, Phase.CONNECT)
        assert "Nothing was sent." in outcome.message
        assert record.events == []
    assert (server.changes, server.clients) == ([], [])


def test_without_a_record_the_rows_go_out_all_the_same(server, channel):
    assert channel.deliver(FILE).rows == RowCounts(queued=4)
    server.faults.append(hang_up)
    assert channel.deliver_rows(FILE, lambda: None, NoRecord()).rows == RowCounts(queued=3, unknown=1)


@pytest.mark.parametrize(
    ("fault", "works", "says"),
    [
        (
            None,
            True,
            "it took the sign-in, and the token may read actions. Whether the token may change them shows only",
        ),
        (refused(401, "Access denied"), False, "refused the sign-in (401)"),
        (refused(403, "No scope"), False, "may not do this (403): it lacks a scope"),
        (status(429, b"", X_RateLimit_Reset="60"), False, "again in about 1 minute"),
        (refused(404, "No such account"), False, "cannot be used at the moment (404: No such account)"),
        (hang_up, False, "broke off before the whole reply"),
    ],
)
def test_a_connection_test_tells_sign_in_and_scope_apart_and_changes_nothing(server, channel, fault, works, says):
    server.faults.append(fault)
    result = channel.probe()
    assert (result.works, server.changes) == (works, [])
    assert says in result.message
    assert TOKEN not in result.message
    ends_with_the_sign_in = "(401)" in says or "(403)" in says
    assert result.phase is (Phase.CONNECT if ends_with_the_sign_in else Phase.TRANSFER)


def test_a_connection_test_without_a_server_tells_that_nothing_answers(channel):
    with socket.create_server((LOOPBACK, 0)) as closed:
        port = closed.getsockname()[1]
    result = replace(channel, port=port).probe()
    assert (result.works, result.phase) == (False, Phase.CONNECT)
    assert f"refuses connections on port {port}" in result.message


def settings(**changes):
    return ApiChannelSettings.model_validate(
        {"kind": "api", "account_sid": SID, "password": "env:TOKEN_OF_A_TEST", **changes}
    )


def test_the_receiver_is_the_account_at_the_host_however_that_is_written():
    assert settings(host="API.impact.com.").receiver() == f"api account {SID} at api.impact.com port 443"


def test_a_code_that_the_api_does_not_take_is_named_with_its_row_and_what_to_do():
    rows = ReadyRows(["M.1.2.1", "M.1.2.2"], [0, 1250], ["MY_CODE", "REJECTED"], rows=[2, 7])
    told = settings().refusals(rows)
    assert told.startswith(
        "The API does not take the reason code of 2 rows: row 2, M.1.2.1 (MY_CODE with 0); row 7, M.1.2.2 (REJECTED with 12.50)."
    )
    assert "with an amount above 0, ORDER_UPDATE, ITEM_RETURNED," in told
    assert "with 0, REJECTED, CONS_INFO_INVALID," in told
    assert "Nothing was sent. Choose one of these codes; or send them as a file" in told


def test_many_codes_that_it_does_not_take_are_counted():
    rows = ReadyRows([f"M.1.2.{at}" for at in range(8)], [1] * 8, ["MINE"] * 8, rows=range(2, 10))
    told = settings().refusals(rows)
    assert "row 6, M.1.2.4 (MINE with 0.01); 3 more. It takes, with an amount" in told
    assert "with 0," not in told


def test_too_many_rows_are_told_with_the_way_to_send_them():
    rows = ReadyRows(["M.1.2.1"] * 201, [0] * 201, ["REJECTED"] * 201)
    told = settings().refusals(rows)
    assert "sends 200 rows at most (most_rows in the profile), and these are 201" in told
    assert "To send them now, send them as a file" in told
    assert settings(most_rows=201).refusals(rows) == ""


def test_a_certificate_file_that_cannot_be_used_is_found_before_anything_is_recorded(tmp_path, authority):
    from action_returns.errors import ConfigError

    settings(ca_file=str(authority.bundle)).check_files()
    settings().check_files()
    with pytest.raises(ConfigError, match="ca_file"):
        settings(ca_file=str(tmp_path / "none.pem")).check_files()
