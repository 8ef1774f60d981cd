"""Workbooks as other programs write them, and as attackers do."""

import random
import re
import zipfile
from datetime import datetime

import xlsxwriter
from hypothesis import strategies as st

HEADERS = ("ActionId", "Amount", "Reason")


def write(path, rows, *, table=None, sheet="Actions", top=0, left=0, headers=HEADERS):
    """Write a sheet with XlsxWriter; texts stay texts."""
    book = xlsxwriter.Workbook(
        path, {"strings_to_numbers": False, "strings_to_formulas": False, "nan_inf_to_errors": True}
    )
    page = book.add_worksheet(sheet)
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, header in enumerate(headers):
        page.write_string(top, left + at, header)
    for number, row in enumerate(rows, top + 1):
        for at, cell in enumerate(row):
            if isinstance(cell, bool):
                page.write_boolean(number, left + at, cell)
            elif isinstance(cell, str):
                page.write_string(number, left + at, cell, text)
            elif isinstance(cell, datetime):
                page.write_datetime(number, left + at, cell, day)
            elif cell is not None:
                page.write_number(number, left + at, cell)
    if table:
        page.add_table(
            top,
            left,
            top + len(rows),
            left + len(headers) - 1,
            {"name": table, "columns": [{"header": h} for h in headers]},
        )
    book.close()
    return path


def rewritten(path, change):
    """Change the XML of a workbook's parts: change(part, content) gives the new content."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
    return target


def with_prefix(part, xml):
    """Write the XML of the first sheet in a way no common program does."""
    if "sheet1" not in part:
        return xml
    text = xml.decode().replace("xmlns=", "xmlns:x=", 1)
    return re.sub(r"<(/?)(?=[a-zA-Z])(?!\?)", r"<\1x:", text).encode()


cell_values = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(float),
    st.integers(-(10**9), 10**9).map(float),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12).filter(lambda t: "_x" not in t and t),
    st.sampled_from(["M.8882.4808.1063415", "REJECTED", " a ", "<&>", "007", "12,50", "é", "x" * 300]),
)


def bomb(path, *, parts=1, size=0, part="xl/worksheets/sheet1.xml", head=b"<worksheet><sheetData>"):
    good = write(path.with_name("good.xlsx"), [("M.1.2.3", 0.0, "REJECTED")])
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        with new.open(part, "w") as stream:
            stream.write(head)
            for _ in range(size // 2**20):
                stream.write(b"<row><c><v>1</v></c></row>" * (2**20 // 26))
        for extra in range(parts - 1):
            new.writestr(f"xl/extra{extra}.bin", b"")
    return path


def encrypted(path):
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(400)
    )
    return path


def plain(content):
    def make(path):
        path.write_bytes(content)
        return path

    return make


HOSTILE = {
    "flat bomb": (lambda p: bomb(p, size=196 * 2**20), "file-too-large", "times its size"),
    "two thousand parts": (lambda p: bomb(p, parts=2001), "file-too-large", "parts"),
    "sixty thousand parts": (lambda p: many_parts(p, 60_000), "file-too-large", "parts"),
    "large and unusual": (lambda p: unusual(p), "file-too-large", "no common spreadsheet program"),
    "document type": (
        lambda p: bomb(p, head=b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet><sheetData>"),
        "file-too-large",
        "document type",
    ),
    "document type elsewhere": (
        lambda p: bomb(p, part="docProps/app.xml", head=b"<?xml version='1.0'?><!DOCTYPE x>"),
        "file-too-large",
        "app.xml",
    ),
    "not a zip": (plain(b"hello"), "file-unreadable", "is not a workbook"),
    "empty": (plain(b""), "file-unreadable", "is empty"),
    "html": (plain(b"<html><body><table>"), "file-unreadable", "web page"),
    "old xls": (plain(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)), "file-unreadable", "old kind"),
    "password": (encrypted, "file-protected", "password"),
    "cut off": (lambda p: plain(bomb(p).read_bytes()[:-900])(p), "file-unreadable", "not a workbook"),
    "a zip of something else": (lambda p: other_zip(p.with_name("o.xlsx")), "file-unreadable", "not a workbook"),
}


def many_parts(path, number):
    with zipfile.ZipFile(path, "w") as new:
        for at in range(number):
            new.writestr(f"xl/part{at}.bin", b"")
    return path


def unusual(path):
    pick = random.Random(1)
    rows = b"".join(b"<row><c><v>%d</v></c></row>" % pick.randrange(10**9) for _ in range(800_000))
    return bomb(path, head=b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>")


def other_zip(path):
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("hello.txt", "hello")
    return path
