"""A file of another spreadsheet program is called what it is, with the way to a workbook that is read."""

import zipfile

import pytest

from action_returns.errors import FileError
from action_returns.readers.batch_file import read_batch
from action_returns.readers.pending_rows import read_headers
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
