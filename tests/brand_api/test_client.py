"""One connection to the API: what is sent, what is asked again, what is told, and where the token never goes."""

import importlib.util
import itertools
import json
import logging
import socket
import ssl
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from action_returns.brand_api import client as client_module
from action_returns.brand_api import exchange as exchange_module
from action_returns.brand_api.problems import RequestRefusedError
from action_returns.errors import ApiError, ConfigError, Exit
from tests.servers.brand_api_server import SID, TOKEN, action, altered, brand_api_server, cut, hang_up, refused, status
from tests.servers.loopback import LOOPBACK, make_authority

ASKED = {
    "CampaignId": "1000",
    "State": "PENDING",
    "ActionDateStart": "2026-11-01T00:00:00Z",
    "ActionDateEnd": "2026-12-01T00:00:00Z",
}


def ids(answers):
    return [row["Id"] for answer in answers for row in answer.rows("Actions")]


@pytest.fixture
def no_urllib3(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "urllib3" else found(name))


def test_a_question_signs_in_and_names_version_and_form(server, client):
    server.actions = [action("1000.1.1")]
    api = client()
    assert ids([api.get("Actions", ASKED)]) == ["1000.1.1"]
    ((path, parameters, headers),) = server.asked
    assert (path, parameters) == (f"/Advertisers/{SID}/Actions", ASKED)
    assert (headers["Accept"], headers["IR-Version"]) == ("application/json", "14")
    assert api.requests == 1


def test_a_packed_answer_is_unpacked(server, client):
    server.actions, server.is_packed = [action(f"1000.1.{n}") for n in range(5_000)], True
    assert len(ids([client().get("Actions", ASKED)])) == 5_000


def test_the_pages_of_a_list_are_followed(server, client):
    server.actions, server.page_rows = [action(f"1000.1.{n}") for n in range(5)], 2
    api = client()
    assert sorted(ids(api.pages("Actions", ASKED))) == [f"1000.1.{n}" for n in range(5)]
    assert [parameters.get("Page") for parameters in server.parameters] == [None, "2", "3"]
    assert api.requests == 3


def test_a_whole_address_of_the_same_server_is_followed(server, client):
    server.actions, server.page_rows = [action("1000.1.1"), action("1000.1.2")], 1
    here = f"https://{LOOPBACK}:{server.port}"
    server.faults.append(altered(lambda found: found.update({"@nextpageuri": here + found["@nextpageuri"]})))
    assert sorted(ids(client().pages("Actions", ASKED))) == ["1000.1.1", "1000.1.2"]


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/Advertisers/x/Actions",
        "//elsewhere.example/Advertisers/x/Actions",
        "http://{here}/Advertisers/x/Actions",
        "https://{host}/Advertisers/x/Actions",
        "https://{host}:1/Advertisers/x/Actions",
        "https://me:pw@{here}/Advertisers/x/Actions",
        "https://{here}.elsewhere.example/x",
        "https://{host}.elsewhere.example:{port}/x",
        "https://[::1/x",
        "https://{host}:port/x",
        "ftp://{here}/x",
    ],
)
def test_a_next_page_on_another_server_is_not_asked(server, client, address):
    here = f"{LOOPBACK}:{server.port}"
    server.faults.append(
        altered(
            lambda found: found.update({"@nextpageuri": address.format(here=here, host=LOOPBACK, port=server.port)})
        )
    )
    with pytest.raises(ApiError, match="token goes to one host only") as refusal:
        list(client().pages("Actions", ASKED))
    assert refusal.value.problem == "api-answer"
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "address", ["Advertisers/x", "/a b", "/a\r\nX: y", "/\u0660", "?Page=2", "https:////elsewhere/x"]
)
def test_a_next_page_that_is_no_address_is_not_asked(server, client, address):
    server.faults.append(altered(lambda found: found.update({"@nextpageuri": address})))
    with pytest.raises(ApiError, match=r"address of the next page is none|token goes to one host only"):
        list(client().pages("Actions", ASKED))
    assert len(server.asked) == 1


def test_a_next_page_that_is_no_text_is_refused(server, client):
    server.faults.append(altered(lambda found: found.update({"@nextpageuri": ["/x"]})))
    with pytest.raises(ApiError, match="its address of the next page is not a text"):
        list(client().pages("Actions", ASKED))


def test_pages_that_lead_in_a_circle_end(server, client):
    server.actions, server.page_rows = [action("1000.1.1"), action("1000.1.2")], 1
    path = f"/Advertisers/{SID}/Actions?{urlencode(ASKED)}"
    server.faults += [altered(lambda found: found.update({"@nextpageuri": path}))] * 3
    with pytest.raises(ApiError, match="no end to its pages"):
        list(client().pages("Actions", ASKED))
    assert len(server.asked) == 2


def test_there_is_an_end_to_pages(server, client, monkeypatch):
    monkeypatch.setattr(client_module, "MOST_PAGES", 3)
    server.actions, server.page_rows, server.most_pages = [action(f"1000.1.{n}") for n in range(9)], 1, 99
    with pytest.raises(ApiError, match="no end to its pages"):
        list(client().pages("Actions", ASKED))
    assert len(server.asked) == 4


def test_a_wrong_token_is_told_with_what_to_do(client):
    with pytest.raises(ApiError) as refusal:
        client(token="another").get("Actions", ASKED)
    assert refusal.value.problem == "api-sign-in"
    assert refusal.value.exit_code == Exit.CANNOT_CONNECT
    assert refusal.value.message == (
        f"{LOOPBACK} refused the sign-in (401): the account SID or the auth token is not right. {LOOPBACK} says: Access "
        "denied. Check api.account_sid in the profile, and store the token again. In the network, both stand under Settings, "
        "Technical, API. Store it: action-returns secret set PROFILE --api"
    )


def test_a_token_without_the_scope_is_told_apart(server, client, said):
    server.faults.append(refused(403, "Insufficient scope!"))
    with pytest.raises(ApiError, match="it lacks a scope") as refusal:
        client().get("Actions", ASKED)
    assert refusal.value.problem == "api-not-allowed"
    assert "says: Insufficient scope! In the network, under Settings, Technical, API," in refusal.value.message
    assert said.waits == []


@pytest.mark.parametrize(
    ("code", "problem", "says"),
    [
        (301, "api-refused", "leads to another address (301), which is not followed"),
        (302, "api-refused", "the token goes to 127.0.0.1 only"),
        (402, "api-refused", "has no right to use the API at the moment (402)"),
        (404, "api-refused", "knows no such account or campaign (404)"),
        (405, "api-refused", "refused the request (405)"),
        (204, "api-refused", "refused the request (204)"),
    ],
)
def test_other_refusals_are_told(server, client, code, problem, says):
    server.faults.append(status(code, b"", Location="https://elsewhere.example/"))
    with pytest.raises(ApiError) as refusal:
        client().get("Actions", ASKED)
    assert refusal.value.problem == problem
    assert says in refusal.value.message
    assert len(server.asked) == 1


def test_a_refused_parameter_is_named(server, client):
    errors = [
        {"Field": "CampaignId", "Message": "is not yours"},
        {"Message": "and more"},
        "no object",
        {"Field": "State"},
    ]
    server.faults.append(refused(400, "Bad request", *errors))
    with pytest.raises(RequestRefusedError) as refusal:
        client().get("Actions", ASKED)
    assert refusal.value.fields == ["CampaignId", "State"]
    assert "says: Bad request; CampaignId: is not yours; and more. Check api.campaigns" in refusal.value.message


@pytest.mark.parametrize(
    "content", [b"<html>no</html>", b"", b'{"Message": [3], "Errors": {}}', b'{"Message": " ", "Errors": [3]}', b"\xff"]
)
def test_a_refusal_without_the_documented_words_is_told_without_them(server, client, content):
    server.faults.append(status(400, content))
    with pytest.raises(ApiError) as refusal:
        client().get("Actions", ASKED)
    assert refusal.value.message == (
        f"{LOOPBACK} refused the request (400). Check api.campaigns and api.days_back in the profile."
    )


def test_the_object_of_a_refusal_is_one_whatever_the_status(server, client):
    server.faults.append(refused(200, "The campaign is not yours"))
    with pytest.raises(ApiError, match=r"refused the request \(200\)\. 127\.0\.0\.1 says: The campaign is not yours\."):
        client().get("Actions", ASKED)


def test_words_that_repeat_the_token_or_hide_are_not_shown(server, client):
    server.faults += [refused(403, f"no scope for {TOKEN}"), refused(403, "red \x1b[31m \u202e text")]
    for says in ("not shown, because it repeats the sign-in", "red [U+001B][31m [U+202E] text"):
        with pytest.raises(ApiError) as refusal:
            client().get("Actions", ASKED)
        assert says in refusal.value.message
        assert TOKEN not in refusal.value.message


@pytest.mark.parametrize("fault", [hang_up, cut, status(500), status(503, b"<html>"), status(599)])
def test_a_lost_answer_is_asked_for_again(server, client, said, fault):
    server.actions = [action("1000.1.1")]
    server.faults += [fault, fault]
    assert ids([client().get("Actions", ASKED)]) == ["1000.1.1"]
    assert said.waits == [1.0, 5.0]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (hang_up, "broke off before the whole answer was there"),
        (cut, "broke off before the whole answer was there"),
        (status(503), "cannot answer at the moment (503)"),
    ],
)
def test_after_three_tries_the_user_is_told(server, client, said, fault, says):
    server.faults += [fault] * 3
    with pytest.raises(ApiError) as refusal:
        client().get("Actions", ASKED)
    assert refusal.value.problem == "api-unreachable"
    assert says in refusal.value.message
    assert said.waits == [1.0, 5.0]
    assert len(server.asked) == 3


def test_a_limit_of_requests_is_waited_for_in_seconds_until_the_reset(server, client, said):
    server.actions = [action("1000.1.1")]
    server.faults.append(status(429, b"", X_RateLimit_Reset="125", X_RateLimit_Remaining="0"))
    assert ids([client().get("Actions", ASKED)]) == ["1000.1.1"]
    assert said.waits == [126.0]
    assert said.told == [
        (
            f"{LOOPBACK} takes no more requests for about 2 minutes: the account has used up those of this hour. Waiting for "
            "that time …"
        )
    ]


@pytest.mark.parametrize("reset", ["", "soon", "-5", "2026-12-01T00:00:00Z", "1e3", "nan", "9" * 9])
def test_a_limit_without_a_time_is_waited_for_a_minute(server, client, said, reset):
    server.faults.append(status(429, b"", X_RateLimit_Reset=reset))
    client().get("Actions", ASKED)
    assert said.waits == [60.0]
    assert "for about 1 minute:" in said.told[0]


def test_a_limit_that_lasts_too_long_stops_the_command(server, client, said):
    server.faults += [status(429, b"", X_RateLimit_Reset="800"), status(429, b"", X_RateLimit_Reset="120")]
    with pytest.raises(ApiError) as refusal:
        client().get("Actions", ASKED)
    assert refusal.value.problem == "api-limit"
    assert "takes no more requests for about 2 minutes" in refusal.value.message
    assert "Run the same command again after that time." in refusal.value.message
    assert said.waits == [801.0]


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"a": NaN}'])
def test_an_answer_that_is_not_the_documented_json_is_refused(server, client, content):
    server.faults.append(status(200, content))
    with pytest.raises(ApiError, match=f"The answer of {LOOPBACK} cannot be used: ") as refusal:
        client().get("Actions", ASKED)
    assert refusal.value.problem == "api-answer"


def test_an_answer_that_is_too_large_is_refused(server, client, monkeypatch):
    monkeypatch.setattr(exchange_module, "LARGEST_ANSWER", 2**20)
    server.is_packed = True  # a small answer that unpacks to a large one
    server.actions = [action("1000.1.1", Oid="0" * 2**21)]
    with pytest.raises(ApiError, match="it has more than 1 MB"):
        client().get("Actions", ASKED)
    assert len(server.asked) == 1


def test_an_answer_that_never_ends_is_given_up(server, client):
    server.actions = [action("1000.1.1")]
    api = client(clock=itertools.count(step=700.0).__next__)  # each look at the clock is 700 seconds later
    with pytest.raises(ApiError, match="it took more than 600 seconds"):
        api.get("Actions", ASKED)


def test_a_server_that_is_silent_is_told(server, client, monkeypatch, said):
    monkeypatch.setattr("action_returns.brand_api.connection._SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(client_module, "PAUSES", ())
    import threading

    done = threading.Event()
    server.faults.append(lambda _handler: done.wait(10))
    try:
        with pytest.raises(ApiError, match="did not answer in time"):
            client().get("Actions", ASKED)
    finally:
        done.set()


def test_a_port_without_a_server_is_told(client):
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ApiError, match=f"refuses connections on port {port}") as refusal:
        client(port=port).get("Actions", ASKED)
    assert refusal.value.problem == "api-unreachable"


def test_a_host_that_does_not_exist_is_told(client):
    with pytest.raises(ApiError, match=r"There is no server named nowhere\.invalid"):
        client(host="nowhere.invalid").get("Actions", ASKED)


def test_a_server_without_encryption_is_told_and_gets_no_token(client, said):
    received = []
    with socket.create_server((LOOPBACK, 0)) as plain:
        import threading

        def answer():
            connection, _ = plain.accept()
            with connection:
                received.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ApiError, match="did not agree on an encrypted connection"):
            client(port=plain.getsockname()[1]).get("Actions", ASKED)
        thread.join()
    assert said.waits == []
    assert b"Authorization" not in received[0]


def test_a_certificate_of_an_unknown_authority_is_refused(server, client):
    with pytest.raises(ApiError, match=r"cannot be trusted.* api\.ca_file = "):
        client(ca_file=None).get("Actions", ASKED)
    assert server.asked == []


def test_a_certificate_for_another_host_is_refused(client, tmp_path):
    other = make_authority(tmp_path, "elsewhere.example")
    with brand_api_server(other) as server:
        with pytest.raises(ApiError, match=r"The certificate of 127\.0\.0\.1 cannot be trusted"):
            client(port=server.port, ca_file=other.bundle).get("Actions", ASKED)
        assert server.asked == []


def test_the_token_is_in_no_log(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    server.actions = [action("1000.1.1")]
    client().get("Actions", ASKED)
    assert TOKEN not in caplog.text
    assert "Authorization" not in caplog.text


def test_a_token_with_letters_of_any_language_is_sent_as_utf8(server, client):
    server.token = "tøken-ключ"
    client(token=server.token).get("Actions", ASKED)


def test_the_connection_ends_with_the_block(server, client):
    with client() as api:
        api.get("Actions", ASKED)
    assert api._pool.pool is None


def test_without_the_library_the_command_that_installs_it_is_named(no_urllib3, client):
    with pytest.raises(ConfigError, match=r"not installed here\. Nothing was fetched or sent\. Install it: .*urllib3"):
        client()


def test_the_library_is_loaded_only_when_the_api_is_asked():
    code = "import sys, action_returns.brand_api.client as c; print('urllib3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.split() == [b"False"]


def test_what_is_sent_never_repeats_the_token_in_the_address(server, client):
    client().get("Actions", {**ASKED, "CampaignId": "1000&x=y z"})
    assert server.parameters[0]["CampaignId"] == "1000&x=y z"
    assert TOKEN not in json.dumps([path for path, _, _ in server.asked])


def test_old_ways_to_encrypt_are_never_used(client):
    context = client()._pool.conn_kw["ssl_context"]
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
