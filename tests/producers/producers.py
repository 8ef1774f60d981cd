"""The producers: how each is started, what it cannot write, and what it writes otherwise than it was told."""

from tests.producers.cells import Formula, Styled
from tests.producers.differences import (
    CALCULATES,
    ERROR_AS_TEXT,
    ESCAPES_KEPT,
    FIFTEEN_DIGITS,
    FIRST_BLANK_LOST,
    NO_CACHED_VALUES,
    NO_EMPTY_RESULT,
    NO_ESCAPES,
    RESULT_WITHOUT_BLANKS,
    SIXTEEN_DIGITS,
    TAILS,
    TEXT_AS_ERROR,
    TEXT_AS_FORMULA,
    TEXT_AS_FORMULA_OF_ZERO,
    Damage,
)
from tests.producers.starting import (
    Producer,
    Resaver,
    debian,
    gnumeric,
    libreoffice,
    missing_for_saving,
    missing_node,
    missing_package,
    missing_python,
    node,
    python,
)
from tests.support.available import missing_office

_FAR = "stray cell in the last row and column"
_RECORDS_ONLY = frozenset(
    {
        *("dates", "formats", "formulas", "not calculated", "booleans and errors", "hidden", "merged"),
        *("table", "below a title", "stray cell", "stray cell in the last row and column", "hidden column"),
    }
)
"""What cannot be said with records of plain values."""

PRODUCERS = (
    Producer(
        "XlsxWriter",
        python("xlsxwriter_books.py"),
        missing_python,
        differences=(NO_EMPTY_RESULT, SIXTEEN_DIGITS),
    ),
    Producer(
        "XlsxWriter, constant memory",
        python("xlsxwriter_books.py", "constant-memory"),
        missing_python,
        cannot=frozenset({"table", "merged", "hidden"}),
        differences=(NO_EMPTY_RESULT, SIXTEEN_DIGITS),
    ),
    Producer(
        "openpyxl",
        python("openpyxl_books.py"),
        missing_python,
        differences=(NO_CACHED_VALUES, NO_ESCAPES, SIXTEEN_DIGITS),
    ),
    Producer(
        "openpyxl, write-only",
        python("openpyxl_books.py", "write-only"),
        missing_python,
        cannot=frozenset({"table", "merged", _FAR}),
        differences=(NO_CACHED_VALUES, NO_ESCAPES, SIXTEEN_DIGITS),
    ),
    Producer(
        "PyExcelerate",
        python("pyexcelerate_books.py"),
        missing_python,
        cannot=frozenset({"table", "hidden column"}),
        damage=Damage(
            "writes < and & in formulas, and quotes in number formats, without escaping them: the file is no XML, "
            "and Excel calls it damaged",
            lambda cell: (
                (isinstance(cell, Styled) and '"' in cell.code)
                or (isinstance(cell, Formula) and ("&" in cell.text or "<" in cell.text))
            ),
        ),
        differences=(*(NO_CACHED_VALUES, ERROR_AS_TEXT, NO_ESCAPES, FIFTEEN_DIGITS, TEXT_AS_FORMULA),),
    ),
    Producer(
        "excelize",
        python("excelize_books.py"),
        missing_python,
        cannot=frozenset({_FAR}),  # it takes its time for every cell between
        differences=(NO_CACHED_VALUES, ERROR_AS_TEXT, NO_ESCAPES),
    ),
    Producer("rust_xlsxwriter", python("rust_xlsxwriter_books.py"), missing_python, cannot=_RECORDS_ONLY),
    Producer(
        "pandas with XlsxWriter",
        python("pandas_books.py", "xlsxwriter"),
        missing_python,
        cannot=_RECORDS_ONLY,
        differences=(TEXT_AS_FORMULA_OF_ZERO, SIXTEEN_DIGITS),
    ),
    Producer(
        "pandas with openpyxl",
        python("pandas_books.py", "openpyxl"),
        missing_python,
        cannot=_RECORDS_ONLY,
        differences=(TEXT_AS_FORMULA, TEXT_AS_ERROR, NO_ESCAPES, SIXTEEN_DIGITS),
    ),
    Producer("exceljs", node("exceljs_books.mjs"), missing_node, differences=(NO_ESCAPES,)),
    Producer(
        "exceljs, streaming",
        node("exceljs_books.mjs", "streaming"),
        missing_node,
        cannot=frozenset({"table"}),
        differences=(NO_ESCAPES,),
    ),
    Producer(
        "exceljs, streaming with shared texts",
        node("exceljs_books.mjs", "streaming", "shared"),
        missing_node,
        cannot=frozenset({"table"}),
        differences=(NO_ESCAPES,),
    ),
    Producer(
        "SheetJS",
        node("sheetjs_books.mjs"),
        missing_node,
        cannot=frozenset({"table", _FAR}),
        differences=(NO_ESCAPES,),
    ),
    Producer(
        "SheetJS, shared texts",
        node("sheetjs_books.mjs", "shared"),
        missing_node,
        cannot=frozenset({"table", _FAR}),
        differences=(NO_ESCAPES,),
    ),
    Producer(
        "xlsx-populate",
        node("xlsx_populate_books.mjs"),
        missing_node,
        cannot=frozenset({"table"}),
        differences=(NO_CACHED_VALUES, ERROR_AS_TEXT, NO_ESCAPES),
    ),
    Producer(
        "excel4node",
        node("excel4node_books.mjs"),
        missing_node,
        cannot=frozenset({"table"}),
        differences=(NO_CACHED_VALUES, ERROR_AS_TEXT, NO_ESCAPES),
    ),
    Producer(
        "write-excel-file",
        node("write_excel_file_books.mjs"),
        missing_node,
        cannot=frozenset({"table", "hidden", "hidden column", _FAR}),
        differences=(NO_CACHED_VALUES, ERROR_AS_TEXT, NO_ESCAPES),
    ),
    Producer(
        "Excel::Writer::XLSX",
        debian("perl", "perl_books.pl"),
        missing_package("libexcel-writer-xlsx-perl"),
        differences=(NO_EMPTY_RESULT, FIFTEEN_DIGITS),
    ),
    Producer(
        "Excel::Writer::XLSX, optimised",
        debian("perl", "perl_books.pl", "optimised"),
        missing_package("libexcel-writer-xlsx-perl"),
        cannot=frozenset({"table", "merged", "hidden"}),
        differences=(NO_EMPTY_RESULT, FIFTEEN_DIGITS),
    ),
    Producer(
        "openxlsx",
        debian("Rscript", "openxlsx_books.R"),
        missing_package("r-cran-openxlsx"),
        cannot=frozenset({"table", "hidden", "hidden column", _FAR}),
        differences=(NO_CACHED_VALUES, ERROR_AS_TEXT, NO_ESCAPES, FIFTEEN_DIGITS),
    ),
    Resaver(
        "LibreOffice",
        libreoffice("xlsx:Calc MS Excel 2007 XML"),
        missing_for_saving(missing_office),
        differences=(FIFTEEN_DIGITS, CALCULATES, RESULT_WITHOUT_BLANKS),
    ),
    Resaver(
        "Gnumeric",
        gnumeric(".xlsx"),
        missing_for_saving(missing_package("gnumeric")),
        differences=(SIXTEEN_DIGITS, CALCULATES),
    ),
)

_LIBREOFFICE_CSV = "csv:Text - txt - csv (StarCalc):{},34,76,1,,0,{},true"
"""Delimiter as the number of its character, quote, UTF-8, first line; whether all texts are quoted; as shown."""

CSV_PRODUCERS = (
    *(
        Producer(f"csv of Python, all quoted, {delimiter}", python("csv_files.py", delimiter), missing_python)
        for delimiter in (",", ";", "tab")
    ),
    *(
        Producer(f"pandas, QUOTE_ALL, {delimiter}", python("csv_files.py", delimiter, "pandas"), missing_python)
        for delimiter in (",", ";")
    ),
    *(
        Producer(f"{name} of R", debian("Rscript", "csv_files.R", name), missing_package("r-base-core"))
        for name in ("write.csv", "write.csv2")
    ),
    Producer("csv of exceljs", node("csv_files.mjs"), missing_node, of_rows=FIRST_BLANK_LOST),
    Producer(
        "csv of exceljs, all quoted, ;",
        node("csv_files.mjs", "quoted", "semicolon"),
        missing_node,
        of_rows=FIRST_BLANK_LOST,
    ),
    Producer("csv of SheetJS", node("csv_files.mjs", "sheetjs"), missing_node),
    Producer("csv of SheetJS, all quoted, ;", node("csv_files.mjs", "sheetjs", "quoted", "semicolon"), missing_node),
    Resaver(
        "csv of LibreOffice", libreoffice(_LIBREOFFICE_CSV.format(44, "false")), missing_for_saving(missing_office)
    ),
    Resaver(
        "csv of LibreOffice, all quoted, ;",
        libreoffice(_LIBREOFFICE_CSV.format(59, "true")),
        missing_for_saving(missing_office),
    ),
    Resaver(
        "csv of Gnumeric",
        gnumeric(".csv"),
        missing_for_saving(missing_package("gnumeric")),
        differences=(ESCAPES_KEPT,),
    ),
    Resaver(
        "csv of Gnumeric, all quoted, ;",
        gnumeric(
            ".csv", "--export-type=Gnumeric_stf:stf_assistant", "--export-options=separator=; quoting-mode=always"
        ),
        missing_for_saving(missing_package("gnumeric")),
        differences=(ESCAPES_KEPT,),
    ),
)

NUMBERS_IN_CSV = {"csv of exceljs": (), "csv of SheetJS": (), "csv of LibreOffice": (), "csv of Gnumeric": (TAILS,)}
"""Producers that make the texts of numbers themselves, and what they write otherwise than the shortest decimal."""
