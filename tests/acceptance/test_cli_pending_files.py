"""Pending downloads of other makes: any JSON, any sheet, lines above the headers, blanks around the ids."""

import json
import re
from datetime import UTC, datetime

import pytest

from action_returns.files import default_paths
from action_returns.operations.account import Account
from action_returns.operations.pending_source import PendingSource, read_download
from tests.support.batches import CSV, ONE, TWO
from tests.support.workbook_parts import RELATED, number, pack, parts, prefixed, relations, row, sheet, text

LIST = CSV + f"{ONE},5.00,ORDER_UPDATE\r\n"
LOCKED = "2020-01-01"
HEADERS = ("Action ID", "Amount", "State", "Locking Date")


@pytest.fixture
def download(tmp_path):
    def write(content, name="pending.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def check(run, file):
    """Checks one row against a download."""

    def command(path, *options):
        result = run("check", file(LIST), "--pending", str(path), "--json", *options)
        assert "Traceback" not in result.err
        return result

    return command


def codes(result):
    return [finding["code"] for finding in result.json["findings"]]


def refusal(result):
    assert (result.code, result.json["findings"]) == (3, [])
    return result.json["problem"]


# ------------------------------------------------------------------------------------------------------- header row


@pytest.mark.parametrize("above", ["ID,12345", "Report,Pending Actions\r\nID,12345", "Id,Acme,Status,All", "ID;12345"])
def test_a_line_above_the_headers_does_not_hide_that_an_action_is_locked(check, download, above):
    path = download(f"{above}\r\n{','.join(HEADERS)}\r\n{ONE},12.50,PENDING,{LOCKED}\r\n")
    assert codes(check(path)) == ["action-locked"]


# ------------------------------------------------------------------------------------------------------- JSON


@pytest.mark.parametrize(
    ("entries", "problem", "says"),
    [
        ([{"Id": {"v": ONE}, "Amount": "1.00"}], "pending-ids-bad", "entry 2"),
        ([{"Id": True}], "pending-ids-bad", "entry 2"),
        ([{"Id": [ONE]}], "pending-ids-bad", "entry 2"),
        ([{"Id": TWO, "Currency": ["USD"]}], "pending-currencies-mixed", TWO),
        ([{"Id": TWO, "Currency": "USD"}], "pending-currencies-mixed", "EUR, USD"),
        ([{"Id": ONE, "State": {"a": 1}}], "pending-states-bad", ONE),
        ([ONE], "pending-columns-missing", "entry 2"),
        ([None], "pending-columns-missing", "entry 2"),
        ([{"Id": TWO, "Amount": "1", "amount": "2"}], "pending-columns-unclear", "Amount"),
    ],
)
def test_json_of_another_shape_is_refused_in_words(check, download, entries, problem, says):
    first = {"Id": ONE, "Amount": "12.50", "Currency": "EUR", "State": "PENDING"}
    result = check(download(json.dumps({"Actions": [first, *entries]}), "pending.json"))
    assert refusal(result) == problem
    assert says in result.json["message"]


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        ({"Amount": {"value": "12.50"}}, "a current amount that cannot be read exactly"),
        ({"LockingDate": {"date": LOCKED}}, "a lock date in pending.json that cannot be read"),
        ({"Partner": ["x"]}, "1 of the order IDs and partners"),
    ],
)
def test_json_whose_facts_are_nested_leaves_them_unknown_and_says_so(run, file, download, facts, note):
    entries = [{"Id": ONE, **facts}, {"Id": TWO, "Amount": "1", "LockingDate": "2027-01-01"}]
    told = run("check", file(LIST), "--pending", str(download(json.dumps(entries), "pending.json")))
    assert told.code == 0
    assert note in told.err


def test_json_of_any_shape_never_ends_in_an_unexpected_error(check, download):
    odd = [
        None,
        True,
        False,
        0,
        -1.5,
        1e300,
        "",
        "x",
        "\ud800",
        [],
        {},
        [[]],
        {"a": {"b": []}},
        float("nan"),
        [None, 5],
    ]
    keys = ("Id", "Amount", "State", "Currency", "LockingDate", "EventDate", "Partner", "Oid", "\ud800")
    documents = [*odd, *([value] for value in odd), *({"Actions": value} for value in odd)]
    documents += [[{"Id": ONE}, {"Id": ONE, key: value}] for key in keys for value in odd]
    for document in documents:
        result = check(download(json.dumps(document), "pending.json"))
        assert result.code in {0, 3}, (document, result.err)
        if result.code:
            assert result.json["problem"] is None or result.json["problem"].startswith(("pending-", "file-")), document


# ------------------------------------------------------------------------------------------------------- blanks


@pytest.mark.parametrize("wrap", [" {}", "{} ", "\u00a0{}\u00a0", "\u200b{}", "{}\ufeff", '"{}\r\n"', '"\t{}\n"'])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_blanks_around_an_id_are_the_same_for_a_check_and_for_the_button(check, download, tmp_path, wrap, form):
    written = wrap.format(ONE)
    if form == "csv":
        path = download(f"{','.join(HEADERS)}\r\n{written},12.50,PENDING,{LOCKED}\r\n")
    else:
        entry = {"Id": written.strip('"'), "Amount": "12.50", "LockingDate": LOCKED}
        path = download(json.dumps([entry]), "pending.json")
    assert codes(check(path)) == ["action-locked"]
    paths = default_paths({"ACTION_RETURNS_HOME": str(tmp_path / "home")})
    source = PendingSource(path, paths.pending_answers)
    loaded = read_download(source, None, Account(), now=datetime(2026, 11, 30, tzinfo=UTC))
    assert (list(loaded.actions), loaded.actions[ONE].cents) == ([ONE], 1250)


# ------------------------------------------------------------------------------------------------------- workbooks

ROWS = (
    row(1, *(text(f"{letter}1", header) for letter, header in zip("ABCD", HEADERS, strict=True))),
    row(2, text("A2", TWO), number("B2", 7.25), text("C2", "PENDING"), text("D2", "2030-01-01")),
    row(3, text("A3", ONE), number("B3", 12.5), text("C3", "APPROVED"), text("D3", LOCKED)),
)
PLAIN = sheet("".join(ROWS))
SPELLINGS = {
    "plain": PLAIN,
    "single quotes": re.sub('="([^"]*)"', r"='\1'", PLAIN),
    "blanks": re.sub(' (r|t)="([^"]*)"', r'  \1 = "\2" ', PLAIN),
    "prefix": prefixed(PLAIN),
    "no addresses": re.sub(' r="[A-Z]*[0-9]+"', "", PLAIN),
    "no addresses in the last row": PLAIN.replace(ROWS[2], re.sub(' r="[A-Z]+[0-9]+"', "", ROWS[2])),
    "comment": PLAIN.replace(ROWS[2], f"<!-- the last row -->{ROWS[2]}"),
    "CDATA": PLAIN.replace("<t>APPROVED</t>", "<t><![CDATA[APPROVED]]></t>"),
    "UTF-16": PLAIN.replace("UTF-8", "UTF-16").encode("utf-16"),
    "a line above": sheet(
        row(1, text("A1", "ID"), number("B1", 12345))
        + re.sub('(r="[A-Z]*)([0-9])', lambda m: f"{m[1]}{int(m[2]) + 1}", "".join(ROWS))
    ),
    "a stray cell in the last column": PLAIN.replace(ROWS[2], ROWS[2].replace("</row>", f"{number('XFD3', 1)}</row>")),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_download_says_the_same_however_its_xml_is_written(check, tmp_path, spelling):
    path = pack(tmp_path / "pending.xlsx", parts(sheet=SPELLINGS[spelling]))
    result = check(path)
    assert codes(result) == ["action-locked"]
    source = PendingSource(path, tmp_path / "answers.json")
    loaded = read_download(source, None, Account(), now=datetime(2026, 11, 30, tzinfo=UTC))
    assert {key: action[:3] for key, action in loaded.actions.items()} == {
        TWO: (725, datetime(2030, 1, 1, tzinfo=UTC), "PENDING"),
        ONE: (1250, datetime(2020, 1, 1, tzinfo=UTC), "APPROVED"),
    }


def test_a_workbook_that_holds_only_a_chart_is_refused_in_words(check, tmp_path):
    made = parts()
    made[RELATED] = relations(chartsheet="worksheets/sheet1.xml")
    result = check(pack(tmp_path / "pending.xlsx", made))
    assert refusal(result) == "file-unreadable"
    assert "has no worksheet" in result.json["message"]


@pytest.mark.parametrize(
    "damage", ['<c r="B3" t="d"><v>no date</v></c>', '<c r="B3"><v>1_0</v></c>', '<c r="B3" t="s"><v>9</v></c>']
)
def test_a_damaged_cell_far_down_is_refused_in_words(check, tmp_path, damage):
    path = pack(tmp_path / "pending.xlsx", parts(sheet=PLAIN.replace(number("B3", 12.5), damage)))
    result = check(path)
    assert refusal(result) == "file-unreadable"
    assert "B3" in result.json["message"]
