"""The declared workbook: a mistake in it is refused with its place, and everybody can read what it shows."""

import re

import pytest

from action_returns.errors import TemplateError
from action_returns.files import packaged_file
from action_returns.workbook_builder.info import WorkbookInfo
from action_returns.workbook_builder.template import load_template

DECLARED = packaged_file("workbook_templates/mobile_actions.toml")
TEXT = DECLARED.read_text("utf-8")
TEMPLATE = load_template(DECLARED)
SHEETS = {sheet.name: sheet for sheet in TEMPLATE.sheets}
WHITE = "#FFFFFF"
BAND = "#D9D9D9"
"""Every other row of Table Style Light 1: black at 15 per cent."""
READABLE = 4.5  # WCAG 2.2, 1.4.3 Contrast (Minimum)
MARKS = sorted({mark.style for sheet in TEMPLATE.sheets for mark in sheet.marks})


@pytest.fixture
def refused(tmp_path):
    """Load the declaration with one place changed, and give the sentence it is refused with."""

    def why(before, after):
        assert TEXT.count(before) >= 1
        path = tmp_path / "mobile_actions.toml"
        path.write_text(TEXT.replace(before, after, 1), encoding="utf-8")
        with pytest.raises(TemplateError) as caught:
            load_template(path)
        assert str(caught.value).startswith("mobile_actions.toml")
        assert str(caught.value).endswith("Install action-returns again.")
        return str(caught.value)

    return why


# ------------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("version = 4\n", "version = 4\nauthor = 'me'\n", "author"),
        ('code_name = "StartSheet"', 'code_name = "StartSheet"\nzoom = 90', "sheets.0.zoom"),
        ("blank_rows = 200", "blank_rows = 200\nbanded = true", "sheets.1.tables.0.banded"),
        ('{ at = "A1", style = "title",', '{ at = "A1", size = 3, style = "title",', "sheets.0.lines.0.size"),
        ('{ header = "ActionId", width = 24,', '{ header = "ActionId", locked = true, width = 24,', "sheets.1.tables.0.columns.0.locked"),
        ("duplicates_to = 5000", "duplicates_to = 5000\nfast = true", "live.fast"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_refused_with_its_place(refused, before, after, place):
    sentence = refused(before, after)
    assert f", {place}: " in sentence
    assert "not permitted" in sentence


def test_a_style_that_is_not_declared_is_refused_by_name(refused):
    assert "not declared: tittle" in refused('{ at = "A1", style = "title",', '{ at = "A1", style = "tittle",')
    assert "not declared: ok" in refused('"Applied")\', style = "good"', '"Applied")\', style = "ok"')
    assert "not declared: head" in refused('header = "ActionId", width = 24, head = "head-sent"', 'header = "ActionId", width = 24, head = "head"')  # fmt: skip
    assert "not declared: cell" in refused('width = 24, head = "head-sent", style = "entry"', 'width = 24, head = "head-sent", style = "cell"')  # fmt: skip


def test_text_that_is_no_toml_is_refused_with_its_line(refused):
    line = TEXT[: TEXT.index("[styles]")].count("\n") + 1
    sentence = refused("[styles]", "[styles")
    assert "is not valid TOML" in sentence
    assert f"at line {line}" in sentence


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('message = "Paste the ID', f'message = "{"x" * 256}', "sheets.1.tables.0.columns.0.message"),
        ('title = "Action ID", message', f'title = "{"x" * 33}", message', "sheets.1.tables.0.columns.0.title"),
        ('refusal = "This is', f'refusal = "{"x" * 256}', "sheets.1.tables.0.columns.2.refusal"),
        ('name = "Start"', f'name = "{"S" * 32}"', "sheets.0.name"),
        ('code_name = "StartSheet"', 'code_name = "Start Sheet"', "sheets.0.code_name"),
        ('{ at = "A1", style = "title"', '{ at = "1A", style = "title"', "sheets.0.lines.0.at"),
        ('rows = "reasons"', 'rows = "codes"', "sheets.9.tables.0.rows"),
        ("blank_rows = 200", 'blank_rows = "200"', "sheets.1.tables.0.blank_rows"),
    ],
)
def test_what_excel_could_not_hold_is_refused_with_its_place(refused, before, after, place):
    assert f", {place}: " in refused(before, after)


def test_a_message_of_255_characters_still_fits(tmp_path):
    path = tmp_path / "mobile_actions.toml"
    message = re.search(r'message = "(Paste the ID[^"]*)"', TEXT)[1]
    path.write_text(TEXT.replace(message, "x" * 255), encoding="utf-8")
    assert load_template(path).sheets[1].tables[0].columns[0].message == "x" * 255


# ---------------------------------------------------------------------------------------------------- what can be read


def luminance(colour):
    """Return the relative luminance of a colour (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour, ground):
    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_guidelines_define_it():
    assert contrast("#000000", "#FFFFFF") == 21
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("style", TEMPLATE.styles)
def test_every_style_can_be_read_on_its_own_ground(style):
    look = TEMPLATE.styles[style]
    assert contrast(look["font_color"], look.get("bg_color", WHITE)) >= READABLE


@pytest.mark.parametrize("style", [style for style in TEMPLATE.styles if style not in MARKS])
def test_every_text_is_large_enough_to_read(style):
    look = TEMPLATE.styles[style]
    assert look["font_name"] in {"Calibri", "Consolas"}
    assert look["font_size"] >= 10


@pytest.mark.parametrize(
    "style",
    sorted({column.style for sheet in TEMPLATE.sheets for table in sheet.tables for column in table.columns}),
)
def test_cells_of_a_table_can_be_read_on_its_bands_too(style):
    look = TEMPLATE.styles[style]
    assert contrast(look["font_color"], look.get("bg_color", BAND)) >= READABLE


def test_a_batch_that_is_broken_is_marked_like_one_whose_outcome_is_in_doubt():
    batches = next(sheet for sheet in TEMPLATE.sheets if sheet.name == "Batches")
    (bad,) = [mark.formula for mark in batches.marks if mark.style == "bad"]
    assert bad == 'OR($G4="unknown",$G4="failed",LEFT($G4,7)="broken:")'


def test_marks_are_told_apart_by_words_and_not_by_colour_alone():
    assert MARKS == ["bad", "bad-text", "good", "warn"]
    for sheet in TEMPLATE.sheets:
        for mark in sheet.marks:
            # A mark repeats in colour what a text in the same row says, or that there is one beside its label.
            text = (
                r'"[A-Z]+",?\$[A-Z]\$[0-9]|\$[A-Z]\$[0-9]+.*"[A-Z]+"|^AND\(LEN'
                if sheet.name == "Review"
                else r'\$?[A-Z](4|15|38)\b.*"[A-Za-z:\- ]+"'
            )
            assert re.search(text, mark.formula), (sheet.name, mark.formula)


# ------------------------------------------------------------------------------------------------ what fits the screen

VISIBLE_PIXELS = 1366 - 30 - 20
"""What a laptop of 1366 pixels shows of the cells at 100 %: row numbers and scroll bar take the rest."""
LAST_COLUMN_TO_SEE = {
    "Actions": "Partner",
    "Issues": "Go",
    "Pending": "Partner",
    "Batches": "Next",
    "Results": "What to do",
    "Reasons": "Meaning",
}


def pixels(width):
    """Return the pixels of a column: seven for each digit of Calibri 11, five beside them (ECMA-376 Part 1, 18.3.1.13)."""
    return 7 * width + 5


@pytest.mark.parametrize(("sheet", "header"), LAST_COLUMN_TO_SEE.items())
def test_the_columns_that_matter_stand_side_by_side_on_a_small_screen(sheet, header):
    (table,) = SHEETS[sheet].tables
    last = [column.header for column in table.columns].index(header)
    assert sum(pixels(column.width) for column in table.columns[: last + 1]) <= VISIBLE_PIXELS


@pytest.mark.parametrize("sheet", ["Start", "Review"])
def test_a_page_of_texts_is_as_wide_as_a_small_screen_at_most(sheet):
    assert sum(map(pixels, SHEETS[sheet].widths)) <= VISIBLE_PIXELS


def test_the_columns_of_an_export_and_what_becomes_of_each_order_fit_a_small_screen():
    mapping, reasons, preview = SHEETS["Import"].tables
    last = [column.header for column in preview.columns].index("Reason")
    assert sum(pixels(column.width) for column in preview.columns[: last + 1]) <= VISIBLE_PIXELS
    # The tables stand below each other, so the last one decides how wide a column is.
    widths = [column.width for column in preview.columns]
    assert [column.width for column in mapping.columns] == widths[:4]
    assert [column.width for column in reasons.columns] == widths[5:8]


def test_both_tables_of_the_dictionary_fit_a_small_screen():
    columns, findings = ([column.width for column in table.columns] for table in SHEETS["Dictionary"].tables)
    assert columns == findings
    assert sum(map(pixels, columns)) <= VISIBLE_PIXELS


def test_what_to_do_is_wrapped_and_seen_whole():
    for sheet in ("Actions", "Issues", "Results"):
        (table,) = SHEETS[sheet].tables
        (column,) = [column for column in table.columns if column.header == "What to do"]
        assert TEMPLATE.styles[column.style]["text_wrap"]
    (actions,) = SHEETS["Actions"].tables
    wrapped = [column.header for column in actions.columns if TEMPLATE.styles[column.style].get("text_wrap")]
    assert wrapped == ["Check", "Result", "What to do"]


def styles_of(sheet):
    return {column.header: TEMPLATE.styles[column.style] for table in SHEETS[sheet].tables for column in table.columns}


@pytest.mark.parametrize(
    ("sheet", "headers"),
    [("Actions", ["Amount", "Current amount", "Change", "Locks in"]), ("Pending", ["Current amount", "Original amount"]), ("Batches", ["Rows"]), ("Results", ["Row", "Sent", "Seen", "Age"]), ("Issues", ["Row"]), ("Import", ["Orders", "Line", "Current amount", "Refunded", "New total"])],
)  # fmt: skip
def test_what_is_a_number_to_the_eye_is_aligned_to_the_right(sheet, headers):
    assert [header for header, style in styles_of(sheet).items() if style.get("align") == "right"] == headers


def test_an_amount_that_is_text_shrinks_before_its_first_digits_are_hidden():
    styles = [style for sheet in SHEETS for style in styles_of(sheet).values()]
    assert all(style.get("shrink") for style in styles if style.get("align") == "right" and style["num_format"] == "@")


@pytest.mark.parametrize(
    ("sheet", "headers"), [("Actions", {"Order ID", "Partner", "Locks at"}), ("Pending", {"Order ID", "Partner", "Locks at"}), ("Batches", {"Batch"}), ("Results", {"Batch", "ActionId", "State"})]
)  # fmt: skip
def test_facts_from_elsewhere_are_text_so_that_00123_stays_00123(sheet, headers):
    styles = styles_of(sheet)
    assert {styles[header]["num_format"] for header in headers} == {"@"}


# ------------------------------------------------------------------------------------------------------ what it says


def test_start_has_a_button_for_each_step_that_has_one():
    captions = [button.caption for button in SHEETS["Start"].buttons]
    assert captions == [
        "Load pending...", "Import returns...", "Add these rows...", "Validate", "Review", "Export CSV", "Send...",
        "Check results...", "Receipt",
    ]  # fmt: skip
    steps = [line.text for line in SHEETS["Start"].lines if line.style in {"step-name", "step-link"}]
    assert steps == ["Load pending", "Fill in Actions", "Validate", "Review", "Send", "Check results"]


def test_no_sheet_asks_for_a_command_but_where_there_are_no_macros():
    told = [
        line.text for sheet in TEMPLATE.sheets for line in sheet.lines if line.text and "action-returns" in line.text
    ]
    assert len(told) == 1
    assert "For the rest save the workbook, then in a terminal" in told[0]
    assert "action-returns" not in WorkbookInfo("1.0").banner


# ------------------------------------------------------------------------------------------------ where people can type


def test_every_sheet_that_people_see_is_protected_but_the_one_they_fill_in():
    assert {name for name, sheet in SHEETS.items() if not sheet.protected} == {"Actions", "xlwings.conf", "_meta"}
    assert {name for name, sheet in SHEETS.items() if sheet.very_hidden} == {"xlwings.conf", "_meta"}


def test_every_column_that_people_fill_in_says_what_belongs_there():
    (table,) = SHEETS["Actions"].tables
    entered = [column for column in table.columns if column.head == "head-sent"]
    assert [column.header for column in entered] == ["ActionId", "Amount", "Reason"]
    for column in entered:
        assert TEMPLATE.styles[column.style]["num_format"] == "@", "so that no spreadsheet changes an id or an amount"
        assert column.title
        assert column.message
    assert [column.header for column in table.columns if column.message] == [column.header for column in entered]


def test_a_column_with_a_drop_down_tells_why_another_value_is_refused():
    columns = [column for sheet in TEMPLATE.sheets for table in sheet.tables for column in table.columns]
    assert [column.header for column in columns if column.choices] == ["Reason", "Column in the export", "Code to send"]
    assert all(column.refusal and column.title and column.message for column in columns if column.choices)
    assert not [column.header for column in columns if column.refusal and not column.choices]


def test_the_dictionary_explains_the_columns_that_are_sent():
    assert [entry.column for entry in TEMPLATE.dictionary] == ["ActionId", "Amount", "Reason"]
    (table,) = SHEETS["Actions"].tables
    assert [column.header for column in table.columns[:3]] == [entry.column for entry in TEMPLATE.dictionary]


def test_no_sheet_has_the_name_that_excel_keeps_for_itself():
    assert "history" not in {name.casefold() for name in SHEETS}


def test_every_sheet_has_a_name_and_a_module_of_its_own():
    assert len({name.casefold() for name in SHEETS}) == len(TEMPLATE.sheets)
    assert len({sheet.code_name.casefold() for sheet in TEMPLATE.sheets} | {"thisworkbook"}) == len(TEMPLATE.sheets) + 1


# ----------------------------------------------------------------------------------------- texts that Python fills in

TEXT_FORMAT = "@"
NUMBERS = {
    ("Import", "Line"),
    ("Actions", "Change"),
    ("Actions", "Locks in"),
    ("Issues", "Row"),
    ("Batches", "Rows"),
    ("Results", "Row"),
    ("Results", "Age"),
}
FORMULAS = {("Actions", "Check"), ("Issues", "Go")}


def test_every_column_that_is_filled_with_texts_has_the_format_text():
    columns = {
        (sheet.name, column.header): TEMPLATE.styles[column.style].get("num_format", "General")
        for sheet in TEMPLATE.sheets
        for table in sheet.tables
        for column in table.columns
        if table.rows in {None, "reasons"}
    }
    others = {place for place, code in columns.items() if code != TEXT_FORMAT}
    assert others == NUMBERS | FORMULAS


def test_every_cell_that_is_filled_with_a_text_has_the_format_text():
    named = {
        "import_told": ("Import", [f"B{row}" for row in range(3, 13)]), "import_next": ("Import", ["B9"]),
        "pending_told": ("Pending", ["C1"]), "review_figures": ("Review", [f"C{row}" for row in range(4, 22)]),
        "results_told": ("Results", ["C1"]), "batches_told": ("Start", ["C17"]),
    }  # fmt: skip
    for name, (sheet, places) in named.items():
        assert SHEETS[sheet].names[name].split(":") == [places[0], places[-1]][: len(places)]
        styles = {line.at: line.style for line in SHEETS[sheet].lines}
        assert {TEMPLATE.styles[styles[place]]["num_format"] for place in places} == {TEXT_FORMAT}


def test_no_formula_stands_in_a_cell_with_the_format_text():
    styles = [line.style for sheet in TEMPLATE.sheets for line in sheet.lines if line.formula or line.live]
    styles += [
        column.style
        for sheet in TEMPLATE.sheets
        for table in sheet.tables
        for column in table.columns
        if column.formula
    ]
    assert TEXT_FORMAT not in {TEMPLATE.styles[style].get("num_format") for style in styles}
