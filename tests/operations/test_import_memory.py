"""What imports made of actions is kept privately, each account apart, and an import goes on without it."""

import os
import sqlite3
import stat
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from action_returns.operations.account import Account
from action_returns.operations.import_memory import ImportMemory, imports_of, keep_imports, source_of
from action_returns.returns.export import Certainty, MappedColumn, ShopExport
from action_returns.returns.known import ImportedBefore
from action_returns.returns.preview import NewRow, NewTotal
from action_returns.returns.source import Field
from action_returns.returns.sources import MAGENTO, OTHER

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
A, B = "M.8882.4808.1", "M.8882.4808.2"
NUMBERED = ShopExport(
    "memos.csv",
    MAGENTO,
    (MappedColumn(Field.ORDER, "Order #", Certainty.KNOWN), MappedColumn(Field.REFUND_ID, "Credit Memo", Certainty.KNOWN)),
    ["Credit Memo", "Order #"],
    [],
    {},
    {},
    signature="abc",
)  # fmt: skip
LIVE = Account("acme", "live")


def row(action_id=A, cents=8_000, *ids, original=10_000, current=10_000, order="1001"):
    total = NewTotal(cents, original or 0, original=original, refund_ids=frozenset(ids))
    return NewRow(action_id, cents, "ORDER_UPDATE", order, 2, current, 2_000, "", total)


def keep(paths, *rows, account=LIVE, export=NUMBERED, now=NOW):
    assert keep_imports(rows, export, account, paths, now=now) == ""


def recalled(paths, *action_ids, account=LIVE):
    memory = imports_of(action_ids or (A, B), account, paths)
    assert memory.problem == ""
    return memory.imported


def test_before_the_first_import_nothing_is_known_and_no_file_is_made(paths):
    assert imports_of([A], LIVE, paths) == ImportMemory()
    keep(paths)
    assert not paths.imports.exists()


def test_what_an_import_wrote_is_known_to_the_next_one(paths):
    keep(paths, row(A, 8_000, "r1", "r2"), row(B, 0, original=None, current=500))
    source = "magento-credit-memos creditmemo"
    assert recalled(paths) == {
        A: [ImportedBefore(10_000, 8_000, frozenset({"r1", "r2"}), 10_000, source)],
        B: [ImportedBefore(None, 0, frozenset(), 500, source)],
    }
    assert recalled(paths, B).keys() == {B}
    assert recalled(paths, "M.8882.4808.3") == {}


def test_the_same_export_imported_many_times_is_remembered_once_and_as_long_as_the_last_time(paths):
    for day in range(3):
        keep(paths, row(A, 8_000, "r1", "r2"), row(B, 0, original=None, current=500), now=NOW + timedelta(days=day))
    assert {action_id: len(imports) for action_id, imports in recalled(paths).items()} == {A: 1, B: 1}
    keep(paths, row("M.8882.4808.3"), now=NOW + timedelta(days=1_101))  # the first of them would be too old
    assert recalled(paths).keys() == {A, B}


@pytest.mark.parametrize(
    "other",
    [
        row(A, 7_000, "r1"),
        row(A, 8_000),
        row(A, 8_000, "r1", original=None),
        row(A, 8_000, "r1", current=9_000),
        row(A, 8_000, "r1", order="1002"),
    ],
)
def test_an_import_that_differs_is_remembered_beside_the_first_and_after_it_the_first_counts_anew(paths, other):
    first = row(A, 8_000, "r1")
    keep(paths, first)
    keep(paths, other)
    keep(paths, first)
    seen = [(one.original, one.new_total, one.refund_ids, one.before) for one in recalled(paths)[A]]
    assert seen == [
        (one.new_total.original, one.cents, one.new_total.refund_ids, one.current) for one in (first, other, first)
    ]


def test_the_latest_import_is_the_last_one(paths):
    keep(paths, row(A, 8_000, "r1"))
    keep(paths, row(A, 7_000, "r1", "r2", current=8_000), now=NOW - timedelta(days=1))
    assert [one.new_total for one in recalled(paths)[A]] == [8_000, 7_000]


def test_each_account_has_a_memory_of_its_own_and_profiles_of_one_account_share_it(paths):
    keep(paths, row())
    assert recalled(paths, account=Account("other", "live")).keys() == {A}
    assert recalled(paths, account=Account("acme", "test")) == {}
    assert recalled(paths, account=Account()).keys() == {A}


def test_refunds_are_numbered_by_their_column_or_else_known_by_all_columns():
    lines = replace(NUMBERED, source=OTHER, mapping=NUMBERED.mapping[:1])
    assert source_of(NUMBERED) == source_of(replace(NUMBERED, signature="other columns"))
    assert source_of(lines) != source_of(replace(lines, signature="other columns"))


@pytest.mark.skipif(os.name != "posix", reason="Windows has no modes")
def test_only_this_user_can_read_the_file(paths):
    keep(paths, row())
    assert stat.S_IMODE(paths.imports.stat().st_mode) == 0o600


def test_what_no_import_can_change_any_more_is_removed(paths):
    keep(paths, row(A), now=NOW - timedelta(days=1_101))
    keep(paths, row(B), now=NOW - timedelta(days=1_099))
    keep(paths, row("M.8882.4808.3"))
    assert recalled(paths).keys() == {B}


@pytest.mark.parametrize(
    "content", [b"no database at all, but a text that is long enough" * 20, b"SQLite format 3\0" * 8]
)
def test_a_damaged_file_is_told_in_words_and_the_import_goes_on(paths, content):
    paths.imports.parent.mkdir(parents=True, exist_ok=True)
    paths.imports.write_bytes(content)
    memory = imports_of([A], LIVE, paths)
    assert memory.imported == {}
    assert f"cannot be read from {paths.imports}: it is damaged or in use" in memory.problem
    assert "rename the file" in memory.problem
    problem = keep_imports([row()], NUMBERED, LIVE, paths, now=NOW)
    assert problem.startswith("The rows are written, but")
    assert paths.imports.read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE imported SET new_total = 'x'",
        "UPDATE imported SET original = x'00'",
        "UPDATE imported SET refund_ids = '[1'",
        "UPDATE imported SET refund_ids = '5'",
        "ALTER TABLE imported DROP COLUMN before",
        "DROP TABLE imported",
    ],
)
def test_a_damaged_entry_is_told_and_nothing_of_the_memory_is_used(paths, change):
    keep(paths, row(A), row(B))
    with sqlite3.connect(paths.imports) as memory:
        memory.execute(change)
    memory.close()
    found = imports_of([A, B], LIVE, paths)
    assert found.imported == {}
    assert "cannot be read" in found.problem


def test_a_file_of_a_newer_version_is_neither_read_nor_written(paths):
    keep(paths, row())
    with sqlite3.connect(paths.imports) as memory:
        memory.execute("PRAGMA user_version = 2")
    memory.close()
    before = paths.imports.read_bytes()
    assert "a newer version of Action Returns wrote it" in imports_of([A], LIVE, paths).problem
    assert "a newer version of Action Returns wrote it" in keep_imports([row()], NUMBERED, LIVE, paths, now=NOW)
    assert paths.imports.read_bytes() == before


def test_a_folder_in_the_place_of_the_file_is_told(paths):
    paths.imports.mkdir(parents=True)
    assert "cannot be read" in imports_of([A], LIVE, paths).problem
    assert keep_imports([row()], NUMBERED, LIVE, paths, now=NOW)


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_of_this_user_is_followed(paths, tmp_path):
    paths.imports.parent.mkdir(parents=True, exist_ok=True)
    paths.imports.symlink_to(tmp_path / "elsewhere.sqlite3")
    keep(paths, row())
    assert recalled(paths).keys() == {A}


def test_an_order_that_is_no_whole_text_is_told_and_nothing_is_half_kept(paths):
    assert keep_imports([row(A), row(B, order="\ud800")], NUMBERED, LIVE, paths, now=NOW)
    assert recalled(paths) == {}


def test_two_imports_at_once_both_keep_what_they_wrote(paths):
    threads = [Thread(target=keep, args=(paths, row(f"M.1.2.{number}"))) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recalled(paths, *(f"M.1.2.{number}" for number in range(8)))) == 8


def test_more_actions_than_one_query_takes_are_found(paths, monkeypatch):
    monkeypatch.setattr("action_returns.operations.import_memory._CHUNK", 3)
    ids = [f"M.1.2.{number}" for number in range(10)]
    keep(paths, *map(row, ids))
    assert recalled(paths, *ids).keys() == set(ids)


ids = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)  # no id has a NUL


@given(st.lists(st.tuples(ids, st.integers(0, 10**17), st.frozensets(st.text(max_size=5))), max_size=4))
def test_every_text_and_amount_comes_back_as_it_was(tmp_path_factory, entries):
    from action_returns.files import default_paths

    paths = default_paths({"ACTION_RETURNS_HOME": str(tmp_path_factory.mktemp("home"))})
    keep(paths, *(row(action_id, cents, *ids) for action_id, cents, ids in entries))
    found = recalled(paths, *(action_id for action_id, _, _ in entries)) if entries else {}
    listed = [(action_id, one.new_total, one.refund_ids) for action_id, several in found.items() for one in several]
    assert Counter(listed) == Counter(entries)
