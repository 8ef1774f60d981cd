"""The file as a package of parts: what Office asks of one (ECMA-376 Part 2), and what the template declares of it."""

import io
import posixpath
import re
import sys
import zipfile
from datetime import datetime
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from action_returns.operations.account import Account
from action_returns.operations.new_workbook import declared_template, new_workbook
from tests.workbook_builder.vba.oracles import opened, sources, streams

TEMPLATE = declared_template()
SHEETS = {sheet.name: sheet for sheet in TEMPLATE.sheets}
LAST_ROW = 1_048_576

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
VML = {"v": "urn:schemas-microsoft-com:vml", "x": "urn:schemas-microsoft-com:office:excel"}
OF_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WITH_MACROS, WITHOUT_MACROS = ".xlsm", ".xlsx"

with_macros = pytest.mark.parametrize("book", [WITH_MACROS], indirect=True)


class Book:
    """A workbook as its parts."""

    def __init__(self, path):
        self.path = path
        self.macros = path.suffix == WITH_MACROS
        self.entries = zipfile.ZipFile(path).infolist()
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.strings = ["".join(item.itertext()) for item in self.xml("xl/sharedStrings.xml")]

    def xml(self, part):
        return ET.fromstring(self.parts[part])

    def relations(self, part=""):
        """Return id, type and part of each relationship; part "" is the package itself."""
        folder, name = posixpath.split(part)
        file = posixpath.join(folder, "_rels", f"{name}.rels")
        if file not in self.parts:
            return []
        found = self.xml(file)
        assert all(relation.get("TargetMode", "Internal") == "Internal" for relation in found)
        targets = [relation.get("Target") for relation in found]
        places = [
            target[1:] if target[0] == "/" else posixpath.normpath(posixpath.join(folder, target)) for target in targets
        ]
        return [(relation.get("Id"), relation.get("Type"), at) for relation, at in zip(found, places, strict=True)]

    def target(self, part, relation_id):
        return next(at for key, _, at in self.relations(part) if key == relation_id)

    def related(self, part, kind):
        return [at for _, type_, at in self.relations(part) if type_ == f"{OF_OFFICE}/{kind}"]

    @property
    def sheets(self):
        """Name -> part, in the order of the tabs."""
        entries = self.xml("xl/workbook.xml").find(f"{MAIN}sheets")
        return {entry.get("name"): self.target("xl/workbook.xml", entry.get(ID)) for entry in entries}

    @property
    def tables(self):
        """Name -> name of the sheet, and the table's own XML."""
        return {
            table.get("displayName"): (sheet, table)
            for sheet, part in self.sheets.items()
            for table in map(self.xml, self.related(part, "table"))
        }

    @property
    def names(self):
        """What every defined name stands for; print titles under ``_xlnm.Print_Titles`` and the sheet's name."""
        order = list(self.sheets)
        return {
            (name.get("name"), order[int(scope)] if (scope := name.get("localSheetId")) else None): name.text
            for name in self.xml("xl/workbook.xml").find(f"{MAIN}definedNames")
        }

    def texts(self, sheet):
        """Return the texts of a sheet by cell."""
        cells = self.xml(self.sheets[sheet]).iter(f"{MAIN}c")
        return {cell.get("r"): self.strings[int(cell.find(f"{MAIN}v").text)] for cell in cells if cell.get("t") == "s"}

    def formulas(self):
        """Return every formula of the workbook with the place it stands in."""
        for (name, _), formula in self.names.items():
            yield name, formula
        for sheet, part in self.sheets.items():
            for element in self.xml(part).iter():
                if element.tag in {f"{MAIN}f", f"{MAIN}formula", f"{MAIN}formula1"} and element.text:
                    yield sheet, element.text
        for name, (_, table) in self.tables.items():
            yield from ((name, formula.text) for formula in table.iter(f"{MAIN}calculatedColumnFormula"))


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    made = {}
    for suffix in (WITH_MACROS, WITHOUT_MACROS):
        new_workbook(folder / f"new{suffix}", Account())
        made[suffix] = Book(folder / f"new{suffix}")
    return made


@pytest.fixture(params=[WITH_MACROS, WITHOUT_MACROS])
def book(books, request):
    return books[request.param]


# ------------------------------------------------------------------------------------------------------- the package


def test_every_part_has_one_content_type_and_every_content_type_its_part(book):
    types = book.xml("[Content_Types].xml")
    defaults = [default.get("Extension").lower() for default in types.iter(f"{TYPES}Default")]
    overrides = [override.get("PartName").removeprefix("/") for override in types.iter(f"{TYPES}Override")]
    parts = book.parts.keys() - {"[Content_Types].xml"}
    assert [part for part in parts if part not in overrides and part.rpartition(".")[2].lower() not in defaults] == []
    assert [part for part in overrides if part not in parts] == []
    assert len(overrides) == len(set(overrides))
    assert len(defaults) == len(set(defaults))


def test_parts_that_are_not_plain_xml_say_what_they_are(book):
    overrides = {
        override.get("PartName"): override.get("ContentType")
        for override in book.xml("[Content_Types].xml").iter(f"{TYPES}Override")
    }
    wanted = {"worksheets/sheet": f"{SPREADSHEET}.worksheet+xml", "tables/table": f"{SPREADSHEET}.table+xml"}
    for part in book.parts:
        for beginning, kind in wanted.items():
            if re.fullmatch(rf"xl/{beginning}\d+\.xml", part):
                assert overrides[f"/{part}"] == kind
    assert overrides["/xl/sharedStrings.xml"] == f"{SPREADSHEET}.sharedStrings+xml"
    assert overrides["/xl/styles.xml"] == f"{SPREADSHEET}.styles+xml"


def test_the_ending_of_the_name_and_the_kind_of_workbook_agree_or_excel_refuses_it(book):
    kinds = {
        override.get("PartName"): override.get("ContentType")
        for override in book.xml("[Content_Types].xml").iter(f"{TYPES}Override")
    }
    macro_enabled = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert kinds["/xl/workbook.xml"] == (macro_enabled if book.macros else f"{SPREADSHEET}.sheet.main+xml")
    kinds = {kind.get("Extension"): kind.get("ContentType") for kind in book.xml("[Content_Types].xml")}
    assert kinds.get("bin") == ("application/vnd.ms-office.vbaProject" if book.macros else None)


def test_every_relationship_leads_to_a_part_and_every_part_is_led_to(book):
    reached, waiting = {"[Content_Types].xml"}, [""]
    while waiting:
        part = waiting.pop()
        folder, name = posixpath.split(part)
        file = posixpath.join(folder, "_rels", f"{name}.rels")
        if file in book.parts:
            reached.add(file)
        for _, _, target in book.relations(part):
            assert target in book.parts, (part, target)
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    assert reached == book.parts.keys()


def test_every_id_is_given_once(book):
    for part in ("", *book.parts):
        ids = [key for key, _, _ in book.relations(part)]
        assert len(ids) == len(set(ids)), part
    sheets = book.xml("xl/workbook.xml").find(f"{MAIN}sheets")
    for what in ("name", "sheetId", ID):
        assert len({sheet.get(what) for sheet in sheets}) == len(sheets)
    tables = [table for _, table in book.tables.values()]
    assert len({table.get("id") for table in tables}) == len(tables) == len(list_of_tables())
    for table in tables:
        ids = [column.get("id") for column in table.iter(f"{MAIN}tableColumn")]
        assert ids == [str(at) for at in range(1, len(ids) + 1)]


def list_of_tables():
    return [table.name for sheet in TEMPLATE.sheets for table in sheet.tables]


def test_ids_that_a_sheet_uses_are_among_its_relationships(book):
    for part in book.sheets.values():
        used = {element.get(ID) for element in book.xml(part).iter()} - {None}
        assert used == {key for key, _, _ in book.relations(part)}


def test_all_xml_can_be_parsed_and_none_asks_for_anything_outside(book):
    for part, content in book.parts.items():
        if not part.endswith(".bin"):
            ET.fromstring(content)
            assert b"<!DOCTYPE" not in content
            assert b"<!ENTITY" not in content


def test_no_two_parts_have_names_that_windows_takes_for_the_same(book):
    names = [entry.filename.lower() for entry in book.entries]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.startswith("/") or ".." in name or "\\" in name]


def test_parts_lie_in_fixed_order_with_a_date_that_no_clock_gave(book):
    first = ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
    names = [entry.filename for entry in book.entries]
    assert names == first + sorted(set(names) - set(first))
    assert {entry.date_time for entry in book.entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {(entry.create_system, entry.compress_type) for entry in book.entries} == {(0, zipfile.ZIP_DEFLATED)}
    assert {(entry.extra, entry.comment, entry.flag_bits) for entry in book.entries} == {(b"", b"", 0)}


def test_macros_and_ribbon_are_related_the_way_excel_looks_for_them(book):
    ribbons = [
        (kind, at)
        for _, kind, at in book.relations()
        if not kind.startswith(OF_OFFICE) and "core-properties" not in kind
    ]
    projects = [(kind, at) for _, kind, at in book.relations("xl/workbook.xml") if not kind.startswith(OF_OFFICE)]
    if book.macros:
        assert ribbons == [
            ("http://schemas.microsoft.com/office/2007/relationships/ui/extensibility", "customUI/customUI14.xml")
        ]
        assert projects == [("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "xl/vbaProject.bin")]
    else:
        assert (ribbons, projects) == ([], [])
        assert not [part for part in book.parts if "vba" in part.lower() or "customui" in part.lower()]


@with_macros
def test_every_sheet_and_the_workbook_find_the_module_behind_them(book):
    project = streams(book.parts["xl/vbaProject.bin"])["PROJECT"].decode("cp1252")
    documents = re.findall(r"^Document=(\w+)/&H00000000\r$", project, re.MULTILINE)
    names = [book.xml("xl/workbook.xml").find(f"{MAIN}workbookPr").get("codeName")]
    names += [book.xml(part).find(f"{MAIN}sheetPr").get("codeName") for part in book.sheets.values()]
    assert documents == names
    assert names[1:] == [sheet.code_name for sheet in TEMPLATE.sheets]


def test_nothing_tells_who_made_it_where_or_when_but_the_path_of_the_python_that_was_asked_for(book):
    python = sys.executable.encode()
    parts = dict(book.parts)
    assert parts["xl/sharedStrings.xml"].count(python) == 1
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(python, b"")
    if book.macros:
        project = parts.pop("xl/vbaProject.bin")
        parts |= {f"VBA {name}": text.encode() for name, text in sources(project).items()}
        parts |= streams(project)
        with opened(project) as file:
            assert {(entry.createTime, entry.modifyTime) for entry in file.direntries if entry} == {(0, 0)}
    here = {sys.prefix, sys.executable, str(Path.cwd()), str(Path.home()), str(book.path.parent)}
    now = datetime.now().astimezone()
    today = {f"{now:{form}}" for form in ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d %B %Y")}
    for part, content in parts.items():
        assert not [word for word in here | today if len(word) > 1 and word.encode() in content], part
    core = book.xml("docProps/core.xml")
    assert {element.text for element in core if element.tag.endswith(("created", "modified"))} == {
        f"{TEMPLATE.created.isoformat()}T00:00:00Z"
    }
    assert {element.text for element in core if element.tag.endswith(("creator", "lastModifiedBy"))} == {None}
    assert [element.text for element in core if element.tag.endswith("title")] == [TEMPLATE.title]


# ------------------------------------------------------------------------------------------------------- the sheets


def test_sheets_stand_in_the_declared_order_and_two_cannot_be_shown_even_by_hand(book):
    assert list(book.sheets) == list(SHEETS)
    states = {sheet.get("name"): sheet.get("state") for sheet in book.xml("xl/workbook.xml").find(f"{MAIN}sheets")}
    assert states == {name: "veryHidden" if sheet.very_hidden else None for name, sheet in SHEETS.items()}
    assert [name for name, state in states.items() if state] == ["xlwings.conf", "_meta"]


def test_the_window_fits_a_screen(book):
    view = book.xml("xl/workbook.xml").find(f"{MAIN}bookViews/{MAIN}workbookView")
    assert int(view.get("windowWidth")) <= 1920 * 15  # twentieths of a point, 15 to a pixel
    assert int(view.get("windowHeight")) <= 1080 * 15


def test_protected_sheets_are_protected_without_a_password_and_let_people_sort_and_filter(book):
    for name, part in book.sheets.items():
        protection = book.xml(part).find(f"{MAIN}sheetProtection")
        if SHEETS[name].protected:
            # 0 is what is allowed (ECMA-376 Part 1, 18.3.1.85 sheetProtection).
            assert protection.attrib == dict.fromkeys(("sheet", "objects", "scenarios"), "1") | dict.fromkeys(
                ("sort", "autoFilter", "formatColumns", "formatRows"), "0"
            )
        else:
            assert protection is None


def test_headers_stay_in_sight_and_are_printed_on_every_page(book):
    for name, part in book.sheets.items():
        pane = book.xml(part).find(f".//{MAIN}pane")
        frozen = None if pane is None else (pane.get("topLeftCell"), pane.get("state"))
        assert frozen == (None if SHEETS[name].freeze is None else (SHEETS[name].freeze, "frozen"))
        if pane is not None:
            rows, columns = xl_cell_to_rowcol(SHEETS[name].freeze)
            assert (pane.get("ySplit"), pane.get("xSplit")) == (str(rows), str(columns) if columns else None)
    titles = {sheet: formula for (name, sheet), formula in book.names.items() if name == "_xlnm.Print_Titles"}
    assert titles == {name: f"{name}!$1:${sheet.repeat_rows}" for name, sheet in SHEETS.items() if sheet.repeat_rows}


def test_pages_are_a4_and_as_wide_as_the_sheet(book):
    for name, part in book.sheets.items():
        setup = book.xml(part).find(f"{MAIN}pageSetup")
        assert (setup.get("paperSize"), setup.get("fitToHeight")) == ("9", "0")
        assert setup.get("orientation") == ("landscape" if SHEETS[name].landscape else "portrait")
        assert book.xml(part).find(f"{MAIN}sheetPr/{MAIN}pageSetUpPr").get("fitToPage") == "1"


def entry_columns(sheet):
    """Return the columns people fill in, each with its range: of the last table of a sheet down to the last row."""
    for table in sheet.tables:
        top, left = xl_cell_to_rowcol(table.at)
        last = LAST_ROW - 1 if table is sheet.tables[-1] else top + table.blank_rows
        for at, column in enumerate(table.columns, left):
            if column.message is not None:
                yield f"{xl_rowcol_to_cell(top + 1, at)}:{xl_rowcol_to_cell(last, at)}", column


def test_entry_cells_say_what_belongs_there_down_to_the_last_row(book):
    for name, part in book.sheets.items():
        found = []
        for rule in book.xml(part).iter(f"{MAIN}dataValidation"):
            assert rule.get("showInputMessage") == rule.get("allowBlank") == "1"
            choices = rule.find(f"{MAIN}formula1")
            texts = [rule.get(what) for what in ("promptTitle", "prompt", "type", "errorTitle", "error", "errorStyle")]
            found.append((rule.get("sqref"), *texts, None if choices is None else choices.text))
        assert found == [
            (where, column.title, column.message, *(("list", column.title, column.refusal, None, column.choices) if column.choices else [None] * 5))
            for where, column in entry_columns(SHEETS[name])
        ] + [
            (entry.at, entry.title, entry.message, *(("list", entry.title, None, None, f'"{",".join(entry.values)}"') if entry.values else [None] * 5))
            for entry in SHEETS[name].entry_cells
        ]  # fmt: skip
    assert len(list(entry_columns(SHEETS["Actions"]))) == 3


def test_what_people_may_change_on_a_protected_sheet_is_not_locked(book):
    sheet = book.xml(book.sheets["Import"])
    styles = book.xml("xl/styles.xml").find(f"{MAIN}cellXfs")
    open_styles = {
        at for at, style in enumerate(styles) if (lock := style.find(f"{MAIN}protection")) is not None and lock.get("locked") == "0"
    }  # fmt: skip
    unlocked = [cell.get("r") for cell in sheet.iter(f"{MAIN}c") if int(cell.get("s", 0)) in open_styles]
    mapping, codes = ([f"{letter}{row}" for row in range(15, 35)] for letter in "BH")
    assert sorted(unlocked) == sorted(["B10", "B11", "B12", *mapping, *codes])
    assert not any(int(column.get("style", 0)) in open_styles for column in sheet.iter(f"{MAIN}col"))


def test_ids_kept_as_text_get_no_green_triangles(book):
    for name, part in book.sheets.items():
        ignored = [element.attrib for element in book.xml(part).iter(f"{MAIN}ignoredError")]
        ranges = " ".join(where for where, _ in entry_columns(SHEETS[name]))
        assert ignored == ([{"sqref": ranges, "numberStoredAsText": "1"}] if ranges else [])


def test_cells_are_coloured_as_declared(book):
    looks = book.xml("xl/styles.xml").find(f"{MAIN}dxfs")
    for name, part in book.sheets.items():
        found = []
        for block in book.xml(part).iter(f"{MAIN}conditionalFormatting"):
            for rule in block.iter(f"{MAIN}cfRule"):
                look = looks[int(rule.get("dxfId"))]
                font = look.find(f"{MAIN}font/{MAIN}color").get("rgb")
                ground = look.find(f"{MAIN}fill/{MAIN}patternFill/{MAIN}bgColor").get("rgb")
                found.append((block.get("sqref"), rule.get("type"), rule.find(f"{MAIN}formula").text, font, ground))
        wanted = []
        for mark in SHEETS[name].marks:
            style = TEMPLATE.styles[mark.style]
            colours = [style[what].replace("#", "FF") for what in ("font_color", "bg_color")]
            wanted.append((mark.range, "expression", mark.formula, *colours))
        assert sorted(found) == sorted(wanted)


def test_rules_that_colour_the_same_cells_apply_in_the_declared_order(book):
    for name, part in book.sheets.items():
        rules = sorted(book.xml(part).iter(f"{MAIN}cfRule"), key=lambda rule: int(rule.get("priority")))
        assert [rule.find(f"{MAIN}formula").text for rule in rules] == [mark.formula for mark in SHEETS[name].marks]


def test_every_table_is_where_it_was_declared_and_shows_its_headers(book):
    assert list(book.tables) == list_of_tables()
    for sheet in TEMPLATE.sheets:
        for declared in sheet.tables:
            where, table = book.tables[declared.name]
            headers = [column.get("name") for column in table.iter(f"{MAIN}tableColumn")]
            top, left = xl_cell_to_rowcol(declared.at)
            texts = book.texts(sheet.name)
            assert where == sheet.name
            assert headers == [column.header for column in declared.columns]
            assert headers == [texts[xl_rowcol_to_cell(top, left + at)] for at in range(len(headers))]
            first, last = table.get("ref").split(":")
            bottom, right = xl_cell_to_rowcol(last)
            assert (first, right) == (declared.at, left + len(headers) - 1)
            assert bottom - top >= max(declared.blank_rows, 1)
            filtered = table.find(f"{MAIN}autoFilter")
            assert (None if filtered is None else filtered.get("ref")) == (
                table.get("ref") if declared.filter else None
            )


def test_tables_of_a_sheet_do_not_touch(book):
    for sheet in TEMPLATE.sheets:
        corners = [
            [xl_cell_to_rowcol(corner) for corner in book.tables[table.name][1].get("ref").split(":")]
            for table in sheet.tables
        ]
        for (first, last), (other_first, other_last) in combinations(corners, 2):
            gaps = [max(other_first[at] - last[at], first[at] - other_last[at]) for at in (0, 1)]
            assert max(gaps) > 1, sheet.name


def test_a_calculated_column_has_its_formula_in_every_row(book):
    sheet, table = book.tables["Actions"]
    top, bottom = (xl_cell_to_rowcol(corner)[0] for corner in table.get("ref").split(":"))
    cells = {cell.get("r"): cell for cell in book.xml(book.sheets[sheet]).iter(f"{MAIN}c")}
    calculated = {
        at: formula.text
        for at, column in enumerate(table.iter(f"{MAIN}tableColumn"))
        if (formula := column.find(f"{MAIN}calculatedColumnFormula")) is not None
    }
    assert list(calculated) == [3]
    for at, formula in calculated.items():
        written = {cells[xl_rowcol_to_cell(row, at)].find(f"{MAIN}f").text for row in range(top + 1, bottom + 1)}
        assert written == {formula}


def test_every_formula_names_only_sheets_tables_columns_and_names_that_there_are(book):
    known = {name for name, _ in book.names}
    columns = {
        name: {column.get("name") for column in table.iter(f"{MAIN}tableColumn")}
        for name, (_, table) in book.tables.items()
    }
    checked = set()
    for place, formula in book.formulas():
        for token in Tokenizer(f"={formula}").items:
            if token.type != Token.OPERAND or token.subtype != Token.RANGE:
                continue
            text = token.value
            checked.add(text)
            if "[" in text:
                table, _, rest = text.partition("[")
                named = set(re.findall(r"[^\[\],#]+", rest)) - {"Headers"}
                assert named, (place, text)
                assert named <= columns[table], (place, text)
            elif "!" in text:
                sheet, _, cell = text.rpartition("!")
                assert sheet.strip("'") in book.sheets, (place, text)
                assert re.fullmatch(r"\$?[A-Z]*\$?\d+(:\$?[A-Z]*\$?\d+)?|\$[A-Z]:\$[A-Z]", cell), (place, text)
            elif not re.fullmatch(r"\$?[A-Z]{1,3}\$?\d+", text):
                assert text in known, (place, text)
    assert {"Reasons!$A$4", "Actions!$A1", "Actions!$A$3:$A5003", "reason_codes", "$D4"} <= checked


def test_links_lead_to_cells_that_there_are(book):
    found = [
        (name, link.get("ref"), link.get("location"))
        for name, part in book.sheets.items()
        for link in book.xml(part).iter(f"{MAIN}hyperlink")
    ]
    wanted = [(sheet.name, line.at, line.link) for sheet in TEMPLATE.sheets for line in sheet.lines if line.link]
    assert [(name, at, location.replace("'", "")) for name, at, location in found] == wanted
    for _, _, location in found:
        sheet, _, cell = location.partition("!")
        assert sheet.strip("'") in book.sheets
        assert re.fullmatch("[A-Z]+[1-9][0-9]*", cell)


# ------------------------------------------------------------------------------------------------------- the buttons


def buttons(book):
    """Return alternative text, caption, macro and anchor of every button, by sheet."""
    found = {}
    for name, part in book.sheets.items():
        for drawing in book.related(part, "vmlDrawing"):
            for shape in book.xml(drawing).findall("v:shape", VML):
                data = shape.find("x:ClientData", VML)
                assert data.get("ObjectType") == "Button"
                caption = "".join(shape.find("v:textbox", VML).itertext())
                macro, anchor = data.find("x:FmlaMacro", VML).text, data.find("x:Anchor", VML).text
                found.setdefault(name, []).append((shape.get("alt"), caption, macro, anchor))
    return found


@with_macros
def test_every_button_says_what_it_does_to_people_who_cannot_see_it(book):
    assert {name: [(alt, caption) for alt, caption, _, _ in found] for name, found in buttons(book).items()} == {
        sheet.name: [(button.description, button.caption) for button in sheet.buttons]
        for sheet in TEMPLATE.sheets
        if sheet.buttons
    }


@with_macros
def test_every_button_starts_its_macro_in_this_very_workbook_whatever_its_name(book):
    assert [macro for found in buttons(book).values() for _, _, macro, _ in found] == [
        f"[0]!{button.macro}" for sheet in TEMPLATE.sheets for button in sheet.buttons
    ]


@with_macros
def test_every_button_lies_in_the_cell_beside_its_step(book):
    for name, found in buttons(book).items():
        for button, (_, _, _, anchor) in zip(SHEETS[name].buttons, found, strict=True):
            left, _, top, _, right, _, bottom, _ = map(int, anchor.split(","))
            assert (top, left) == (bottom, right) == xl_cell_to_rowcol(button.at)


def test_a_workbook_without_macros_has_no_buttons_that_would_do_nothing(books):
    assert buttons(books[WITHOUT_MACROS]) == {}


# -------------------------------------------------------------------------------------------------- another program


def test_openpyxl_reads_it(book):
    read = openpyxl.load_workbook(io.BytesIO(book.path.read_bytes()), keep_vba=book.macros)
    if read.vba_archive is not None:  # openpyxl leaves it to the garbage collector, which complains
        read.vba_archive.close()
    assert read.sheetnames == list(SHEETS)
    assert sorted(table for sheet in read for table in sheet.tables) == sorted(list_of_tables())
    assert [sheet.title for sheet in read if sheet.sheet_state == "veryHidden"] == ["xlwings.conf", "_meta"]
    assert {sheet.title for sheet in read if sheet.protection.sheet} == {
        name for name, sheet in SHEETS.items() if sheet.protected
    }
    assert len(read["Actions"].data_validations.dataValidation) == 3
    assert read["Actions"]["A3"].value == "ActionId"
