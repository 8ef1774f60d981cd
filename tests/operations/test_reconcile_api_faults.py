"""Every reply of a reconcile over the API, each broken in every way: nothing false is found, and nothing recorded of half an answer."""

from datetime import UTC, datetime, timedelta

import pytest

from action_returns.errors import ActionReturnsError
from action_returns.ledger.attachments import RECONCILED
from action_returns.operations.account import open_account, open_account_ledger
from action_returns.verdicts.verdict import Verdict
from tests.servers.brand_api_server import TOKEN, altered, brand_api_server, cut, hang_up, refused, status
from tests.servers.loopback import make_authority
from tests.support.reconciled import World, mobile, write_api_profile

CHANGE, REVERSAL = "ORDER_UPDATE", "REJECTED"
REPLIES = 10
"""Requests of the reconcile below: files, errors, actions, three single actions of which two are asked for twice, updates."""


def hang(handler):
    """Answer nothing until the client has gone."""
    handler.connection.settimeout(5)
    handler.rfile.read(1)


def stall(handler):
    """Send a half of the answer, and then nothing until the client has gone."""
    code, content, headers = handler.answer()
    handler.send(code, content, headers, sent=len(content) // 2)
    handler.wfile.flush()
    hang(handler)


def flip(handler):
    """Send the answer with letters changed in the middle of it."""
    code, content, headers = handler.answer()
    middle = len(content) // 2
    handler.send(code, content[:middle] + b"\xff\x00{" + content[middle + 3 :], headers)


def shorter_list(found):
    for rows in found.values():
        if isinstance(rows, list) and rows:
            rows.pop()


def no_ids(found):
    for rows in found.values():
        for row in rows if isinstance(rows, list) else ():
            row.pop("Id", None)
            row.pop("BatchId", None)


FAULTS = {
    "cut": cut,
    "ended": hang_up,
    "hung": hang,
    "stalled": stall,
    "garbled": flip,
    "an empty object": status(200, b"{}"),
    "an empty list": status(200, b"[]"),
    "XML": status(200, b"<Actions/>", Content_Type="application/xml"),
    "nothing": status(200, b""),
    "202": status(202, b"{}"),
    "a redirect": status(302, b"", Location="https://elsewhere.example/"),
    "400": refused(400, "no"),
    "401": refused(401, "no"),
    "403": refused(403, "no"),
    "404 of a server on the way": status(404, b"<html>"),
    "404": refused(404, "no"),
    "500": status(500, b"{}"),
    "another total": altered(lambda found: found.update({"@total": "77"})),
    "another number of pages": altered(lambda found: found.update({"@numpages": "99"})),
    "no total": altered(lambda found: found.pop("@total", None)),
    "a row less": altered(shorter_list),
    "rows without ids": altered(no_ids),
    "a next page elsewhere": altered(lambda found: found.update({"@nextpageuri": "https://elsewhere.example/x"})),
    "an error with status 200": refused(200, "no"),
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def world(authority, monkeypatch_module, tmp_path_factory):
    """Three batches: rows of every kind, one that the network never got, and one that waits."""
    from tests.support.profiles import paths_of

    home = tmp_path_factory.mktemp("home")
    monkeypatch_module.setenv("ACTION_RETURNS_HOME", str(home))
    monkeypatch_module.setenv("API_TOKEN", TOKEN)
    monkeypatch_module.setattr("action_returns.brand_api.client.PAUSES", ())
    monkeypatch_module.setattr("action_returns.brand_api.connection._SILENCE_SECONDS", 0.1)
    with brand_api_server(authority) as server:
        write_api_profile(home, authority, server)
        world = World(server, paths_of(home), home)
        world.has(1, 2, 4, 6, 7, 8)
        world.has(3, amount="30.00")
        world.send((1, 1250, CHANGE), (2, 0, REVERSAL), (3, 900, CHANGE), (4, 700, CHANGE), (9, 800, CHANGE))
        world.network.action_of(mobile(3))["State"] = "APPROVED"
        world.network.process(datetime.now(UTC))
        world.network.change(mobile(4), "15.00", "ITEM_RETURNED", datetime.now(UTC) + timedelta(hours=1))
        world.send((6, 600, CHANGE), (10, 600, CHANGE), arrives=False)
        world.send((8, 600, CHANGE))
        yield world


@pytest.fixture
def forgetting(world):
    """Keeps the ledger as it was before the test."""
    path = world.paths.ledger_file
    before = path.read_bytes()
    yield
    path.write_bytes(before)
    world.server.faults.clear()
    world.server.asked.clear()


def recorded(world):
    with open_account_ledger(open_account(world.paths), world.paths) as ledger:
        return [event for number in (1, 2, 3) for event in ledger.events(number) if event.kind == RECONCILED]


@pytest.mark.usefixtures("forgetting")
def test_without_a_fault_every_row_is_told(world):
    found = world.reconcile()
    assert world.false_verdicts(found) == []
    assert [[one.verdict.value for one in batch.found.results] for batch in found] == [
        ["applied", "applied", "locked", "different", "refused"],
        ["too_early", "missing"],
        ["too_early"],
    ]
    assert len(world.server.asked) == REPLIES


@pytest.mark.usefixtures("forgetting")
@pytest.mark.parametrize("name", FAULTS)
def test_a_broken_reply_makes_no_verdict_false(world, name):
    at = list(FAULTS).index(name) % REPLIES
    check_fault(world, name, at)
    world.server.faults.clear()
    check_fault(world, name, (at + REPLIES // 2 + 1) % REPLIES)


@pytest.mark.long
@pytest.mark.usefixtures("forgetting")
@pytest.mark.parametrize("name", FAULTS)
def test_every_reply_that_is_broken_makes_no_verdict_false(world, name):
    for at in range(REPLIES):
        check_fault(world, name, at)


def check_fault(world, name, at):
    """Break one reply, and compare with what is true; the ledger is as before afterwards."""
    kept = world.paths.ledger_file.read_bytes()
    world.server.faults.clear()
    world.server.faults += [None] * at + [FAULTS[name]]
    try:
        found = world.reconcile()
    except ActionReturnsError:
        assert recorded(world) == [], f"{name} at reply {at}"
    else:
        assert world.false_verdicts(found) == [], f"{name} at reply {at}"
        sure = [one for batch in found for one in batch.found.results if one.verdict is not Verdict.TOO_EARLY]
        assert all(one.source == "api" for one in sure)
    world.paths.ledger_file.write_bytes(kept)
