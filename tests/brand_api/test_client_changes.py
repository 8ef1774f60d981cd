"""A change is sent once; what became of it is refused, certainly not sent, or unknown, and never guessed."""

import socket

import pytest

from action_returns.brand_api import exchange as exchange_module
from action_returns.brand_api.errors import ChangeUnknownError, LimitError, NotSentError
from action_returns.errors import ApiError
from tests.servers.brand_api_server import SID, TOKEN, cut, hang_up, refused, status
from tests.servers.loopback import LOOPBACK

FORM = {"ActionId": "1000.1.1", "Reason": "ORDER_UPDATE", "Amount": "12.50"}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_change_arrives_with_its_form_and_its_answer_is_returned(server, client, method):
    api = client()
    answer = api.send(method, "Actions", {**FORM, "Note": "a&b=ü"})
    assert answer.content == {"Status": "QUEUED", "QueuedUri": f"/Advertisers/{SID}/APISubmissions/A-1"}
    ((sent, path, form, headers),) = server.changes
    assert (sent, path, form) == (method, f"/Advertisers/{SID}/Actions", {**FORM, "Note": "a&b=ü"})
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Transfer-Encoding" not in headers
    assert headers["IR-Version"] == "14"
    assert api.requests == 1


@pytest.mark.parametrize(
    "fault",
    [hang_up, cut, status(500), status(503), status(408), status(202), status(200, b"<html>"), status(200, b"[]")],
)
def test_a_change_without_a_usable_answer_is_unknown_and_never_repeated(server, client, said, fault):
    server.faults.append(fault)
    with pytest.raises(ChangeUnknownError):
        client().send("PUT", "Actions", FORM)
    assert len(server.changes) == 1
    assert said.waits == []


def test_an_answer_that_is_too_large_leaves_a_change_unknown(server, client, monkeypatch):
    monkeypatch.setattr(exchange_module, "LARGEST_ANSWER", 8)
    with pytest.raises(ChangeUnknownError, match="cannot be used: it has more than"):
        client().send("PUT", "Actions", FORM)
    assert len(server.changes) == 1


def test_a_server_that_is_silent_leaves_a_change_unknown(server, client, monkeypatch):
    import threading

    monkeypatch.setattr("action_returns.brand_api.connection._SILENCE_SECONDS", 0.2)
    done = threading.Event()
    server.faults.append(lambda _handler: done.wait(10))
    try:
        with pytest.raises(ChangeUnknownError, match="did not answer in time"):
            client().send("PUT", "Actions", FORM)
    finally:
        done.set()
    assert len(server.changes) == 1


def test_without_a_connection_a_change_never_left(client):
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotSentError, match=f"refuses connections on port {port}"):
        client(port=port).send("PUT", "Actions", FORM)


def test_a_connection_that_breaks_off_while_it_is_encrypted_carries_no_change(client):
    import threading

    with socket.create_server((LOOPBACK, 0)) as plain:
        thread = threading.Thread(target=lambda: plain.accept()[0].close())
        thread.start()
        with pytest.raises(NotSentError):
            client(port=plain.getsockname()[1]).send("DELETE", "Actions", FORM)
        thread.join()


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 301, 307])
def test_a_refused_change_is_told_as_one(server, client, code):
    server.faults.append(refused(code, "no such action"))
    with pytest.raises(ApiError) as refusal:
        client().send("DELETE", "Actions", FORM)
    assert not isinstance(refusal.value, ChangeUnknownError | NotSentError | LimitError)
    assert len(server.changes) == 1


def test_the_object_of_a_refusal_is_one_whatever_the_status(server, client):
    server.faults.append(refused(200, "The action is locked"))
    with pytest.raises(ApiError, match="The action is locked") as refusal:
        client().send("PUT", "Actions", FORM)
    assert not isinstance(refusal.value, ChangeUnknownError)


def test_the_limit_of_an_hour_is_not_waited_for_by_a_change(server, client, said):
    server.faults.append(status(429, b"", X_RateLimit_Reset="125"))
    with pytest.raises(LimitError, match=r"about 2 minutes.*Nothing was changed") as limit:
        client().send("PUT", "Actions", FORM)
    assert limit.value.seconds == 126.0
    assert said.waits == []
    assert len(server.changes) == 1


def test_the_token_is_in_no_address_or_form(server, client):
    client().send("PUT", "Actions", FORM)
    ((_, path, form, _),) = server.changes
    assert TOKEN not in path + str(form)
