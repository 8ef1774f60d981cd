"""Workbooks as other programs write them, and files that are none."""

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


REFUSED = {
    "not a zip": (plain(b"hello"), "file-unreadable", "is not a workbook"),
    "empty": (plain(b""), "file-unreadable", "is empty"),
    "html": (plain(b"<html><body><table>"), "file-unreadable", "web page"),
    "old xls": (plain(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)), "file-unreadable", "old kind"),
    "password": (encrypted, "file-protected", "password"),
    "cut off": (lambda path: cut_off(path), "file-unreadable", "its end is missing"),
    "a zip of something else": (lambda path: other_zip(path), "file-unreadable", "is a zip file, but not a workbook"),
}
"""What is no workbook: how it is made, the problem code, and a piece of the message."""


def cut_off(path):
    path.write_bytes(write(path, [("M.1.2.3", 0.0, "REJECTED")]).read_bytes()[:-900])
    return path


def other_zip(path):
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("hello.txt", "hello")
    return path
