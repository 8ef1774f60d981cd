"""A workbook's zip: what is refused before it is unpacked, and which part counts where names are odd.

Limits are lowered for small files. No file here costs time or memory in any program.
"""

import struct
import zipfile
from dataclasses import replace
from datetime import UTC

import pytest

from action_returns.errors import FileError
from action_returns.readers.batch_file import read_batch
from action_returns.readers.pending_download import read_pending_download
from action_returns.readers.pending_rows import read_headers
from action_returns.readers.xlsx import package
from action_returns.readers.xlsx.package import Limits, Package
from action_returns.readers.xlsx.workbook import read_table, sheet_names
from tests.support.workbook_parts import (
    CONTENT_TYPES,
    HEADER,
    ROW,
    SHEET,
    STRINGS,
    STYLES,
    WORKBOOK,
    number,
    pack,
    parts,
    relations,
    row,
    shared,
    sheet,
    strings,
    styles,
    text,
)
from tests.support.workbooks import write

SHARED_ROWS = row(1, shared("A1", 0), shared("B1", 1), shared("C1", 2)) + row(
    2, shared("A2", 3), number("B2", 12.5), shared("C2", 4)
)
SHARED = strings("ActionId", "Amount", "Reason", "M.1.2.3", "ORDER_UPDATE")
DATED = HEADER + row(2, text("A2", "M.1.2.3"), number("B2", 46_086, style=1), text("C2", "ORDER_UPDATE"))
READERS = (
    read_batch,
    read_headers,
    sheet_names,
    lambda path: read_table(path, "Actions"),
    lambda path: read_pending_download(path, wanted=None, time_zone=UTC),
)
END = b"PK\x05\x06"


def refusal(path, read=read_batch):
    with pytest.raises(FileError) as caught:
        read(path)
    return caught.value


def cells(path):
    columns = read_batch(path).columns
    return list(zip(columns.action_id, columns.amount, columns.reason, strict=True))


def opened(path, **limits):
    with Package(path, Limits(**limits)) as opened_package:
        return opened_package.read(SHEET)


# --- limits


REPEATED = sheet(HEADER + ROW * 200)
SIZES = [len(content) for content in parts(sheet=REPEATED).values()]


@pytest.mark.parametrize(
    ("name", "enough", "says"),
    [
        ("parts", len(SIZES), "it has 7 parts"),
        ("total", sum(SIZES), "it unpacks to"),
        ("part", max(SIZES), "it unpacks to"),
    ],
)
def test_a_workbook_at_a_limit_is_read_and_one_beyond_is_refused(tmp_path, name, enough, says):
    path = pack(tmp_path / "b.xlsx", parts(sheet=REPEATED))
    assert opened(path, **{name: enough}) == REPEATED.encode()
    found = refusal(path, lambda given: opened(given, **{name: enough - 1}))
    assert found.problem == "file-too-large"
    assert says in found.message
    assert "Copy the three columns into a new workbook and save it." in found.message


def test_a_part_that_unpacks_to_many_times_its_size_is_refused(tmp_path):
    path = pack(tmp_path / "b.xlsx", parts(sheet=REPEATED))
    found = refusal(path, lambda given: opened(given, ratio=5, ratio_from=10_000))
    assert found.problem == "file-too-large"
    assert f"its part {SHEET} unpacks to more than 5 times its size" in found.message
    assert opened(path, ratio=5, ratio_from=len(REPEATED)) == REPEATED.encode()
    assert opened(path, ratio=1_000, ratio_from=10_000) == REPEATED.encode()


def directory_size(path):
    content = path.read_bytes()
    return struct.unpack_from("<I", content, content.rindex(END) + 12)[0]


def test_a_directory_is_measured_before_it_is_read(tmp_path, monkeypatch):
    path = pack(tmp_path / "b.xlsx", parts())
    assert opened(path, directory=directory_size(path))
    monkeypatch.setattr(zipfile, "ZipFile", None)
    found = refusal(path, lambda given: opened(given, directory=directory_size(path) - 1))
    assert (found.problem, "far more than 2,000 parts" in found.message) == ("file-too-large", True)


def with_end_64(path):
    """Add the end record of zip64 (APPNOTE.TXT 4.3.14, 4.3.15), and leave its numbers out of the other one."""
    content = path.read_bytes()
    at = content.rindex(END)
    count, size, start = struct.unpack_from("<HII", content, at + 10)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    unsaid = struct.pack("<4sHHHHIIH", END, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(content[:at] + record + locator + unsaid)
    return path


def test_the_directory_of_a_zip64_file_is_measured_too(tmp_path):
    path = pack(tmp_path / "b.xlsx", parts())
    size = directory_size(path)
    with_end_64(path)
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]
    assert opened(path, directory=size)
    assert refusal(path, lambda given: opened(given, directory=size - 1)).problem == "file-too-large"


def test_the_end_record_is_the_one_that_is_unpacked_by(tmp_path):
    """zipfile takes the last 22 bytes when they are an end record, even where its signature comes again inside of them."""
    path = pack(tmp_path / "b.xlsx", parts())
    content = path.read_bytes()
    at = content.rindex(END)
    path.write_bytes(content[: at + 12] + END + content[at + 16 :])
    assert refusal(path).problem == "file-too-large"


@pytest.mark.parametrize("read", READERS)
def test_every_way_to_open_a_workbook_keeps_the_limits(tmp_path, monkeypatch, read):
    path = pack(tmp_path / "b.xlsx", parts())
    monkeypatch.setattr(package, "LIMITS", replace(package.LIMITS, parts=6))
    assert refusal(path, read).problem == "file-too-large"


@pytest.mark.parametrize("limit", ["parts", "total", "part", "directory"])
def test_what_is_beyond_a_limit_is_refused_before_any_of_it_is_unpacked(tmp_path, monkeypatch, limit):
    path = pack(tmp_path / "b.xlsx", parts())

    def unpacked(*_args, **_options):
        pytest.fail("a part was opened")

    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    assert refusal(path, lambda given: opened(given, **{limit: 1})).problem == "file-too-large"


def test_the_usual_limits_let_a_worksheet_through_that_is_filled_to_its_last_row():
    row_of_xml = 200  # an id, an amount and a reason, each with its tags and address
    assert Limits() == package.LIMITS
    assert 2**20 * row_of_xml < Limits().part < Limits().total <= 2**29
    assert (Limits().ratio, Limits().parts) == (100, 2_000)


# --- document types


def declaring(encoding="utf-8", before="", declaration='<?xml version="1.0" encoding="{0}"?>'):
    return (declaration.format(encoding) + before + "<!DOCTYPE x><x/>").encode(encoding)


@pytest.mark.parametrize(
    "part", ["docProps/app.xml", "docProps/core", "xl/theme/theme1.dat", "xl/drawings/drawing1.vml"]
)
@pytest.mark.parametrize(
    "content",
    [
        declaring(),
        declaring(declaration=""),
        declaring("utf-8-sig", declaration=""),
        declaring(before="\n<?a b?>\n<!-- " + "x" * 20_000 + " -->\n"),
        declaring("iso-8859-1"),
        declaring("utf-16"),
        b"\xff\xfe" + declaring("utf-16-le", declaration='<?xml version="1.0" encoding="utf-16"?>'),
        b"\xfe\xff" + declaring("utf-16-be", declaration='<?xml version="1.0"?>'),
        declaring("utf-16-le", declaration='<?xml version="1.0" encoding="utf-16"?>'),
        declaring("utf-16-be", declaration='<?xml version="1.0" encoding="utf-16"?>'),
        declaring("utf-32"),
        declaring("utf-32-be"),
        declaring("cp037"),
        declaring("utf-7"),
        b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE x><x/>',
        b'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>',
        b'<?xml version="1.0" encoding="no-such"?><!DOCTYPE x><x/>',
        b"<!DOCTYPE x [",
        ("<!-- " + "x" * 9_000 + " --><!DOCTYPE x [<").encode("utf-16"),
        "<!DOCTYPE x>".encode("utf-32-le"),
        "<!DOCTYPE x>".encode("utf-32-be"),
        declaring("utf-16-le"),
        b"\xff\xfe" + declaring("utf-16-le", declaration='<?xml version="1.0" encoding="utf-8"?>'),
    ],
)
def test_a_document_type_is_refused_whatever_its_part_is_called_and_however_it_is_encoded(tmp_path, part, content):
    found = refusal(pack(tmp_path / "b.xlsx", {**parts(), part: content}))
    assert found.problem == "file-too-large"
    assert f"its part {part} declares a document type" in found.message


@pytest.mark.parametrize("part", [CONTENT_TYPES, WORKBOOK, SHEET, STYLES, STRINGS])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("read", READERS)
def test_a_document_type_is_refused_in_the_parts_of_every_workbook(tmp_path, part, encoding, read):
    declared = parts()[part].replace("UTF-8", encoding).replace("?>", "?><!DOCTYPE x>", 1).encode(encoding)
    found = refusal(pack(tmp_path / "b.xlsx", {**parts(), part: declared}), read)
    assert (found.problem, "declares a document type" in found.message) == ("file-too-large", True)


def under_another_name(part, name, content=None):
    """Return the parts of a workbook in which one of them has another name, which no ending tells to be XML."""
    packed = parts()
    moved = packed.pop(part) if content is None else content
    packed.pop(part, None)
    old, new = part.removeprefix("xl/"), name.removeprefix("xl/")
    changed = {key: value.replace(part, name).replace(f'"{old}"', f'"{new}"') for key, value in packed.items()}
    return {**changed, name: moved}


ODD_NAMES = [(SHEET, "xl/worksheets/sheet1.dat"), (STRINGS, "xl/words"), (STYLES, "xl/theme/image.png")]


@pytest.mark.parametrize(("part", "name"), ODD_NAMES)
def test_a_part_is_what_its_relation_says_and_not_what_it_is_called(tmp_path, part, name):
    assert cells(pack(tmp_path / "b.xlsx", under_another_name(part, name))) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


@pytest.mark.parametrize(("part", "name"), [*ODD_NAMES, (SHEET, "xl/worksheets/sheet1.bin")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_such_a_part_may_declare_no_document_type_either(tmp_path, part, name, encoding):
    declared = parts()[part].replace("UTF-8", encoding.removesuffix("-sig")).replace("?>", "?><!DOCTYPE x>", 1)
    found = refusal(pack(tmp_path / "b.xlsx", under_another_name(part, name, declared.encode(encoding))))
    assert f"its part {name} declares a document type" in found.message


def test_nor_may_an_entry_that_is_listed_as_a_folder_and_holds_something(tmp_path):
    found = refusal(pack(tmp_path / "b.xlsx", {**parts(), "xl/theme/": declaring()}))
    assert "its part xl/theme/ declares a document type" in found.message


DRAWING = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="http://www.w3.org/2000/svg"/>'
)


@pytest.mark.parametrize("read", READERS)
def test_a_logo_in_a_workbook_may_be_a_drawing_as_drawing_programs_write_it(tmp_path, read):
    path = pack(tmp_path / "b.xlsx", {**parts(), "xl/media/image2.svg": DRAWING})
    read(path)
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


@pytest.mark.parametrize("part", [SHEET, STRINGS, STYLES])
def test_what_is_called_a_drawing_and_read_may_declare_no_document_type(tmp_path, part):
    name = "xl/media/image2.svg"
    declared = parts()[part].replace("?>", "?><!DOCTYPE x>", 1)
    found = refusal(pack(tmp_path / "b.xlsx", under_another_name(part, name, declared)))
    assert f"its part {name} declares a document type" in found.message


def test_a_part_must_begin_with_an_element_before_long(tmp_path):
    comment = "<!-- " + "x" * 3_000 + " -->"
    path = pack(tmp_path / "b.xlsx", {**parts(), "docProps/app.xml": f"{comment}<Properties/>"})
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]
    found = refusal(path, lambda given: opened(given, prolog=2_000))
    assert "its part docProps/app.xml holds no element in its first 2,000 bytes" in found.message


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "<!--".encode("utf-16"), b"<x>&lt;!DOCTYPE x></x>", b"\0<"],
)
def test_what_only_resembles_a_document_type_is_no_reason_to_refuse(tmp_path, content):
    path = pack(tmp_path / "b.xlsx", {**parts(), "xl/media/image1.png": content})
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


# --- names of parts


def renamed(old, new, **changed):
    return {new if name == old else name: content for name, content in parts(**changed).items()}


def with_shared_texts():
    return {"sheet": sheet(SHARED_ROWS), "strings": SHARED}


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (STRINGS, "xl/SharedStrings.xml"),
        (STRINGS, "/xl/sharedStrings.xml"),
        (STRINGS, "xl\\sharedStrings.xml"),
        (STRINGS, "xl/shared%53trings.xml"),
        (SHEET, "xl\\worksheets\\Sheet1.xml"),
        (SHEET, "XL/WORKSHEETS/SHEET1.XML"),
        (WORKBOOK, "xl/Workbook.xml"),
        ("_rels/.rels", "_Rels\\.rels"),
        ("xl/_rels/workbook.xml.rels", "xl/_rels/Workbook.xml.rels"),
    ],
)
def test_a_part_is_found_in_any_capitals_with_backslashes_and_with_a_slash_in_front(tmp_path, part, name):
    path = pack(tmp_path / "b.xlsx", renamed(part, name, **with_shared_texts()))
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]
    assert sheet_names(path) == ("Returns",)


@pytest.mark.parametrize(
    "target", ["SHAREDSTRINGS.XML", "/xl/sharedstrings.xml", "../xl/sharedStrings.xml", "./sharedStrings.xml"]
)
def test_a_relation_may_name_its_part_in_any_capitals(tmp_path, target):
    related = relations(worksheet="worksheets/sheet1.xml", styles="STYLES.xml", sharedStrings=target)
    path = pack(tmp_path / "b.xlsx", parts(related=related, styles=styles(14), **with_shared_texts()))
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


def test_a_date_is_a_date_where_the_styles_have_a_name_in_other_capitals(tmp_path):
    path = pack(tmp_path / "b.xlsx", renamed(STYLES, "xl/Styles.xml", sheet=sheet(DATED), styles=styles(14)))
    assert [amount.isoformat() for _, amount, _ in cells(path)] == ["2026-03-05T00:00:00"]


@pytest.mark.parametrize(
    "again",
    [SHEET, "xl/worksheets/Sheet1.xml", "/xl/worksheets/sheet1.xml", "xl\\worksheets\\sheet1.xml", "docProps/App.xml"],
)
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("read", READERS)
def test_a_workbook_that_holds_a_part_twice_is_refused(tmp_path, again, last, read):
    both = [*parts().items(), ("docProps/app.xml", "<Properties/>")]
    both.insert(len(both) if last else 0, (again, sheet(HEADER + ROW.replace("12.5", "99.5"))))
    found = refusal(pack(tmp_path / "b.xlsx", both), read)
    assert found.problem == "file-unreadable"
    assert "twice" in found.message


def test_a_folder_that_is_listed_twice_is_no_part(tmp_path):
    path = pack(tmp_path / "b.xlsx", [("xl/", ""), *parts().items(), ("xl/", ""), ("XL\\", "")])
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


# --- ways to pack


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_parts_may_be_packed_or_not(tmp_path, compression):
    assert cells(pack(tmp_path / "b.xlsx", parts(), compression=compression)) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_way_to_pack_is_refused_in_words(tmp_path, compression):
    found = refusal(pack(tmp_path / "b.xlsx", parts(), compression=compression))
    assert (found.problem, f"packed by method {compression}" in found.message) == ("file-unreadable", True)


def test_a_part_may_have_its_sizes_in_the_fields_of_zip64(tmp_path):
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts().items():
            with new.open(name, "w", force_zip64=True) as stream:
                stream.write(content.encode())
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


def test_bytes_before_the_zip_and_a_comment_behind_it_change_nothing(tmp_path):
    path = pack(tmp_path / "b.xlsx", parts())
    with zipfile.ZipFile(path, "a") as book:
        book.comment = b"made by a test"
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert cells(path) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


def marked(path, flag):
    """Set a flag of every part, in its own header and in the directory (APPNOTE.TXT 4.4.4)."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as book:
        places = [entry.header_offset + 6 for entry in book.infolist()]
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        places.append(at + 8)
    for place in places:
        content[place] |= flag
    path.write_bytes(content)
    return path


def test_an_encrypted_part_is_told_as_protected(tmp_path):
    found = refusal(marked(pack(tmp_path / "b.xlsx", parts()), 1))
    assert (found.problem, "without a password" in found.message) == ("file-protected", True)


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({}, SHEET),
        (with_shared_texts(), STRINGS),
        ({}, WORKBOOK),
        ({}, STYLES),
    ],
)
def test_a_part_whose_checksum_is_wrong_is_refused_though_its_xml_can_be_read(tmp_path, changed, part):
    """One letter of the file is another one, as a bad disk or cable leaves it; the XML is as good as before."""
    path = pack(tmp_path / "b.xlsx", parts(**changed), compression=zipfile.ZIP_STORED)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as book:
        entry = book.getinfo(part)
    letter = {SHEET: b"12.5", STRINGS: b"M.1.2.3", WORKBOOK: b"Returns", STYLES: b'"none"'}[part]
    at = content.index(letter, entry.header_offset) + 1
    path.write_bytes(content[:at] + b"7" + content[at + 1 :])
    for read in (read_batch, lambda given: read_pending_download(given, wanted=None, time_zone=UTC)):
        found = refusal(path, read)
        assert found.problem == "file-unreadable"
        assert "damaged" in found.message


@pytest.mark.parametrize("offset", [2**63, 2**64 - 1])
def test_a_part_that_would_begin_beyond_every_file_is_damage(tmp_path, offset):
    path = pack(tmp_path / "b.xlsx", parts())
    content = path.read_bytes()
    entry = content.index(b"PK\x01\x02")
    name_length = struct.unpack_from("<H", content, entry + 28)[0]
    behind = entry + 46 + name_length
    extra = struct.pack("<HHQ", 1, 8, offset)  # the offset as zip64 has it (APPNOTE.TXT 4.5.3)
    changed = bytearray(content[:behind] + extra + content[behind:])
    struct.pack_into("<H", changed, entry + 30, len(extra))
    struct.pack_into("<I", changed, entry + 42, 0xFFFFFFFF)
    end = changed.rindex(END)
    struct.pack_into("<I", changed, end + 12, directory_size(path) + len(extra))
    path.write_bytes(changed)
    assert refusal(path).problem == "file-unreadable"


@pytest.mark.parametrize(
    "declared", ["encoding='iso-8859-1'", 'encoding = "ISO-8859-1"', "encoding\n=\n'windows-1252'"]
)
def test_a_part_in_another_encoding_is_read_in_it(tmp_path, declared):
    """The two letters would be one in UTF-8."""
    rows = HEADER + row(2, text("A2", "M.1.2.3"), number("B2", 12.5), text("C2", "Ã©"))
    content = sheet(rows).replace('encoding="UTF-8"', declared).encode("latin-1")
    assert cells(pack(tmp_path / "b.xlsx", parts(sheet=content))) == [("M.1.2.3", 12.5, "Ã©")]


def test_a_workbook_without_its_end_is_told_as_cut_off(tmp_path):
    path = pack(tmp_path / "b.xlsx", parts())
    path.write_bytes(path.read_bytes()[:-400])
    found = refusal(path)
    assert (found.problem, "its end is missing" in found.message) == ("file-unreadable", True)


# --- parts that are missing


def without(part, **changed):
    return {name: content for name, content in parts(**changed).items() if name != part}


def test_a_workbook_without_the_list_of_its_content_types_is_read_by_its_relations(tmp_path):
    path = pack(tmp_path / "b.xlsx", without(CONTENT_TYPES, sheet=sheet(DATED), styles=styles(14)))
    assert [amount.isoformat() for _, amount, _ in cells(path)] == ["2026-03-05T00:00:00"]


def test_texts_that_are_not_in_the_file_are_missed(tmp_path):
    found = refusal(pack(tmp_path / "b.xlsx", without(STRINGS, sheet=sheet(SHARED_ROWS))))
    assert found.problem == "file-unreadable"
    assert cells(pack(tmp_path / "c.xlsx", without(STRINGS))) == [("M.1.2.3", 12.5, "ORDER_UPDATE")]


def test_formats_that_are_not_in_the_file_are_missed_and_no_date_becomes_money(tmp_path):
    found = refusal(pack(tmp_path / "b.xlsx", without(STYLES, sheet=sheet(DATED))))
    assert found.problem == "file-unreadable"


@pytest.mark.parametrize("part", [SHEET, WORKBOOK, "_rels/.rels", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_without_its_sheet_or_the_way_to_it_is_refused(tmp_path, part):
    assert refusal(pack(tmp_path / "b.xlsx", without(part))).problem == "file-unreadable"


def test_a_workbook_that_is_refused_is_closed(tmp_path, monkeypatch):
    closed = []
    close = zipfile.ZipFile.close
    monkeypatch.setattr(zipfile.ZipFile, "close", lambda self: closed.append(self) or close(self))
    path = write(tmp_path / "b.xlsx", [("M.1.2.3", 0.0, "REJECTED")])
    closed.clear()
    with pytest.raises(FileError) as caught:
        Package(path, Limits(parts=1))
    assert caught.value.__traceback__ is not None  # it keeps the workbook from being closed as garbage
    assert "r" in [book.mode for book in closed]
