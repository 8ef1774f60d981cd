"""Every command that reads a file, with files that are damaged, of another kind, or written in a rare but legal way.

Damage is a refusal with a problem code (exit 3), never a traceback (exit 1), and leaves no file behind. What the format
allows is read, with the same result however it is written.
"""

import json

import pytest

from action_returns.readers.xlsx import package
from tests.support.workbook_parts import (
    HEADER,
    MAIN,
    RELATED,
    ROOT,
    ROW,
    SHEET,
    STRINGS,
    STYLES,
    TABLE,
    WORKBOOK,
    number,
    pack,
    parts,
    prefixed,
    relations,
    row,
    shared,
    sheet,
    strings,
    styles,
    table,
    text,
    with_table,
)
from tests.support.workbooks import plain

BATCH = "ActionId,Amount,Reason\r\nM.1.2.3,5.00,ORDER_UPDATE\r\n"
SENT = "ActionId,Amount,Reason\r\nM.1.2.3,12.50,ORDER_UPDATE\r\n"
COMMANDS = ("check", "pending", "export", "fix", "upgrade-workbook")


@pytest.fixture
def ran(run, work):
    """Runs one of the commands on a file and returns its exit code and JSON object; exit 1 is a failure."""

    def command(name, file):
        (work / "batch.csv").write_text(BATCH, newline="")
        arguments = {
            "check": ("check", file),
            "pending": ("check", "batch.csv", "--pending", file),
            "export": ("export", file, "-o", "out.csv"),
            "fix": ("fix", file, "-o", "fixed.xlsx"),
            "upgrade-workbook": ("upgrade-workbook", file, "fresh.xlsx"),
        }[name]
        result = run(*map(str, arguments), "--json")
        assert "Traceback" not in result.err
        assert result.code in {0, 3}, (result.out, result.err)
        assert (result.json["problem"] == "unexpected", bool(result.json["message"])) == (False, True)
        return result.code, result.json

    return command


def written(work):
    return {path.name for path in work.iterdir()} & {"out.csv", "fixed.xlsx", "fresh.xlsx"}


# --- damage


def replaced(part, old, new, named=None):
    """Return the parts of a workbook with a table and shared texts, one of them with other bytes."""
    named = dict(named or SHARED)
    content = named[part].encode()
    assert old in content
    return {**named, part: content.replace(old, new, 1)}


def cut(part, at):
    """Return the parts of a workbook, one of which ends before these bytes."""
    content = SHARED[part].encode()
    assert at in content
    return {**SHARED, part: content[: content.index(at)]}


SHARED = with_table(
    sheet=with_table()[SHEET].replace(text("C2", "ORDER_UPDATE"), shared("C2", 1)),
    strings=strings("Rück", "ORDER_UPDATE"),
)
FORMATTED = styles().replace(
    "<fonts", '<numFmts count="1"><numFmt numFmtId="164" formatCode="0.00&quot;x&quot;"/></numFmts><fonts'
)
DAMAGED = {
    "no UTF-8 in the name of a sheet": replaced(WORKBOOK, b"Returns", b"R\xfcckgaben"),
    "no UTF-8 in the package's relations": replaced(ROOT, b"Id=", b'x="\xfc" Id='),
    "no UTF-8 in the workbook's relations": replaced(RELATED, b"Id=", b'x="\xfc" Id='),
    "no UTF-8 in a number format": replaced(STYLES, b"0.00", b"0.00\xfc", {**SHARED, STYLES: FORMATTED}),
    "no UTF-8 in a shared text": replaced(STRINGS, "ü".encode(), b"\xfc"),
    "half a letter at the end of a shared text": replaced(STRINGS, b"R\xc3\xbcck", b"R\xc3"),
    "no UTF-8 in a text of the sheet": replaced(SHEET, b"M.1.2.3", b"M.1.2.3\xfc"),
    "no UTF-8 in the header": replaced(SHEET, b"Reason", b"R\xe9ason"),
    "no UTF-8 in a tag of the sheet": replaced(SHEET, b"<sheetData>", b'<sheetPr codeName="\xfc"/><sheetData>'),
    "no UTF-8 behind the cells": replaced(SHEET, b"<tableParts", b'<x y="\xfc"/><tableParts'),
    "no UTF-8 in the headers of the table": replaced(TABLE, b"Reason", b"R\xe9ason"),
    "the workbook ends early": cut(WORKBOOK, b"</sheets>"),
    "the package's relations end early": cut(ROOT, b"</Relationships>"),
    "the workbook's relations end early": cut(RELATED, b"</Relationships>"),
    "the styles end early": cut(STYLES, b"</styleSheet>"),
    "the shared texts end early": cut(STRINGS, b"</sst>"),
    "the shared texts end inside of one": cut(STRINGS, b"UPDATE"),
    "the table ends early": cut(TABLE, b"</table>"),
    "the sheet ends inside of a row": cut(SHEET, b'<c r="B2"'),
    "the sheet ends between two rows": cut(SHEET, b'<row r="2"'),
    "the sheet ends behind its last row": cut(SHEET, b"</sheetData>"),
    "the sheet ends behind its cells": cut(SHEET, b"</worksheet>"),
    "the sheet is empty": {**SHARED, SHEET: b""},
    "the workbook is empty": {**SHARED, WORKBOOK: b""},
    "the styles are no XML": {**SHARED, STYLES: b"\0\1\2\3"},
    "an encoding that does not exist": replaced(SHEET, b"UTF-8", b"no-such"),
    "an encoding that is not the declared one": replaced(WORKBOOK, b"UTF-8", b"UTF-16"),
    "a control character in a text": replaced(SHEET, b"M.1.2.3", b"M.1.2.3\x01"),
    "an entity that is not declared": replaced(SHEET, b"M.1.2.3", b"M.1.2.3&nbsp;"),
    "a character that XML does not have": replaced(SHEET, b"M.1.2.3", b"M.1.2.3&#1;"),
    "an attribute twice": replaced(SHEET, b'<c r="B2"', b'<c r="B2" r="B2"'),
    "a tag that is closed by another": replaced(SHEET, b"</row></sheetData>", b"</rows></sheetData>"),
    "a shared text that does not exist": replaced(SHEET, b"<v>1</v>", b"<v>7</v>"),
    "a shared text before the first one": replaced(SHEET, b"<v>1</v>", b"<v>-1</v>"),
    "a number that is none": replaced(SHEET, b"12.5", b"1_2.5"),
    "two cells of one address": replaced(SHEET, b'<c r="C2"', number("B2", 99).encode() + b'<c r="C2"'),
    "a cell of another row": replaced(SHEET, b'"B2"', b'"B7"'),
    "a part twice": [*SHARED.items(), ("xl/worksheets/Sheet1.xml", SHARED[SHEET])],
    "no shared texts": {part: content for part, content in SHARED.items() if part != STRINGS},
    "no styles": {part: content for part, content in SHARED.items() if part != STYLES},
    "no sheet": {part: content for part, content in SHARED.items() if part != SHEET},
    "no workbook": {part: content for part, content in SHARED.items() if part != WORKBOOK},
    "no relations of the workbook": {part: content for part, content in SHARED.items() if part != RELATED},
    "no table": {part: content for part, content in SHARED.items() if part != TABLE},
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_workbook_is_refused_in_words_by_every_command(ran, work, name, damage):
    code, told = ran(name, pack(work / "returns.xlsx", DAMAGED[damage]))
    assert (code, told["problem"]) == (3, "file-unreadable")
    assert "returns.xlsx" in told["message"]
    assert written(work) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_workbook_that_is_damaged_above_is_read_while_it_is_sound(ran, work, name):
    code, told = ran(name, pack(work / "returns.xlsx", SHARED))
    assert (code, told["problem"]) == (0, None)
    assert (work / "out.csv").exists() == (name == "export")


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("part", [WORKBOOK, SHEET, STYLES, STRINGS, "docProps/app.xml"])
def test_a_workbook_that_declares_a_document_type_is_refused_by_every_command(ran, work, name, part):
    content = SHARED.get(part, '<?xml version="1.0"?><Properties/>').replace("?>", "?><!DOCTYPE x>", 1)
    code, told = ran(name, pack(work / "returns.xlsx", {**SHARED, part: content}))
    assert (code, told["problem"]) == (3, "file-too-large")
    assert written(work) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_workbook_beyond_a_limit_is_refused_by_every_command(ran, work, monkeypatch, name):
    monkeypatch.setattr(package, "LIMITS", package.Limits(total=1_000))
    code, told = ran(name, pack(work / "returns.xlsx", SHARED))
    assert (code, told["problem"]) == (3, "file-too-large")
    assert written(work) == set()


# --- other kinds of files


BINARY = b"\x83\x01\x00\x80\x01"  # the first bytes of a BrtBeginBook record (MS-XLSB 2.4.12)


def binary(path):
    return pack(path, {ROOT: relations(officeDocument="xl/workbook.bin"), "xl/workbook.bin": BINARY})


def binary_under_another_name(path):
    return pack(path, {**parts(), WORKBOOK: BINARY})


def binary_sheet(path):
    related = relations(worksheet="worksheets/sheet1.bin")
    return pack(path, {**parts(related=related), "xl/worksheets/sheet1.bin": b"\x81\x01\x00"})  # BrtBeginSheet


@pytest.mark.parametrize("file", ["returns.xlsb", "returns.xlsx", "returns.XLSM", "returns", "returns.csv"])
@pytest.mark.parametrize("make", [binary, binary_under_another_name, binary_sheet])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_binary_workbook_is_refused_with_the_way_to_another_one(ran, work, name, make, file):
    code, told = ran(name, make(work / file))
    assert (code, told["problem"]) == (3, "file-unreadable")
    assert "is a binary workbook (.xlsb), which is not read. In Excel: File, Save As" in told["message"]


def chart_only(path):
    related = relations(chartsheet="worksheets/sheet1.xml")
    return pack(path, parts(related=related, sheet=f'<chartsheet xmlns="{MAIN}"/>'))


def other_zip(path):
    return pack(path, {"hello.txt": b"hello"})


def open_document(path):
    return pack(path, {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"})


def numbers_document(path):
    return pack(path, {"Index/Document.iwa": b"\0"})


OTHERS = {
    "chart sheets only": (chart_only, "returns.xlsx"),
    "a zip of something else": (other_zip, "returns.xlsx"),
    "OpenDocument": (open_document, "returns.ods"),
    "Numbers": (numbers_document, "returns.numbers"),
    "the old kind": (plain(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "returns.xls"),
    "a web page": (plain(b"<html><body><table>"), "returns.xlsx"),
    "an empty file": (plain(b""), "returns.xlsx"),
    "an empty binary workbook": (plain(b""), "returns.xlsb"),
    "the start of a zip": (plain(b"PK\3\4" + bytes(600)), "returns.xlsx"),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_of_another_kind_is_refused_in_words_by_every_command(ran, work, name, kind):
    make, file = OTHERS[kind]
    code, told = ran(name, make(work / file))
    assert code == 3
    assert told["problem"] is not None
    assert written(work) == set()


# --- what the format allows


def marked(item):
    return f"<![CDATA[{item}]]>"


def texts(*items):
    return f'<sst xmlns="{MAIN}">' + "".join(f"<si><t>{item}</t></si>" for item in items) + "</sst>"


TEXTS = ("ActionId", "Amount", "Reason", "M.1.2.3", "ORDER_UPDATE")
SHARED_ROWS = row(1, *(shared(f"{letter}1", at) for at, letter in enumerate("ABC"))) + row(
    2, shared("A2", 3), number("B2", 12.5), shared("C2", 4)
)
BARE = (
    sheet()
    .replace(' r="A1"', "")
    .replace(' r="B2"', "")
    .replace(' r="2"', "")
    .replace(' r="C2"', "")
    .replace(' r="A2"', "")
)
FILL = styles().replace('<fill><patternFill patternType="gray125"/></fill>', "<fill/>")
ALLOWED = {
    "formats in single quotes": {"styles": styles().replace('"', "'")},
    "formats with a prefix": {"styles": prefixed(styles())},
    "formats with blanks": {"styles": styles().replace('numFmtId="', 'numFmtId = "')},
    "formats in UTF-16": {"styles": styles().replace("UTF-8", "UTF-16").encode("utf-16")},
    "formats with an empty fill": {"styles": FILL},
    "a prefix everywhere": {
        "sheet": prefixed(sheet()), "styles": prefixed(FILL), "strings": prefixed(strings()),
        "workbook": prefixed(parts()[WORKBOOK]), "related": prefixed(parts()[RELATED]),
    },
    "cells in UTF-16": {"sheet": sheet().replace("UTF-8", "UTF-16").encode("utf-16")},
    "the workbook in UTF-16": {"workbook": parts()[WORKBOOK].replace("UTF-8", "UTF-16").encode("utf-16")},
    "cells without addresses and no formats": {
        "sheet": BARE, "styles": None, "related": relations(worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml"),
    },
    "rows hidden where nothing is written": {"sheet": sheet(before='<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>')},
    "a comment between rows": {"sheet": sheet(HEADER + "<!-- x -->" + ROW)},
    "a blank before the end of a row": {"sheet": sheet().replace("</row>", "</row >")},
    "a blank before the end of a cell": {"sheet": sheet().replace("</c>", "</c >")},
    "a blank before the end of a value": {"sheet": sheet().replace("</v>", "</v\n>")},
    "shared texts": {"sheet": sheet(SHARED_ROWS), "strings": texts(*TEXTS)},
    "shared texts in CDATA": {"sheet": sheet(SHARED_ROWS), "strings": texts(*map(marked, TEXTS))},
    "one shared text in CDATA": {"sheet": sheet(SHARED_ROWS), "strings": texts(*TEXTS[:4], marked(TEXTS[4]))},
    "a comment among shared texts": {
        "sheet": sheet(SHARED_ROWS),
        "strings": texts(*TEXTS).replace("<si><t>M.", "<!-- <si><t>old</t></si> --><si><t>M."),
    },
    "a blank at the end of shared texts": {"sheet": sheet(SHARED_ROWS), "strings": texts(*TEXTS).replace("</t>", "</t >")},
}  # fmt: skip


@pytest.mark.parametrize("case", ALLOWED)
def test_what_the_format_allows_is_read_by_every_command(ran, work, case):
    path = pack(work / "returns.xlsx", parts(**ALLOWED[case]))
    for name in ("check", "pending", "export", "fix"):
        code, told = ran(name, path)
        assert (name, code, told["problem"]) == (name, 0, None)
    assert (work / "out.csv").read_bytes() == SENT.encode()


@pytest.mark.parametrize("case", ["a prefix everywhere", "formats in UTF-16", "a comment between rows"])
def test_what_the_format_allows_is_moved_into_a_fresh_workbook(ran, work, case):
    changed = dict(ALLOWED[case])
    if "sheet" in changed:
        changed["sheet"] = with_table()[SHEET].replace("</row>", "</row><!-- x -->", 1)
    code, told = ran("upgrade-workbook", pack(work / "returns.xlsx", with_table(**changed, table=prefixed(table()))))
    assert (code, told["problem"], told["rows"]) == (0, None, 1)


DATED = sheet(HEADER + row(2, text("A2", "M.1.2.3"), number("B2", 46_086, style=1), text("C2", "ORDER_UPDATE")))


@pytest.mark.parametrize(
    "formats",
    [
        styles(14),
        prefixed(styles(14)),
        styles(14).replace('"', "'"),
        styles(14).replace('numFmtId="', 'numFmtId\n= "'),
        styles(14).replace("UTF-8", "UTF-16").encode("utf-16"),
    ],
)
def test_a_date_is_never_money_however_the_formats_are_written(ran, work, formats):
    path = pack(work / "returns.xlsx", parts(sheet=DATED, styles=formats))
    code, told = ran("check", path)
    assert (code, told["ready"], [each["cell"] for each in told["findings"]]) == (3, 0, ["Returns!B2"])
    code, told = ran("export", path)
    assert (code, told["problem"], written(work)) == (3, "no-rows-to-send", set())


def formula(address, value):
    return f'<c r="{address}" t="str"><f>IF(1=1,"","x")</f>{value}</c>'


@pytest.mark.parametrize("name", ["check", "export", "fix"])
@pytest.mark.parametrize("columns", ["AB", "C", "ABC"])
def test_a_formula_that_shows_nothing_is_the_same_in_both_ways_to_write_it(ran, work, name, columns):
    told = []
    for value in ("<v></v>", "<v/>"):
        rows = HEADER + ROW + row(3, *(formula(f"{letter}3", value) for letter in columns))
        told.append(ran(name, pack(work / "returns.xlsx", parts(sheet=sheet(rows)))))
        for file in written(work):
            (work / file).unlink()
    assert told[0] == told[1]


def test_a_character_that_xml_cannot_hold_is_the_same_in_plain_and_prefixed_cells(ran, work):
    rows = sheet(HEADER + ROW.replace("UPDATE", "UPDATE_x000D_&#10;"))
    told = [ran("check", pack(work / "returns.xlsx", parts(sheet=xml))) for xml in (rows, prefixed(rows))]
    assert told[0] == told[1]
    assert [each["found"] for each in told[0][1]["findings"]] == ["ORDER_UPDATE\r\n"]


# --- pending downloads


PENDING_HEADER = row(1, text("A1", "Action ID"), text("B1", "Amount"), text("C1", "State"))
PENDING_ROW = row(2, text("A2", "M.1.2.3"), number("B2", 12.5), text("C2", "PENDING"))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (PENDING_HEADER + PENDING_ROW, 0),
        (PENDING_HEADER + PENDING_ROW.replace(' r="A2"', "").replace(' r="B2"', "").replace(' r="C2"', ""), 0),
        (PENDING_HEADER + "<!-- x -->" + PENDING_ROW, 0),
        (PENDING_HEADER + PENDING_ROW + '<row r="3"><c r="B3" t="d"><v>not a date</v></c></row>', 3),
        (PENDING_HEADER + PENDING_ROW + '<row r="3"><c r="B3"><v>1_0</v></c></row>', 3),
    ],
)
def test_a_pending_download_is_read_or_refused_whatever_comes_late_in_it(ran, work, rows, code):
    found, told = ran("pending", pack(work / "pending.xlsx", parts(sheet=sheet(rows))))
    assert (found, told["problem"]) == (code, None if code == 0 else "file-unreadable")


SOUND = [{"Id": f"M.1.2.{at}", "LockingDate": "2127-01-01T00:00:00Z", "Amount": "12.50"} for at in range(3, 8)]
NESTED = {
    "an id in an object": [*SOUND, {"Id": {"v": "M.1.2.3"}, "Amount": "1.00"}],
    "an id in a list": [*SOUND, {"Id": ["M.1.2.3"], "Amount": "1.00"}],
    "a date in an object": [{**each, "LockingDate": {"date": "2127-01-01"}} for each in SOUND],
    "a currency in a list": [{**each, "Currency": ["USD"]} for each in SOUND],
    "currencies of two kinds": [{**SOUND[0], "Currency": "USD"}, {**SOUND[1], "Currency": 7}],
    "a state in an object": [{**each, "State": {"a": 1}, "Partner": ["x"]} for each in SOUND],
    "an amount in an object": [{**each, "Amount": {"value": "12.50"}} for each in SOUND],
    "ids that are no texts": [{**each, "Id": True} for each in SOUND],
    "an action that is a list": [*SOUND, ["M.1.2.3"]],
    "an action that is a number": [*SOUND, 7],
}


@pytest.mark.parametrize("case", NESTED)
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_download_in_json_of_any_shape_is_read_or_refused_in_words(ran, work, case, wrapped):
    path = work / "pending.json"
    path.write_text(json.dumps({"Actions": NESTED[case]} if wrapped else NESTED[case]), encoding="utf-8", newline="")
    ran("pending", path)
    ran("check", path)


@pytest.mark.parametrize(
    "content", ["", "{", "[", "7", "null", '"x"', "{}", "[]", '{"Actions": 7}', '{"Actions": {}}', "[[[]]]"]
)
def test_json_that_is_no_list_of_actions_is_refused_in_words(ran, work, content):
    path = work / "pending.json"
    path.write_text(content, encoding="utf-8", newline="")
    code, told = ran("pending", path)
    assert (code, told["problem"] is None) == (3, False)


def test_a_line_above_the_headers_of_a_download_is_not_taken_for_them(ran, work):
    rows = "Action ID,Amount,State,Locking Date\nM.1.2.3,12.50,PENDING,2020-01-01\n"
    for above in ("Report,Pending Actions\nID,12345\n", "Report,Pending Actions\nAccount,12345\n"):
        (work / "pending.csv").write_text(above + rows, encoding="utf-8", newline="")
        code, told = ran("pending", work / "pending.csv")
        assert (code, [each["code"] for each in told["findings"]]) == (3, ["action-locked"])


# --- CSV


QUOTED = '"ActionId"{0}"Amount"{0}"Reason"\n"M.1.2.3"{0}"12.50"{0}"ORDER_UPDATE"\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_with_every_field_in_quotes_is_read(ran, work, delimiter):
    (work / "returns.csv").write_text(QUOTED.format(delimiter), encoding="utf-8", newline="")
    for name in ("check", "pending", "export"):
        assert ran(name, work / "returns.csv")[0] == 0
    assert (work / "out.csv").read_bytes() == SENT.encode()


LOST = {
    "a comma that splits an amount, before a blank": "ActionId,Reason,Amount,Note\nM.1.2.3,ORDER_UPDATE,12,50,\n",
    "a comma that splits an amount, before a note": "ActionId,Reason,Amount,Note\nM.1.2.3,ORDER_UPDATE,12,50,x\n",
    "a row with other delimiters": "Date,ActionId,Amount,Reason\n2026-01-01,M.1.2.4,12.50,ORDER_UPDATE\n2026-01-02;M.1.2.3;99.00;ORDER_UPDATE\n",
    "a row in quotes as a whole": 'Date,ActionId,Amount,Reason\n2026-01-01,M.1.2.4,12.50,ORDER_UPDATE\n"2026-01-02,M.1.2.3,99.00,ORDER_UPDATE"\n',
}


@pytest.mark.parametrize("case", LOST)
def test_a_csv_never_loses_or_shifts_a_row_in_silence(ran, work, case):
    (work / "returns.csv").write_text(LOST[case], encoding="utf-8", newline="")
    assert ran("check", work / "returns.csv")[0] == 3
    assert ran("export", work / "returns.csv")[0] == 3
    assert not (work / "out.csv").exists() or b"M.1.2.3," not in (work / "out.csv").read_bytes()
