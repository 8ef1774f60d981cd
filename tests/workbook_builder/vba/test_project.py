"""A whole VBA project: what other readers find in it, and what is refused."""

import re
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyopenvba import vba as pyopenvba
from pyopenvba.cfb import CFB

from action_returns.errors import VbaError
from action_returns.workbook_builder.vba.module import Module, ModuleKind, parse_module
from action_returns.workbook_builder.vba.project import Project, encrypt
from tests.workbook_builder.vba.oracles import XLWINGS, decompressed, decrypted, records, sources, streams

WORKBOOK = Module("ThisWorkbook", ModuleKind.WORKBOOK, "Private Sub Workbook_Open()\nEnd Sub\n")
SHEET = Module("shInput", ModuleKind.SHEET, "")
MAIN = Module("Main", ModuleKind.STANDARD, 'Sub Run()\n  MsgBox "Größe: 5 €"\nEnd Sub\n')
COUNTER = Module("Counter", ModuleKind.CLASS, "Public Total As Long\n", exposed=True)
MODULES = (WORKBOOK, SHEET, MAIN, COUNTER)
NAMES = st.lists(
    st.from_regex(r"M[A-Za-z0-9_]{1,30}", fullmatch=True).filter(lambda name: name.lower() != "me"),
    unique_by=str.lower,
    max_size=30,
)

# ID, CMG, DPB and GC of two projects that Excel saved: not protected, no password, visible.
SAVED_BY_EXCEL = [
    (
        "{5CF9CDAB-B77B-4FE4-BD7E-D29900070E1B}",
        ("8D8FA61394EA98EA98EA98EA98", "8D8FA61394EF95EF95EF", "8D8FA61394EF95EF9510"),
    ),
    (
        "{8D807122-0657-42C8-BC6F-4B5FD08031C9}",
        ("DBD966ECE4F0E4F0E4F0E4F0", "5557E86E18E919E919E9", "CFCD72F0961011111111EE"),
    ),
]
NOT_PROTECTED = (bytes(4), bytes(1), b"\xff")


def project_key(project_id):
    return sum(project_id.encode()) % 256


def test_every_module_is_read_back_with_its_text():
    content = Project(MODULES).to_bytes()
    assert sources(content) == {module.name: module.stream_text() for module in MODULES}


def test_another_reader_finds_the_modules_in_order_and_nothing_missing():
    file = CFB.from_bytes(Project(MODULES, name="Returns").to_bytes())
    project = pyopenvba.parse_vba_project(file)
    assert project.validate(file) == []
    assert project.module_names() == [module.name for module in MODULES]
    assert [project.get_module(module.name).source for module in MODULES] == [
        module.stream_text() for module in MODULES
    ]


@given(NAMES, st.integers(0, 9000))
def test_projects_of_any_size_are_read_back(names, size):
    body = "Debug.Print 1 ' and so on\n" * (size // 26)
    modules = (WORKBOOK, *(Module(name, ModuleKind.STANDARD, body) for name in names))
    assert sources(Project(modules).to_bytes()) == {module.name: module.stream_text() for module in modules}


def test_the_vba_of_xlwings_is_read_back_byte_for_byte():
    module = (XLWINGS / "xlwings.bas").read_bytes()
    dictionary = (XLWINGS / "addin" / "Dictionary.cls").read_bytes()
    parsed = (
        parse_module(module.decode("cp1252"), "xlwings", ModuleKind.STANDARD),
        parse_module(dictionary.decode("cp1252"), "Dictionary", ModuleKind.CLASS),
    )
    found = streams(Project((WORKBOOK, *parsed)).to_bytes())
    assert decompressed(found["VBA/xlwings"]) == module
    code = dictionary[dictionary.index(b"Attribute VB_Description") :]
    header = "".join(f"{line}\r\n" for line in parsed[1].header()).encode()
    assert decompressed(found["VBA/Dictionary"]) == header + code


def test_text_is_kept_in_the_code_page_of_the_project():
    found = streams(Project(MODULES).to_bytes())
    assert b"Gr\xf6\xdfe: 5 \x80" in decompressed(found["VBA/Main"])
    assert b"\x03\x00\x02\x00\x00\x00" + (1252).to_bytes(2, "little") in decompressed(found["VBA/dir"])


def test_there_is_no_compiled_code_to_disagree_with_the_text():
    found = streams(Project(MODULES).to_bytes())
    assert found["VBA/_VBA_PROJECT"] == bytes.fromhex("CC61FFFF000000")
    assert set(found) == {
        "PROJECT",
        "PROJECTwm",
        "VBA/_VBA_PROJECT",
        "VBA/dir",
        *(f"VBA/{module.name}" for module in MODULES),
    }


def test_names_are_listed_twice_and_not_compressed():
    found = streams(Project((WORKBOOK, MAIN)).to_bytes())["PROJECTwm"]
    assert found == (
        b"ThisWorkbook\0" + "ThisWorkbook\0".encode("utf-16-le") + b"Main\0" + "Main\0".encode("utf-16-le") + b"\0\0"
    )
    assert pyopenvba.parse_projectwm(found) == [("ThisWorkbook", "ThisWorkbook"), ("Main", "Main")]


def test_the_project_stream_says_what_every_module_is():
    guid = UUID("8d807122-0657-42c8-bc6f-4b5fd08031c9")
    text = streams(Project(MODULES, name="Returns", guid=guid).to_bytes())["PROJECT"].decode("ascii")
    assert re.sub('(CMG|DPB|GC)="[0-9A-F]+"', r'\1="…"', text).split("\r\n") == [
        'ID="{8D807122-0657-42C8-BC6F-4B5FD08031C9}"',
        "Document=ThisWorkbook/&H00000000",
        "Document=shInput/&H00000000",
        "Module=Main",
        "Class=Counter",
        'Name="Returns"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        'CMG="…"',
        'DPB="…"',
        'GC="…"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        "ThisWorkbook=0, 0, 0, 0, C",
        "shInput=0, 0, 0, 0, C",
        "Main=0, 0, 0, 0, C",
        "Counter=0, 0, 0, 0, C",
        "",
    ]


def test_the_dir_stream_says_what_the_project_and_every_module_are():
    found = streams(Project((WORKBOOK, MAIN), name="Returns").to_bytes())["VBA/dir"]
    four, cookie = bytes(4), b"\xff\xff"
    project = [
        (0x0001, b"\3\0\0\0"),
        (0x0002, b"\x09\x04\0\0"),
        (0x0014, b"\x09\x04\0\0"),
        (0x0003, b"\xe4\x04"),
        (0x0004, b"Returns"),
        (0x0005, b""),
        (0x0040, b""),
        (0x0006, b""),
        (0x003D, b""),
        (0x0007, four),
        (0x0008, four),
        (0x0009, b"\xaa\xa0\xcf\x6b\1\0"),
        (0x000C, b""),
        (0x003C, b""),
    ]
    stdole = rb"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"
    office = (
        rb"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
        rb"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
    )
    libraries = [
        (0x0016, b"stdole"),
        (0x003E, "stdole".encode("utf-16-le")),
        (0x000D, len(stdole).to_bytes(4, "little") + stdole + bytes(6)),
        (0x0016, b"Office"),
        (0x003E, "Office".encode("utf-16-le")),
        (0x000D, len(office).to_bytes(4, "little") + office + bytes(6)),
    ]
    modules = [(0x000F, b"\2\0"), (0x0013, cookie)]
    for name, kind in (("ThisWorkbook", 0x0022), ("Main", 0x0021)):
        both = name.encode("ascii"), name.encode("utf-16-le")
        modules += [(0x0019, both[0]), (0x0047, both[1]), (0x001A, both[0]), (0x0032, both[1])]
        modules += [(0x001C, b""), (0x0048, b""), (0x0031, four), (0x001E, four), (0x002C, cookie)]
        modules += [(kind, b""), (0x002B, b"")]
    assert list(records(decompressed(found))) == [*project, *libraries, *modules, (0x0010, b"")]


def test_the_libraries_are_those_that_the_ribbon_and_xlwings_need():
    project = pyopenvba.parse_vba_project(CFB.from_bytes(Project(MODULES).to_bytes()))
    assert [(library.name, library.guid, library.version, library.description) for library in project.references] == [
        ("stdole", "{00020430-0000-0000-C000-000000000046}", (2, 0), "OLE Automation"),
        ("Office", "{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}", (2, 0), "Microsoft Office 16.0 Object Library"),
    ]


@pytest.mark.parametrize(("project_id", "values"), SAVED_BY_EXCEL)
def test_what_excel_saved_is_understood(project_id, values):
    assert [decrypted(value) for value in values] == [(project_key(project_id), plain) for plain in NOT_PROTECTED]


@given(st.uuids())
def test_every_project_can_be_seen_and_changed_by_its_user(guid):
    text = streams(Project((WORKBOOK,), guid=guid).to_bytes())["PROJECT"].decode("ascii")
    project_id = re.search('ID="(.*?)"', text)[1]
    values = re.findall('(?:CMG|DPB|GC)="(.*?)"', text)
    assert project_id == "{" + str(guid).upper() + "}"
    assert [decrypted(value) for value in values] == [(project_key(project_id), plain) for plain in NOT_PROTECTED]


@given(st.binary(max_size=40), st.integers(0, 255))
def test_protection_values_say_the_same_whatever_the_seed(data, seed):
    project_id = SAVED_BY_EXCEL[0][0]
    assert decrypted(encrypt(data, project_id, seed)) == (project_key(project_id), data)


def test_the_same_project_gives_the_same_bytes():
    modules = tuple(Module(module.name, module.kind, module.body, exposed=module.exposed) for module in MODULES)
    assert Project(MODULES).to_bytes() == Project(modules).to_bytes()


@pytest.mark.parametrize("name", ["", "1st", "_x", "a b", "a.b", "Größe", "A" * 32, "Main\n"])
def test_a_name_that_is_none_in_vba_is_refused(name):
    with pytest.raises(VbaError, match="cannot be the name of a module: a name begins with a letter"):
        Project((WORKBOOK, Module(name, ModuleKind.STANDARD, "")))
    with pytest.raises(VbaError, match="cannot be the name of the project: a name begins with a letter"):
        Project((WORKBOOK,), name=name)


@pytest.mark.parametrize("name", ["Print", "me", "DATE", "dir", "Excel", "VBA", "Office", "stdole"])
def test_a_name_that_vba_keeps_for_itself_is_refused(name):
    with pytest.raises(VbaError, match="cannot be the name of a module: VBA keeps that word"):
        Project((WORKBOOK, Module(name, ModuleKind.STANDARD, "")))


def test_a_name_given_twice_is_refused_whatever_its_capitals():
    with pytest.raises(VbaError, match="Module MAIN has the name of module Main"):
        Project((WORKBOOK, MAIN, Module("MAIN", ModuleKind.CLASS, "")))


def test_a_module_with_the_name_of_the_project_is_refused():
    with pytest.raises(VbaError, match="Module Main has the name of the project"):
        Project((WORKBOOK, MAIN), name="main")


def test_a_project_without_a_module_for_the_workbook_is_refused():
    with pytest.raises(VbaError, match="exactly one module for the workbook; this one has none"):
        Project((MAIN, SHEET))


def test_a_project_with_two_modules_for_the_workbook_is_refused():
    with pytest.raises(VbaError, match="this one has ThisWorkbook, Book"):
        Project((WORKBOOK, Module("Book", ModuleKind.WORKBOOK, "")))


@pytest.mark.parametrize(
    ("character", "instead"),
    [("→", r"ChrW\(&H2192\)"), ("😀", r"ChrW\(&HD83D\) & ChrW\(&HDE00\)"), ("\x81", r"ChrW\(&H0081\)")],
)
def test_text_outside_of_the_code_page_is_refused_with_its_place_and_what_to_write(character, instead):
    module = Module("Main", ModuleKind.STANDARD, f"Sub Run()\n  x = {character}\nEnd Sub")
    with pytest.raises(VbaError, match=rf"Module Main has .* in the line 'x = .*'; .*code page 1252.*{instead}"):
        Project((WORKBOOK, module)).to_bytes()


def test_a_module_that_cannot_be_kept_is_named():
    noise = "\n".join("'" + bytes(Random(at).choices(range(0x20, 0x7F), k=1000)).decode() for at in range(4))
    with pytest.raises(VbaError, match=r"Module Main: The last \d+ bytes do not get smaller"):
        Project((WORKBOOK, Module("Main", ModuleKind.STANDARD, noise))).to_bytes()
