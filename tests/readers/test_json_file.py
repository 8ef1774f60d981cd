"""JSON of any shape is read exactly or refused in words: it may come from any program between the API and the user."""

import json
import sys
from datetime import UTC, datetime

import pytest

from action_returns.readers import find_format, json_file
from tests.readers.downloads import ID, read, refusal

ENTRY = {"Id": ID, "Amount": "12.50"}


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "pending.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def actions(written):
    def write(*entries):
        return written(json.dumps({"Actions": entries}))

    return write


# ------------------------------------------------------------------------------------------------------- which file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_list_is_json_in_every_encoding_that_programs_write(written, encoding):
    path = written(json.dumps([ENTRY]).encode(encoding))
    assert find_format(path) is json_file
    assert read(path).actions[ID].cents == 1250


@pytest.mark.parametrize(
    "text",
    [
        '{"Actions": {"Action": []}}',
        '{"Actions": null}',
        '{"Status": "ERROR", "Message": "Access denied"}',
        '{"Actions": [], "actions": []}',
        '{"Data": {"Actions": []}}',
        "{}",
    ],
)
def test_json_without_one_list_of_actions_is_refused(written, text):
    problem = refusal(written(text))
    assert problem.problem == "pending-columns-missing"
    assert problem.message == (
        "pending.json holds no list of actions, as the API's list of all actions gives it. "
        "Fetch the list of all actions from the API again."
    )


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ("null", "null"),
        ("true", "true"),
        ("false", "false"),
        ("[]", "a list"),
        ("12.50", '"12.50"'),
        (f'"{ID}"', f'"{ID}"'),
        ("NaN", '"NaN"'),
    ],
)
def test_an_entry_that_is_no_object_is_named(written, entry, shown):
    problem = refusal(written(f"[{json.dumps(ENTRY)}, {entry}]"))
    assert problem.problem == "pending-columns-missing"
    assert f"entry 2 of its list is {shown}, not an object." in problem.message


def test_an_empty_list_is_an_empty_download(written):
    assert refusal(written("[]")).problem == "pending-empty"
    assert refusal(written("[{}]")).problem == "pending-columns-missing"


# ------------------------------------------------------------------------------------------------------- damaged JSON


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'[{"Id": ', "Expecting value"),
        (b"[1]]", "Extra data"),
        (b'[{"Id": "M.1\xff"}]', "byte 13 does not belong to a text in UTF-8"),
        (b'[{"Id": "a\nb"}]', "Invalid control character"),
    ],
)
def test_text_that_is_no_json_is_refused_with_its_place(written, content, why):
    problem = refusal(written(content))
    assert problem.problem == "file-unreadable"
    assert problem.message.startswith("pending.json is not valid JSON: ")
    assert why in problem.message
    assert problem.message.endswith(". Fetch the list of all actions from the API again.")


def test_lists_inside_lists_without_end_are_refused(written):
    depth = 100_000  # Python 3.12 has a limit of its own for this, beside that of sys.getrecursionlimit
    problem = refusal(written("[" * depth + "]" * depth))
    assert problem.problem == "file-unreadable"
    assert "too many lists and objects inside each other" in problem.message


def test_what_stands_deep_inside_an_action_is_no_matter(written):
    inner = "[" * 300 + "]" * 300
    path = written(f'[{{"Id": "{ID}", "Amount": {inner}}}, {{"Id": "{ID}", "Amount": {inner}}}]')
    assert read(path).actions[ID].cents is None


@pytest.mark.parametrize(
    ("text", "where", "key"),
    [
        (f'[{{"Id": "M.1.2.3"}}, {{"Id": "{ID}", "Amount": 1, "State": "x", "Amount": 2}}]', "entry 2", "Amount"),
        (f'[{{"Id": "{ID}", "Id": "M.1.2.3"}}]', "entry 1", "Id"),
        (f'{{"Actions": [{{"Id": "{ID}"}}], "Actions": []}}', "its object", "Actions"),
    ],
)
def test_a_key_that_stands_twice_in_an_object_is_refused_for_either_value_may_count(written, text, where, key):
    problem = refusal(written(text))
    assert problem.problem == "file-unreadable"
    assert f'{where} has "{key}" twice, so it is unknown which of the two counts.' in problem.message


def test_a_key_that_stands_twice_inside_a_value_is_no_matter(written):
    assert read(written(f'[{{"Id": "{ID}", "Note": {{"a": 1, "a": 2}}}}]')).count == 1
    path = written(
        f'[{{"Id": "{ID}", "LockingDate": {{"a": 1, "a": 2}}}}, {{"Id": "{ID}", "LockingDate": "2026-12-01"}}]'
    )
    assert read(path).actions[ID].locks_at is None


# ------------------------------------------------------------------------------------------------------- size


def test_a_file_that_is_too_large_is_refused_in_words(actions, monkeypatch):
    path = actions(ENTRY)
    size = path.stat().st_size
    monkeypatch.setattr(json_file, "_MOST_BYTES", size)
    assert read(path).count == 1
    monkeypatch.setattr(json_file, "_MOST_BYTES", size - 1)
    problem = refusal(path)
    assert problem.problem == "file-too-large"
    assert "Use the download of pending actions as .csv, or fetch the actions of a shorter time." in problem.message


@pytest.mark.parametrize(("text", "values"), [("[{},{},{}]", 6), ("[[],[],[],[]]", 8), ("[0,0,0]", 3)])
def test_a_file_with_too_many_values_is_refused_before_it_is_parsed(written, monkeypatch, text, values):
    monkeypatch.setattr("json.loads", lambda *_, **__: [{"Id": ID}])
    monkeypatch.setattr(json_file, "_MOST_VALUES", values)
    assert read(written(text)).count == 1
    monkeypatch.setattr(json_file, "_MOST_VALUES", values - 1)
    problem = refusal(written(text))
    assert problem.problem == "file-too-large"
    assert f"pending.json has more than {values - 1:,} values" in problem.message


def test_a_full_page_of_the_api_is_within_the_limits():
    facts = 40
    assert 100_000 * facts <= json_file._MOST_VALUES
    assert 100_000 * facts * len('"Key":"value",') <= json_file._MOST_BYTES


def test_objects_whose_keys_all_differ_take_no_memory_for_each_others_keys(actions):
    rows = list(json_file.rows(actions(*({"Id": f"M.1.2.{n}", f"Key{n}": n} for n in range(500)))))
    _, keys = rows[0]
    number, row = rows[-1]
    assert (len(keys), len(row), number) == (501, 501, 500)
    assert sys.getsizeof(row) < 100
    assert (row[0], row[1], row[500], list(row).count(None)) == ("M.1.2.499", None, "499", 499)


# ------------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("key", ["id", "Id", "ActionId"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"v": ID}, "{…}"),
        ({}, "{…}"),
        ([ID], "[…]"),
        ([], "[…]"),
        (True, "TRUE"),
        (False, "FALSE"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (1.5, "1.5"),
        (1e22, "1e+22"),
        (-5, "-5"),
    ],
)
def test_an_id_that_is_no_text_is_refused_with_its_entry(actions, key, value, shown):
    problem = refusal(actions({key: ID}, {key: "M.1.2.3"}, {key: value}))
    assert problem.problem == "pending-ids-bad"
    assert problem.message == (
        f'pending.json has "{shown}" as the ActionId of entry 3. That is not a text, so it is unknown which action is meant. '
        "Download Pending Actions again."
    )


@pytest.mark.parametrize("blank", [{"Id": None}, {"Id": ""}, {"Id": " \u200b"}, {}])
def test_an_entry_without_an_id_is_no_action(actions, blank):
    pending = read(actions(blank, ENTRY), wanted=None)
    assert (pending.count, list(pending.actions)) == (1, [ID])


def test_an_id_that_is_a_whole_number_keeps_its_digits(actions):
    assert list(read(actions({"Id": 12345678901234567890}), wanted=None).actions) == ["12345678901234567890"]


@pytest.mark.parametrize("currency", [{"code": "EUR"}, {}, ["USD"], [], True, False, 978, 0, float("nan")])
def test_a_currency_that_is_no_text_is_refused_even_where_it_looks_like_nothing(actions, currency):
    problem = refusal(actions(ENTRY | {"Currency": "EUR"}, {"Id": "M.1.2.4", "Currency": currency}))
    assert problem.problem == "pending-currencies-mixed"
    assert "has a currency that is not a text, for the action M.1.2.4." in problem.message


@pytest.mark.parametrize("currency", [None, "", "\u00a0"])
def test_a_currency_that_is_blank_is_no_other_currency(actions, currency):
    pending = read(actions(ENTRY | {"Currency": "EUR"}, {"Id": "M.1.2.4", "Currency": currency}), wanted=None)
    assert (pending.currency, pending.actions["M.1.2.4"].currency) == ("EUR", None)


@pytest.mark.parametrize("state", [{"a": 1}, {}, ["APPROVED"], [], True, False, float("nan")])
def test_a_state_that_is_no_text_is_refused_even_where_it_looks_like_nothing(actions, state):
    problem = refusal(actions(ENTRY | {"State": state}))
    assert problem.problem == "pending-states-bad"
    assert f"for the action {ID}" in problem.message


@pytest.mark.parametrize(
    "date", [{"date": "2026-12-01"}, {}, ["2026-12-01"], [], True, False, 0, 1_770_121_500_000, float("nan")]
)
def test_a_lock_date_that_is_no_text_is_unknown_and_told(actions, date):
    other = {"Id": "M.1.2.4", "LockingDate": "2026-12-01"}
    pending = read(actions(ENTRY | {"LockingDate": date}, other), wanted=None)
    assert pending.actions[ID].locks_at is None
    assert pending.actions["M.1.2.4"].locks_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert [note for note in pending.notes if "lock date" in note] == [
        "1 action has a lock date in pending.json that cannot be read: until when it can be changed is unknown."
    ]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ({"value": "12.50"}, "{…}"),
        (["12.50"], "[…]"),
        (True, "TRUE"),
        (False, "FALSE"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (1e300, "1e+300"),
    ],
)
def test_an_amount_that_is_no_amount_is_unknown_and_told(actions, amount, shown):
    pending = read(actions(ENTRY | {"Amount": amount}))
    assert pending.actions[ID].cents is None
    assert (
        f'1 action has a current amount that cannot be read exactly ("{shown}") in pending.json: what it is worth now is '
        "unknown."
    ) in pending.notes


@pytest.mark.parametrize("word", [{"Name": "Coupon Corner"}, ["Coupon Corner"], True, float("nan")])
def test_an_order_or_a_partner_that_is_no_text_is_left_out_and_told(actions, word):
    pending = read(actions(ENTRY | {"Oid": word, "Partner": word}))
    assert pending.actions[ID][3:5] == (None, None)
    assert "2 of the order IDs and partners in pending.json are no texts and were left out." in pending.notes


@pytest.mark.parametrize("date", [{"a": 1}, ["2026-11-02"], True, float("nan"), "0001-01-01T00:00:00Z", 20_261_102.5])
def test_a_date_of_an_action_that_is_no_date_tells_no_age(actions, date):
    pending = read(actions(ENTRY | {"EventDate": date}))
    assert pending.as_of_basis.startswith("the date of pending.json; the dates of its actions do not tell its age")


def test_an_action_that_stands_there_twice_with_nested_values_is_told_once(actions):
    pending = read(actions(ENTRY | {"Amount": {"a": 1}}, ENTRY | {"Amount": {"a": 2}}, ENTRY | {"Oid": "O-1"}))
    assert pending.actions[ID].cents is None
    assert any(note.startswith("1 action stands in pending.json twice with different facts") for note in pending.notes)
    assert any(note.startswith("1 action has a current amount that cannot be read exactly") for note in pending.notes)


def test_characters_that_no_text_can_hold_are_no_crash(written):
    text = r'[{"Id": "M.1.2.\ud800", "\udfff": 1, "Partner": "\ud800"}, {"Id": "%s"}]' % ID  # noqa: UP031
    assert list(read(written(text), wanted=None).actions) == ["M.1.2.\ud800", ID]
