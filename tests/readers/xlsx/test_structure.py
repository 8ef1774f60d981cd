"""The sheets and tables of a workbook are found however its parts are written; what is no workbook is called what it is."""

import zipfile

import pytest
import xlsxwriter

from action_returns.errors import FileError
from action_returns.readers.batch_file import read_batch
from action_returns.readers.pending_rows import read_headers
from action_returns.readers.xlsx.package import Package
from action_returns.readers.xlsx.structure import Sheet, Table, structure
from action_returns.readers.xlsx.workbook import sheet_names
from tests.readers.xlsx.ways_to_write import WAYS, written
from tests.support.workbooks import rewritten, write

ODS = "application/vnd.oasis.opendocument.spreadsheet"
PARTS = {
    "returns.ods": (
        {"mimetype": ODS, "content.xml": "<office/>"},
        "an OpenDocument workbook (.ods)",
        "Save As, Excel 2007-365",
    ),
    "template.ots": ({"mimetype": f"{ODS}-template"}, "an OpenDocument workbook (.ods)", "Save As, Excel 2007-365"),
    "returns.numbers": ({"Index/Document.iwa": ""}, "a Numbers document", "Export To, Excel (.xlsx)"),
    "returns.zip": ({"returns.csv": "ActionId"}, "a zip file, but not a workbook", "Save it as .xlsx"),
}


@pytest.mark.parametrize("read", [read_batch, read_headers])
@pytest.mark.parametrize("name", PARTS)
def test_a_zip_of_another_program_is_named(tmp_path, name, read):
    parts, what, how = PARTS[name]
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    with pytest.raises(FileError) as caught:
        read(tmp_path / name)
    assert caught.value.problem == "file-unreadable"
    assert caught.value.message.startswith(f"{name} is {what}")
    assert how in caught.value.message


def test_a_binary_workbook_is_named(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")])
    changed = rewritten(
        path, lambda part, xml: xml.replace(b"xl/workbook.xml", b"xl/workbook.bin") if "rels" in part else xml
    )
    with zipfile.ZipFile(changed, "a") as archive:
        archive.writestr("xl/workbook.bin", "")
    with pytest.raises(FileError, match=r"a binary workbook \(\.xlsb\).*Save As, Excel Workbook"):
        read_batch(changed)


def test_a_link_to_a_sheet_of_google_is_no_file_of_returns(tmp_path):
    (tmp_path / "returns.gsheet").write_text('{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}')
    with pytest.raises(FileError, match=r"a link to a sheet of Google\. Download it there first"):
        read_batch(tmp_path / "returns.gsheet")


def book_with_everything(path):
    """Write a workbook with a hidden sheet, two tables and texts that XML has to escape."""
    book = xlsxwriter.Workbook(path, {"date_1904": True})
    sheet = book.add_worksheet("Größe & 'x' 2")
    sheet.write_row(3, 1, ["M.1.2.3", 12.5, "ORDER_UPDATE"])
    columns = [{"header": "ActionId", "total_string": "Total"}, {"header": 'The "<new>" & old'}, {"header": "Reason"}]
    sheet.add_table(2, 1, 4, 3, {"name": "Actions", "columns": columns, "total_row": True})
    sheet.add_table(7, 0, 9, 0, {"name": "Zweite_Größe", "columns": [{"header": "Ä"}]})
    book.add_worksheet("Charted").write(0, 0, 1)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Charted!$A$1:$A$1"})
    book.add_chartsheet("Chart").set_chart(chart)
    book.add_worksheet("_meta").very_hidden()
    book.close()
    return path


def read_structure(path):
    with Package(path) as package:
        return structure(package)


def change_parts(path, change, *parts):
    return rewritten(path, lambda part, xml: change(xml) if part.endswith(parts) else xml)


STRUCTURE = ("workbook.xml", ".rels", "table1.xml", "table2.xml")
TABLES = (
    Table("Actions", ("ActionId", 'The "<new>" & old', "Reason"), left=2, top=3, bottom=4, totals=1),
    Table("Zweite_Größe", ("Ä",), left=1, top=8, bottom=10, totals=0),
)


def test_sheets_and_tables_are_those_of_the_workbook(tmp_path):
    found = read_structure(book_with_everything(tmp_path / "b.xlsx"))
    assert found.sheets == (
        Sheet("Größe & 'x' 2", "xl/worksheets/sheet1.xml", visible=True, tables=TABLES),
        Sheet("Charted", "xl/worksheets/sheet2.xml", visible=True, tables=()),
        Sheet("_meta", "xl/worksheets/sheet3.xml", visible=False, tables=()),
    )
    assert (found.strings, found.styles, found.from_1904) == ("xl/sharedStrings.xml", "xl/styles.xml", True)


@pytest.mark.parametrize("part", STRUCTURE)
@pytest.mark.parametrize("way", WAYS)
def test_they_are_the_same_in_whatever_legal_way_a_part_is_written(tmp_path, way, part):
    path = book_with_everything(tmp_path / "b.xlsx")
    changed = change_parts(path, lambda xml: written(way, xml), part)
    assert read_structure(changed) == read_structure(path)


@pytest.mark.parametrize("way", WAYS)
def test_a_batch_is_the_same_when_all_its_parts_but_the_sheet_are_written_in_another_way(tmp_path, way):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 12.5, "ORDER_UPDATE")], table="Actions", sheet="Größe")
    found = read_batch(change_parts(path, lambda xml: written(way, xml), *STRUCTURE, "styles.xml"))
    assert list(zip(found.columns.action_id, found.columns.amount, found.columns.reason, strict=True)) == [
        ("M.1.2.3", 12.5, "ORDER_UPDATE")
    ]
    assert found.origin == "table Actions on sheet Größe"


@pytest.mark.parametrize("flag", ["1", "true", "on", " 1 "])
def test_every_way_to_say_that_dates_count_from_1904_is_understood(tmp_path, flag):
    path = book_with_everything(tmp_path / "b.xlsx")
    changed = change_parts(path, lambda xml: xml.replace(b'date1904="1"', b'date1904="%s"' % flag.encode()), "book.xml")
    assert read_structure(changed).from_1904
    off = change_parts(path, lambda xml: xml.replace(b'date1904="1"', b'date1904="0"'), "workbook.xml")
    assert not read_structure(off).from_1904


@pytest.mark.parametrize(
    "target", [b"/xl/worksheets/sheet1.xml", b"./worksheets/sheet1.xml", b"../xl/worksheets/../worksheets/sheet1.xml"]
)
def test_a_target_is_found_however_its_path_is_written(tmp_path, target):
    path = book_with_everything(tmp_path / "b.xlsx")
    changed = change_parts(path, lambda xml: xml.replace(b'"worksheets/sheet1.xml"', b'"%s"' % target), ".rels")
    assert read_structure(changed) == read_structure(path)


def test_the_relation_of_a_sheet_is_the_attribute_of_that_namespace_whatever_its_prefix(tmp_path):
    path = book_with_everything(tmp_path / "b.xlsx")

    def other_prefix(xml):
        declared = xml.replace(b"xmlns:r=", b'xmlns:a="urn:another" xmlns:rel=', 1)
        return declared.replace(b'r:id="rId1"', b'a:id="rId2" id="rId2" rel:id="rId1"').replace(b" r:id=", b" rel:id=")

    assert read_structure(change_parts(path, other_prefix, "workbook.xml")) == read_structure(path)


def test_a_relation_to_something_outside_is_no_part(tmp_path):
    path = book_with_everything(tmp_path / "b.xlsx")

    def linked(xml):
        at = xml.index(b"<Relationship ")
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        link = b'<Relationship Id="rId99" Type="%s" Target="other.xml" TargetMode="External"/>' % kind
        return xml[:at] + link + xml[at:]

    assert read_structure(change_parts(path, linked, "workbook.xml.rels")) == read_structure(path)


def test_a_sheet_or_a_table_that_is_named_twice_is_read_once(tmp_path, monkeypatch):
    opened = []
    reading = Package.open
    monkeypatch.setattr(Package, "open", lambda package, part: opened.append(part) or reading(package, part))
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 12.5, "ORDER_UPDATE")], table="Actions")

    def twice(xml):
        for tag in (b"<sheet ", b"<Relationship "):
            if tag in xml:
                element = xml[xml.index(tag) : xml.index(b"/>", xml.index(tag)) + 2]
                xml = xml.replace(element, element + element.replace(b' Id="rId1"', b' Id="rId77"'))
        return xml

    found = read_structure(change_parts(path, twice, "workbook.xml", "sheet1.xml.rels"))
    assert len(found.sheets) == 2
    assert len(found.sheets[0].tables) == 1
    assert opened.count("xl/tables/table1.xml") == 1


READERS = [read_batch, read_headers, sheet_names]


@pytest.mark.parametrize("read", READERS)
def test_a_workbook_of_charts_only_is_refused_in_words(tmp_path, read):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")])
    charts = change_parts(path, lambda xml: xml.replace(b'/worksheet"', b'/chartsheet"'), "workbook.xml.rels")
    with pytest.raises(
        FileError, match=r"has no worksheet, only charts, macros or dialogues.*Name a workbook"
    ) as caught:
        read(charts)
    assert caught.value.problem == "file-unreadable"


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.bin": b"\x83\x01\x00\x80\x01"},
        {"xl/workbook.bin": b""},
        {"xl/workbook.xml": b"\x83\x01\x00\x80\x01"},
        {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.bin": b"\x81\x01\x00"},
    ],
    ids=["records", "nothing in it", "records called XML", "sheet of records"],
)
@pytest.mark.parametrize("name", ["b.xlsb", "b.xlsx"])
def test_a_binary_workbook_is_refused_in_words_whatever_it_is_called(tmp_path, read, parts, name):
    path = write(tmp_path / "plain.xlsx", [("M.1.2.3", 0.0, "REJECTED")])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / name, "w") as new:
        for part in old.namelist():
            if part not in parts:
                xml = old.read(part)
                for other in parts:
                    if other.endswith(".bin"):
                        xml = xml.replace(other[3:-4].encode() + b".xml", other[3:].encode())
                new.writestr(part, xml)
        for part, content in parts.items():
            new.writestr(part, old.read(part) if content == b"<workbook/>" else content)
    with pytest.raises(
        FileError, match=r"a binary workbook \(\.xlsb\), which is not read\. In Excel: File, Save As"
    ) as caught:
        read(tmp_path / name)
    assert caught.value.problem == "file-unreadable"


def another(kind, identity):
    """Return what to change in relations for one more of a kind."""
    end = b"</Relationships>"
    started = b'<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"'
    return end, started % (identity.encode(), kind.encode()) + b' Target="theme/theme1.xml"/>' + end


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("part", "before", "after", "says"),
    [
        ("workbook.xml", b'name="Actions"', b'name="R\xfcck"', r"its part xl/workbook\.xml is no XML"),
        ("workbook.xml.rels", b"worksheet", b"work\xff", r"its part xl/_rels/workbook\.xml\.rels is no XML"),
        ("workbook.xml", b"</workbook>", b"", r"its part xl/workbook\.xml is no XML"),
        ("workbook.xml", b'r:id="rId1"', b'r:id="rId99"', "its sheet Actions has no part"),
        ("workbook.xml", b"<sheet ", b"<shoot ", "names no sheet"),
        ("table1.xml", b"<table ", b"<tabel ", "is no XML"),
        ("table1.xml", b' totalsRowShown="0"', b' totalsRowCount="many"', "rows of headers or totals is no number"),
        ("table1.xml", b' totalsRowShown="0"', b' totalsRowCount="-1"', "rows of headers or totals is no number"),
        ("table1.xml", b' totalsRowShown="0"', b' headerRowCount="1_0"', "rows of headers or totals is no number"),
        ("sheet1.xml.rels", b"table1.xml", b"table7.xml", r"its part xl/tables/table7\.xml is missing"),
        ("sheet1.xml.rels", b"tables/table1.xml", b"styles.xml", r"its part xl/styles\.xml is no table"),
        ("workbook.xml.rels", *another("worksheet", "rId1"), r"workbook\.xml\.rels has two relations with the id rId1"),
        ("workbook.xml.rels", *another("sharedStrings", "rId77"), "two parts of the kind sharedStrings"),
        ("workbook.xml.rels", *another("styles", "rId77"), "two parts of the kind styles"),
        ("_rels/.rels", *another("officeDocument", "rId77"), "two parts of the kind officeDocument"),
    ],
)
def test_a_damaged_structure_is_refused_with_its_part(tmp_path, read, part, before, after, says):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")], table="Actions")
    changed = change_parts(path, lambda xml: xml.replace(before, after), part)
    with pytest.raises(FileError, match=says) as caught:
        read(changed)
    assert caught.value.problem == "file-unreadable"
    assert "Open it in the spreadsheet program" in caught.value.message or "Save it again" in caught.value.message


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/tables/table1.xml", "xl/styles.xml"]
)
def test_a_part_without_cells_that_is_as_large_as_one_with_cells_is_refused(tmp_path, monkeypatch, part):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")], table="Actions")
    with zipfile.ZipFile(path) as parts:
        size = parts.getinfo(part).file_size
        others = max(parts.getinfo(name).file_size for name in parts.namelist() if name.endswith((".xml", ".rels")))
    padded = rewritten(path, lambda name, xml: xml + b" " * (others if name == part else 0))
    monkeypatch.setattr("action_returns.readers.xlsx.structure._MOST_BYTES", size + others)
    assert len(read_batch(padded).columns) == 1
    monkeypatch.setattr("action_returns.readers.xlsx.structure._MOST_BYTES", size + others - 1)
    with pytest.raises(FileError, match=f"its part {part} unpacks to 0 MB") as caught:
        read_batch(padded)
    assert caught.value.problem == "file-too-large"


def test_a_workbook_that_names_very_many_sheets_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")])

    def many(xml):
        start, end = xml.index(b"<sheet "), xml.index(b"</sheets>")
        return xml[:end] + xml[start:end] * 30 + xml[end:]

    changed = change_parts(path, many, "workbook.xml")
    monkeypatch.setattr("action_returns.readers.xlsx.structure._MOST_SHEETS", 30)
    with pytest.raises(FileError, match="it has 31 sheets") as caught:
        read_batch(changed)
    assert caught.value.problem == "file-too-large"
    monkeypatch.setattr("action_returns.readers.xlsx.structure._MOST_ELEMENTS", 30)
    with pytest.raises(FileError, match=r"its part xl/workbook\.xml has more than 30 elements sheet") as caught:
        read_batch(changed)
    assert caught.value.problem == "file-too-large"


def test_a_document_type_behind_a_long_comment_is_refused(tmp_path):
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")])
    start = b'<?xml version="1.0"?><!--' + b"x" * 5000 + b"--><!DOCTYPE workbook>"
    changed = change_parts(path, lambda xml: start + xml.partition(b"?>")[2].lstrip(), "workbook.xml")
    with pytest.raises(FileError, match=r"workbook\.xml declares a document type") as caught:
        read_batch(changed)
    assert caught.value.problem == "file-too-large"
