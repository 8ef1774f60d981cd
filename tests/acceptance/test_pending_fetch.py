"""``action-returns pending fetch``: from the settings of a new user to a check against what was fetched."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.servers.brand_api_server import SID, TOKEN, Literal, action, brand_api_server, refused, status
from tests.servers.loopback import LOOPBACK, make_authority
from tests.support.batches import ONE

RECENT = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%dT10:00:00Z")
LOCKS = (datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%dT00:00:00Z")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority):
    with brand_api_server(authority) as running:
        running.actions = [action(ONE, when=RECENT, LockingDate=LOCKS, Amount=Literal("12.5"))]
        yield running


@pytest.fixture
def ready(server, outbox, store, authority, run):
    """The settings that a user makes in the terminal."""
    place = [f"api.host={LOOPBACK}", f"api.port={server.port}", f"api.ca_file={authority.bundle}"]
    keys = [f"api.account_sid={SID}", "api.auth_token=keyring", "api.campaigns=1000", "api.days_back=45"]
    assert run("profile", "set", "acme", *keys, *place).code == 0
    store.set_password("action-returns", "acme:api", TOKEN)
    return server


def test_what_was_fetched_is_compared_with_a_batch(ready, run, work, file):
    done = run("pending", "fetch", "-o", "pending.csv")
    assert (done.code, done.out) == (0, "")
    assert "1 pending action (1 request, as of " in done.err
    assert "Written: pending.csv" in done.err
    assert done.err.splitlines()[-1] == "Next: action-returns check FILE --pending pending.csv"
    checked = run(
        "check", file(f"ActionId,Amount,Reason\n{ONE},12.50,ORDER_UPDATE\n"), "--pending", "pending.csv", "--json"
    )
    assert [finding["code"] for finding in checked.json["findings"]] == ["amount-unchanged"]


def test_without_a_name_the_list_is_kept_and_named(ready, run, work):
    facts = run("pending", "fetch", "--json").facts
    assert facts == {
        "written": facts["written"],
        "rows": 1,
        "campaigns": {"1000": 1},
        "requests": 1,
        "resumed": False,
        "as_of": facts["as_of"],
        "notes": facts["notes"],
    }
    assert facts["written"].endswith(".csv")
    assert facts["as_of"].endswith("Z")
    assert list(work.glob("*.csv")) == []
    kept = run("pending", "fetch")
    assert f"Kept as the pending download of this account: {facts['written']}" in kept.err
    assert kept.err.splitlines()[-1] == "Next: action-returns import EXPORT -o FILE"
    named = run("pending", "fetch", "-o", "my list.csv", "--profile", "acme")
    assert named.err.splitlines()[-1] == "Next: action-returns check FILE --pending 'my list.csv' --profile acme"


def test_no_pending_actions_are_told(ready, run):
    ready.actions = []
    done = run("pending", "fetch")
    assert (done.code, "There are no pending actions (1 request" in done.err) == (0, True)
    assert "check api.campaigns and api.days_back in the profile." in done.err
    assert run("pending", "fetch", "--json").facts["written"] is None


@pytest.mark.parametrize(
    ("fault", "code", "problem"),
    [
        (refused(401, "Access denied"), 5, "api-sign-in"),
        (refused(403, "Insufficient scope"), 5, "api-not-allowed"),
        (refused(404, "Not found"), 5, "api-refused"),
        (refused(400, "Bad", {"Field": "CampaignId", "Message": "not yours"}), 5, "api-refused"),
        (status(429, b"", X_RateLimit_Reset="3000"), 5, "api-limit"),
        (status(200, b"<html>"), 5, "api-answer"),
    ],
)
def test_each_refusal_has_its_code(ready, run, work, fault, code, problem):
    ready.faults.append(fault)
    refusal = run("pending", "fetch", "-o", "pending.csv", "--json")
    assert (refusal.code, refusal.json["problem"]) == (code, problem)
    assert not (work / "pending.csv").exists()


@pytest.mark.parametrize("code", [401, 403])
def test_a_token_that_is_refused_is_stored_again_with_the_command_that_is_told(ready, run, code):
    ready.faults.append(refused(code, "no"))
    assert run("pending", "fetch", "--json").json["message"].endswith("action-returns secret set acme --api")


def test_ctrl_c_ends_with_130_and_says_that_it_goes_on(ready, run, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("action_returns.brand_api.client.BrandApi.pages", stop)
    stopped = run("pending", "fetch", "--json")
    assert (stopped.code, stopped.json["problem"]) == (130, "interrupted")
    assert stopped.json["message"] == "Interrupted. Nothing was written."


def test_settings_that_are_missing_are_told(outbox, run):
    refusal = run("pending", "fetch", "--json")
    assert (refusal.code, refusal.json["problem"]) == (9, "configuration")
    assert "action-returns profile set acme api.account_sid=SID api.auth_token=keyring" in refusal.json["message"]


def test_a_token_that_is_missing_is_told(ready, run, store):
    store.delete_password("action-returns", "acme:api")
    refusal = run("pending", "fetch", "--json")
    assert (refusal.code, refusal.json["problem"]) == (9, "password")
    assert "There is no password for the API of profile acme yet." in refusal.json["message"]
    assert refusal.json["message"].endswith("Set it: action-returns secret set acme --api")


def test_a_file_that_exists_is_replaced_only_when_it_is_said(ready, run, work):
    (work / "pending.csv").write_text("mine")
    refusal = run("pending", "fetch", "-o", "pending.csv", "--json")
    assert (refusal.code, refusal.json["problem"]) == (2, "output-file")
    assert run("pending", "fetch", "-o", "pending.csv", "--force").code == 0
    assert run("pending", "fetch", "-o", "-").code == 2


def looked_at(run):
    return {check["what"]: check for check in run("doctor", "--json").json["checks"]}


def test_doctor_looks_at_the_token_and_the_certificates(ready, run, store, authority):
    told = looked_at(run)
    assert told["Token of the API of acme"]["well"]
    assert told["API of acme"]["well"]
    store.delete_password("action-returns", "acme:api")
    run("profile", "set", "acme", "api.ca_file=/nowhere/authority.pem")
    told = looked_at(run)
    assert not told["Token of the API of acme"]["well"]
    assert "(api.ca_file in the profile) does not exist" in told["API of acme"]["seen"]
    run("profile", "unset", "acme", "api.ca_file")
    assert "127.0.0.1, 1 campaign" in looked_at(run)["API of acme"]["seen"]
