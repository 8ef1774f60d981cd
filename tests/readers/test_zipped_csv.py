"""Which zips are read as the one CSV file in them, and which are refused."""

import zipfile

import pytest

from action_returns.errors import FileError
from action_returns.readers.exports import read_export
from action_returns.readers.zipped_csv import ZipLimits, is_zipped_csv, read_text
from action_returns.returns.source import Field

TEXT = "Order,Refund\n1001,5.00\n"


def zipped(folder, *members, name="report.zip"):
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(member, TEXT)
    return folder / name


def refusal(path, limits=None):
    with pytest.raises(FileError) as caught:
        read_text(path, limits)
    return caught.value.problem, caught.value.message


def test_what_a_mac_adds_is_no_second_file(tmp_path):
    path = zipped(tmp_path, "report.csv", "__MACOSX/._report.csv", ".DS_Store")
    assert read_export(path).amounts[Field.REFUND] == [500]


@pytest.mark.parametrize("members", [("one.csv", "two.csv"), ("one.csv", "readme.txt"), ("inner.zip",)])
def test_a_zip_with_other_files_is_refused_with_their_names(tmp_path, members):
    path = zipped(tmp_path, *members)
    assert is_zipped_csv(path)
    problem, said = refusal(path)
    assert problem == "file-unreadable"
    assert ", ".join(members) in said


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path):
    problem, said = refusal(zipped(tmp_path, "one.csv"), ZipLimits(unpacked=len(TEXT) - 1))
    assert (problem, "unpacks to more than" in said) == ("file-too-large", True)
    assert read_text(zipped(tmp_path, "one.csv"), ZipLimits(unpacked=len(TEXT))).name == "report.zip, one.csv"


def test_a_zip_with_too_many_files_is_refused(tmp_path):
    path = zipped(tmp_path, *(f"{number}.csv" for number in range(4)))
    assert refusal(path, ZipLimits(members=3))[0] == "file-too-large"


def test_a_size_that_the_zip_hides_is_found_while_it_is_unpacked(tmp_path):
    path = zipped(tmp_path, "one.csv")
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (1).to_bytes(4, "little")
    path.write_bytes(content)
    assert refusal(path)[0] == "file-unreadable"


def test_a_zip_with_a_password_is_named(tmp_path):
    path = zipped(tmp_path, "one.csv")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refusal(path)[0] == "file-protected"


def test_a_damaged_zip_is_named(tmp_path):
    path = zipped(tmp_path, "one.csv")
    path.write_bytes(path.read_bytes()[:-30])
    problem, said = refusal(path)
    assert (problem, "is damaged" in said) == ("file-unreadable", True)


def test_a_workbook_is_no_zip_of_this_kind(tmp_path):
    assert not is_zipped_csv(zipped(tmp_path, "[Content_Types].xml"))
