"""Every page of HTML can be used by everybody: axe-core finds nothing wrong with it in Chromium."""

import pytest

from action_returns.operations.account import Account, open_account_ledger
from action_returns.operations.findings import write_findings_page
from action_returns.operations.receipt import page_of, read_receipt
from action_returns.operations.review import review, write_review_page
from tests.support.available import missing_browser, skip_without
from tests.support.batches import checked_batch
from tests.support.browser import DARK, violations
from tests.support.results import batch_with_results
from tests.support.sending import Receiver, send

pytestmark = skip_without(missing_browser())
ACCOUNT = Account("acme", "live")
ROWS = [("M.8882.4808.1", 0.0, "REJECTED"), ("M.8882.4808.2", "12,5", "ORDER_UPDATE"), (1, "", "rejected")]


@pytest.fixture
def ledger(paths):
    with open_account_ledger(ACCOUNT, paths) as opened:
        yield opened


@pytest.fixture(params=[(), (DARK,)], ids=["bright", "dark"])
def wrong_with(request, tmp_path):
    """What is wrong with a page, in bright and in dark colours."""
    return lambda page: violations(page, tmp_path, *request.param)


def test_the_receipt_of_a_batch_that_was_just_sent(ledger, wrong_with):
    send(ledger, Receiver(ledger))
    assert wrong_with(page_of(*read_receipt(1, ledger))) == []


def test_the_receipt_with_results(ledger, wrong_with):
    assert wrong_with(page_of(*batch_with_results(ledger))) == []


def test_the_review(tmp_path, wrong_with):
    write_review_page(review(checked_batch(ROWS), ACCOUNT), tmp_path / "review.html")
    assert wrong_with((tmp_path / "review.html").read_bytes()) == []


def test_the_findings(tmp_path, wrong_with):
    write_findings_page(checked_batch(ROWS), tmp_path / "findings.html")
    assert wrong_with((tmp_path / "findings.html").read_bytes()) == []


def test_the_check_finds_what_is_wrong_with_a_page(tmp_path):
    page = b"<!doctype html><html><head><title>A</title></head><body><p style='color:#bbb'>pale</p><img src='x'></body></html>"
    assert {one.partition(":")[0] for one in violations(page, tmp_path)} >= {
        "color-contrast",
        "html-has-lang",
        "image-alt",
    }


def test_the_check_looks_at_the_dark_colours_too(tmp_path):
    style = "<style>:root{color-scheme:light dark} @media (prefers-color-scheme: dark) {html {background:#111} p {color:#333}}</style>"
    page = f"<!doctype html><html lang='en'><head><title>A</title>{style}</head><body><main><h1>A</h1><p>pale</p></main></body></html>"
    assert violations(page.encode(), tmp_path) == []
    assert [one.partition(":")[0] for one in violations(page.encode(), tmp_path, DARK)] == ["color-contrast"]
