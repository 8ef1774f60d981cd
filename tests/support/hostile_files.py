"""Make small files as a stranger could send them: damaged, lopsided or endless in one respect, from one number each.

The same number makes the same file. Shapes are generic: much of one thing, deep nesting, long names, numbers at their
limits, bytes taken out, doubled or exchanged. No file has more than :data:`MOST_BYTES`.
"""

import io
import json
import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support import workbook_parts as parts_of

MOST_BYTES = 100_000
_MOST_XML = 4_000_000
_ID = "M.8882.4808.{}"
_ROW = parts_of.row(2, parts_of.text("A2", "M.1.2.3"), parts_of.number("B2", 5), parts_of.text("C2", "ORDER_UPDATE"))


@dataclass(frozen=True)
class HostileFile:
    """A file and what it stands for.

    Args:
        kind: the name of what made it.
        name: the file's name; its ending fits what it seems to be.
        content: its bytes.
        options: further arguments of a command that reads it.
        use: ``batch``, ``pending``, ``config`` or ``words`` (no file, only arguments).
    """

    kind: str
    name: str
    content: bytes
    use: str = "batch"
    options: tuple[str, ...] = field(default=())


def hostile_file(number: int) -> HostileFile:
    """Return the file of a number; numbers that follow each other have different kinds."""
    pick = random.Random(number)
    make = _KINDS[number % len(_KINDS)]
    made = make(pick)
    return HostileFile(make.__name__.lstrip("_"), made.name, made.content[:MOST_BYTES], made.use, made.options)


def _size(pick: random.Random, most: int) -> int:
    """Return a number of things, small ones as often as large ones."""
    return round(most ** pick.uniform(0.2, 1))


def _word(pick: random.Random, most: int) -> str:
    letters = pick.choice(
        [string.ascii_letters, "a", "_-.", "xR1C", " \t", "é\u202e\u200b😀", string.digits, "\\\"'&<>;,"]
    )
    return "".join(pick.choices(letters, k=_size(pick, most)))


# --- workbooks


def _packed(pick: random.Random, named: dict[str, str | bytes | None], use: str = "batch") -> HostileFile:
    """Return a workbook; parts are cut shorter until it is small enough."""
    ending = pick.choice([".xlsx", ".xlsx", ".xlsm"])
    kept = {name: content for name, content in named.items() if content is not None}
    for _ in range(12):
        file = io.BytesIO()
        parts_of.pack(file, kept)
        if len(file.getvalue()) <= MOST_BYTES:
            break
        longest = max(kept, key=lambda name: len(kept[name]))
        kept[longest] = kept[longest][: len(kept[longest]) // 2]
    return HostileFile("", f"returns{ending}", file.getvalue(), use)


def _tags(pick: random.Random) -> str:
    """Return one element, with a place for a number, that is or is not one of a worksheet."""
    return pick.choice(
        [
            '<mergeCell ref="A{n}:B{n}"/>',
            '<c r="A{n}"><v>{n}</v></c>',
            '<row r="{n}"/>',
            '<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>',
            '<row r="{n}"><c r="ZZZ{n}"><v>1</v></c></row>',
            '<row r="{n}" hidden="1"><c r="A{n}" t="inlineStr"><is><t>M.1.2.{n}</t></is></c></row>',
            '<row r="{n}"><c r="A{n}" t="str"><f>A1&amp;{n}</f><v>M.1.2.{n}</v></c><c r="B{n}" s="1"><v>{n}</v></c></row>',
            '<col min="{n}" max="{n}" hidden="1"/>',
            "<row{n}>",
            '<row r="{n}">',
            "</row>",
            "<!-- {n} -->",
            "<?p {n}?>",
            "<![CDATA[{n}]]>",
            '<a{n} xmlns:p{n}="urn:{n}"/>',
            "<v>&#x{n};</v>",
            "{n} ",
            '<hyperlink ref="A{n}"/>',
            '<x a{n}="{n}" b="">',
        ]
    )


def _many(pick: random.Random, tag: str | None = None, most: int = 60_000) -> str:
    tag = tag or _tags(pick)
    count = min(_size(pick, most), _MOST_XML // len(tag))
    if pick.random() < 0.3:
        return tag.replace("{n}", str(pick.choice([1, 2, 1_048_576, 99_999_999_999]))) * count
    return "".join([tag.replace("{n}", str(number)) for number in range(2, count + 2)])


def _rows(pick: random.Random) -> HostileFile:
    sheet = parts_of.sheet(parts_of.HEADER + pick.choice([_ROW, ""]) + _many(pick))
    return _packed(pick, parts_of.parts(sheet=sheet))


def _around_rows(pick: random.Random) -> HostileFile:
    before, after = (_many(pick) if pick.random() < 0.6 else "" for _ in range(2))
    return _packed(pick, parts_of.with_table(sheet=parts_of.sheet(parts_of.HEADER + _ROW, before, after)))


def _deep(pick: random.Random) -> HostileFile:
    depth = _size(pick, 200_000)
    name = pick.choice(["a", "row", "c", "is", "r", "x" * 50])
    nested = f"<{name}>" * depth + pick.choice(["", f"</{name}>" * depth])
    part = pick.choice(["sheet", "strings", "styles", "workbook", "related", "root", "content_types"])
    plain = parts_of.parts()[_PART_OF[part]]
    at = plain.rindex("</")
    return _packed(pick, parts_of.parts(**{part: plain[:at] + nested + plain[at:]}))


_PART_OF = {
    "sheet": parts_of.SHEET,
    "strings": parts_of.STRINGS,
    "styles": parts_of.STYLES,
    "workbook": parts_of.WORKBOOK,
    "related": parts_of.RELATED,
    "root": parts_of.ROOT,
    "content_types": parts_of.CONTENT_TYPES,
}


def _long_words(pick: random.Random) -> HostileFile:
    """Put a long name or value into some tag of some part."""
    part = pick.choice(list(_PART_OF))
    plain = parts_of.with_table()[_PART_OF[part]]
    long = "".join(pick.choices(string.ascii_letters + "_:.0 ", k=_size(pick, 400_000)))
    at = pick.choice([at for at, sign in enumerate(plain) if sign in '" ><'])
    return _packed(pick, parts_of.with_table(**{part: plain[:at] + long + plain[at:]}))


def _sheets(pick: random.Random) -> HostileFile:
    count = _size(pick, 8_000)
    name = pick.choice(["R{}", "R1C{}", "Q{}", "'{}", "{}" + _word(pick, 30_000 // count + 2)])
    tags = "".join(
        f'<sheet name="{parts_of.escape(name.format(at), {chr(34): "&quot;"})}" sheetId="{at}" r:id="rId1"/>'
        for at in range(1, count + 1)
    )
    named = "".join(f'<definedName name="n{at}">Returns!$A${at}</definedName>' for at in range(_size(pick, 5_000)))
    plain = parts_of.parts()[parts_of.WORKBOOK]
    start, _, rest = plain.partition("<sheet ")
    workbook = f"{start}{tags}</sheets><definedNames>{named}</definedNames>{rest.partition('</sheets>')[2]}"
    return _packed(pick, parts_of.parts(workbook=workbook))


def _styles(pick: random.Random) -> HostileFile:
    codes = [
        '"EUR" 0.00',
        "[Red][<5]0;[>=9]0.0;@",
        "yyyy-mm-dd",
        "0," * 200,
        "0" * 250,
        '"' * 255,
        "[" * 255,
        "h" * 255,
        "\\" * 99,
    ]
    count = _size(pick, 20_000)
    formats = "".join(
        f'<numFmt numFmtId="{at + 164}" formatCode="{parts_of.escape(pick.choice(codes), {chr(34): "&quot;"})}"/>'
        for at in range(count)
    )
    cells = "".join(f'<xf numFmtId="{pick.randrange(164, 164 + count)}"/>' for _ in range(count))
    styles = f'<styleSheet xmlns="{parts_of.MAIN}"><numFmts>{formats}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>'
    rows = "".join(
        f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>M.1.2.{at}</t></is></c>'
        f'<c r="B{at}" s="{pick.randrange(count)}"><v>{at}.5</v></c></row>'
        for at in range(2, _size(pick, 8_000))
    )
    return _packed(pick, parts_of.parts(styles=styles, sheet=parts_of.sheet(parts_of.HEADER + rows)))


def _strings(pick: random.Random) -> HostileFile:
    item = pick.choice(
        [
            "<si><t>{n}</t></si>",
            "<si><r><t>{n}</t></r></si>",
            "<si>",
            "<si/>",
            "<si><t>&amp;{n}_x000D_</t></si>",
            "<si><t>a</t><rPh><t>{n}</t></rPh></si>",
            "<si><t>{n}",
            "<r><t>{n}</t></r>",
        ]
    )
    many = _many(pick, item)
    strings = f'<sst xmlns="{parts_of.MAIN}">{many}</sst>'
    rows = "".join(
        parts_of.row(at, *(parts_of.shared(f"{letter}{at}", pick.randrange(-1, 50)) for letter in "ABC"))
        for at in range(2, _size(pick, 2_000))
    )
    return _packed(pick, parts_of.parts(strings=strings, sheet=parts_of.sheet(parts_of.HEADER + rows)))


def _tables(pick: random.Random) -> HostileFile:
    columns = "".join(
        f'<tableColumn id="{at}" name="{parts_of.escape(_word(pick, 9), {chr(34): "&quot;"})}{at}"/>'
        for at in range(_size(pick, 20_000))
    )
    plain = parts_of.table(pick.choice(["A1:C2", "A1:XFD1048576", "C9:A1", "A1:C99999999", "A" * 999]))
    table = plain.replace("<tableColumn ", f"{columns}<tableColumn ", 1)
    changed = parts_of.with_table(table=table)
    count = _size(pick, 400)
    related = "".join(
        f'<Relationship Id="r{at}" Type="{parts_of.RELATIONS}/table" Target="../tables/table{at}.xml"/>'
        for at in range(2, count)
    )
    changed[parts_of.SHEET_RELATED] = changed[parts_of.SHEET_RELATED].replace("</Rel", related + "</Rel", 1)
    changed.update({f"xl/tables/table{at}.xml": table for at in range(2, count)})
    return _packed(pick, changed)


def _cells(pick: random.Random) -> HostileFile:
    """Write cells with odd contents."""
    long = _size(pick, 32_000)
    contents = [
        "M.1.2.3",
        " " * long,
        "9" * long,
        "1,234." * (long // 6),
        "M." + "." * long,
        "=1+1",
        "-" * long,
        "\u00a0" * long,
    ]
    contents += [
        "M" + " " * long + "M",
        "1 " * (long // 2),
        "(" * long,
        "%" * long,
        "ORDER_UPDATE" + "x" * long,
        "'" * long,
    ]
    rows = "".join(
        parts_of.row(at, *(parts_of.text(f"{letter}{at}", pick.choice(contents)) for letter in "ABC"))
        for at in range(2, 2 + max(1, min(_size(pick, 3_000), _MOST_XML // (long * 3))))
    )
    return _packed(pick, parts_of.parts(sheet=parts_of.sheet(parts_of.HEADER + rows)))


def _mutated(pick: random.Random, content: bytes, most: int = 6) -> bytes:
    """Return bytes with some of them taken out, doubled, exchanged or cut off."""
    for _ in range(pick.randint(1, most)):
        if not content:
            break
        start = pick.randrange(len(content))
        end = min(len(content), start + _size(pick, 60))
        piece = content[start:end]
        match pick.randrange(6):
            case 0:
                content = content[:start] + content[end:]
            case 1:
                content = content[:start] + piece * min(_size(pick, 3_000), 200_000 // len(piece)) + content[start:]
            case 2:
                content = content[:start] + bytes([pick.randrange(256)]) + content[start + 1 :]
            case 3:
                content = content[:start] + pick.choice(_PIECES) + content[start:]
            case 4 if pick.random() < 0.3:
                content = content[:start]
            case _:
                other = pick.randrange(len(content))
                content = content[:other] + piece + content[other:]
    return content


_PIECES = [
    b'"',
    b"'",
    b"<",
    b">",
    b"/>",
    b"&",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"]]>",
    b"<!--",
    b" r=",
    b"9" * 400,
    b"-1",
]
_PIECES += [
    b"{",
    b"[",
    b",",
    b";",
    b"\t",
    b"\r",
    b"\n",
    b"1e999",
    b"NaN",
    b"\xed\xa0\x80",
    "\u202e".encode(),
    b"{" * 5_000,
]


def _mutated_part(pick: random.Random) -> HostileFile:
    plain = parts_of.with_table(sheet=parts_of.sheet(parts_of.HEADER + _ROW * pick.choice([1, 50])))
    part = pick.choice(list(plain))
    return _packed(pick, {**plain, part: _mutated(pick, plain[part].encode())})


def _mutated_zip(pick: random.Random) -> HostileFile:
    file = io.BytesIO()
    parts_of.pack(file, parts_of.with_table())
    return HostileFile("", "returns.xlsx", _mutated(pick, file.getvalue(), 3))


def _odd_zip(pick: random.Random) -> HostileFile:
    file = io.BytesIO()
    names = [
        pick.choice(["xl/", "XL\\", "/", "a/../", "%2e/", "é/"]) * _size(pick, 60) + f"{at}"
        for at in range(_size(pick, 900))
    ]
    pairs = [*parts_of.with_table().items(), *((name, "<a/>") for name in names)]
    if pick.random() < 0.5:
        pairs.append(pick.choice(pairs))
    pick.shuffle(pairs)
    parts_of.pack(file, pairs)
    return HostileFile("", "returns.xlsx", file.getvalue())


# --- text files


def _csv(pick: random.Random) -> HostileFile:
    delimiter = pick.choice([",", ";", "\t", "|"])
    rows = [
        delimiter.join(
            (
                "ActionId",
                "Amount",
                "Reason",
                *(f"c{at}" for at in range(_size(pick, 3_000) if pick.random() < 0.3 else 0)),
            )
        )
    ]
    cells = [
        "M.1.2.{n}",
        "5.00",
        "REJECTED",
        "ORDER_UPDATE",
        "",
        '"',
        '"a',
        '"a""',
        "9" * 400,
        "1,5",
        " " * 200,
        "\0",
        "1'000",
        "-",
    ]
    cells += [
        "x" * _size(pick, 60_000),
        delimiter * _size(pick, 60_000),
        '"' * _size(pick, 60_000),
        "1." * _size(pick, 20_000),
    ]
    few = pick.sample(cells, pick.randint(1, 5))
    length, at = 0, 0
    while length < MOST_BYTES and at < _size(pick, 40_000):
        row = delimiter.join(pick.choice(few).replace("{n}", str(at)) for _ in range(pick.choice([1, 3, 3, 3, 4])))
        rows.append(row)
        length, at = length + len(row) + 2, at + 1
    text = pick.choice(["\r\n", "\n", "\r", "\n\n"]).join(rows)
    return HostileFile(
        "", "returns.csv", text.encode(pick.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]), "replace")
    )


def _one_sign(pick: random.Random) -> HostileFile:
    """Write one sign or two over and over, below the headers or without them."""
    signs = pick.choice(
        [
            "a",
            ",",
            '"',
            "\n",
            "\r",
            " ",
            "\0",
            "0",
            "9,",
            ',"',
            "a\n",
            '"\n',
            ";,",
            "\t",
            "\u00a0",
            "M.",
            "1 ",
            '"",',
            ",\n",
        ]
    )
    text = pick.choice(["", "ActionId,Amount,Reason\r\n", "Id;", "ActionId\tAmount\tReason\n"])
    text += signs * ((MOST_BYTES - 100) // len(signs.encode()))
    return HostileFile("", pick.choice(["returns.csv", "returns.txt", "returns.tsv"]), text.encode())


def _headers(pick: random.Random) -> HostileFile:
    """Write many rows and columns that all look like headers."""
    names = [
        "ActionId",
        "Amount",
        "Reason",
        "New Amount",
        "Action ID",
        "id",
        "State",
        "Currency",
        "x" * _size(pick, 2_000),
        " ",
        "",
    ]
    width = _size(pick, 4_000)
    line = ",".join(pick.choices(names, k=width))
    text = "\n".join([line] * max(1, min(60, MOST_BYTES // (len(line) + 1))))
    return HostileFile("", "returns.csv", text.encode(), pick.choice(["batch", "pending"]))


def _mutated_csv(pick: random.Random) -> HostileFile:
    rows = "".join(f"{_ID.format(at)},{at}.50,ORDER_UPDATE\r\n" for at in range(_size(pick, 300)))
    return HostileFile("", "returns.csv", _mutated(pick, f"ActionId,Amount,Reason\r\n{rows}".encode()))


def _random_bytes(pick: random.Random) -> HostileFile:
    name = pick.choice(["returns.csv", "returns.xlsx", "pending.json", "returns"])
    start = pick.choice(
        [b"", b"PK\x03\x04", b"\xff\xfe", b"{", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"ActionId,Amount,Reason\n"]
    )
    return HostileFile(
        "", name, start + pick.randbytes(_size(pick, MOST_BYTES - 100)), pick.choice(["batch", "pending"])
    )


# --- downloads of pending actions


def _pending_csv(pick: random.Random) -> HostileFile:
    dates = [
        "2026-12-01",
        "01/02/2026",
        "31/12/26 25:61",
        "9" * 300,
        "Dec 1 2026",
        "2026-12-01T00:00:00+99:99",
        "1/" * 500,
    ]
    amounts = ["12.50", "1,250", "1.250", "$" * 60, "9" * 70, "1 " * 40, "USD 5", "-", "\u20ac 1.000,00", "1.5e3"]
    rows = [
        ",".join(
            (
                _ID.format(at),
                pick.choice(["PENDING", "LOCKED", "x" * 90]),
                f'"{pick.choice(amounts)}"',
                pick.choice(dates),
                pick.choice(["EUR", "USD", "?"]),
            )
        )
        for at in range(_size(pick, 4_000))
    ]
    text = "\n".join(["Action ID,State,Amount,Locking Date,Currency", *rows])
    return HostileFile(
        "", "pending.csv", _mutated(pick, text.encode(), 2) if pick.random() < 0.5 else text.encode(), "pending"
    )


def _pending_json(pick: random.Random) -> HostileFile:
    kind = pick.randrange(6)
    count = _size(pick, 3_000)
    if kind == 0:
        text = json.dumps({"Actions": [{"Id": f"M.1.2.{at}", f"k{at}": at, "Amount": 5} for at in range(count)]})
    elif kind == 1:
        depth = _size(pick, 45_000)
        text = pick.choice(["[", '{"a":', '{"Actions":[']) * depth + pick.choice(["", "]" * depth])
    elif kind == 2:
        values = [None, True, [], {}, "x" * 900, 10**300, -1, 1.5, "M.1.2.3", [1, [2]], {"a": {"b": 1}}]
        text = json.dumps(
            [
                {key: pick.choice(values) for key in ("Id", "State", "Amount", "LockingDate", "Currency")}
                for _ in range(count)
            ]
        )
    elif kind == 3:
        text = (
            '{"Actions":['
            + ",".join(pick.choice(["NaN", "1e999", "9" * 5_000, '"\\ud800"', "null", "{}"]) for _ in range(count))
            + "]}"
        )
    elif kind == 4:
        text = '{"Actions":[{' + ",".join(f'"Id":"M.1.2.{at}"' for at in range(count)) + "}]}"
    else:
        rows = [{"Id": f"M.1.2.{at}", "State": "PENDING", "Amount": "5.00"} for at in range(count)]
        return HostileFile("", "pending.json", _mutated(pick, json.dumps({"Actions": rows}).encode()), "pending")
    return HostileFile("", "pending.json", text.encode(), "pending")


def _pending_workbook(pick: random.Random) -> HostileFile:
    return HostileFile("", "pending.xlsx", pick.choice(_WORKBOOKS)(pick).content, "pending")


# --- settings and words on the command line


def _config(pick: random.Random) -> HostileFile:
    plain = '[profiles.acme]\nenvironment = "test"\n[profiles.acme.channel]\nkind = "outbox"\ndirectory = "out"\n'
    count = _size(pick, 6_000)
    text = pick.choice(
        [
            "".join(plain.replace("acme", f"p{at}") for at in range(min(count, 800))),
            plain + "[" * count,
            plain + "a = " + "[" * count + "]" * count,
            plain + ".".join(["a"] * count) + " = 1\n",
            plain + "".join(f"k{at} = {at}\n" for at in range(count)),
            plain + f'x = "{_word(pick, 60_000)}"\n',
            plain.replace("outbox", "x" * count),
            plain.replace('"test"', "{" * count),
            plain + "[profiles.acme.reasons]\n" + "".join(f'R{at} = "either"\n' for at in range(count)),
            plain.replace("environment", "max_amount = " + "9" * count + "\nenvironment"),
        ]
    )
    content = _mutated(pick, text.encode(), 3) if pick.random() < 0.4 else text.encode()
    return HostileFile("", "config.toml", content, "config")


def _words(pick: random.Random) -> HostileFile:
    word = _word(pick, 60_000).replace("\0", "") or "x"
    option = pick.choice(
        [
            ("check", "returns.csv", "--column", f"Amount={word}"),
            ("check", "returns.csv", "--column", word),
            ("check", "returns.csv", "--sheet", word),
            ("check", "returns.csv", "--pending", "pending.csv", "--pending-column", f"amount={word}"),
            ("check", word[:200]),
            ("action", word),
            ("history", "show", word),
            ("send", "returns.csv", "--dry-run", "--max-raise", word),
            ("check", "returns.csv", "--profile", word),
            ("history", "list", word),
        ]
    )
    return HostileFile("", "words", b"", "words", option)


_WORKBOOKS: list[Callable[[random.Random], HostileFile]] = [
    _rows, _around_rows, _deep, _long_words, _sheets, _styles, _strings, _tables, _cells, _mutated_part, _mutated_zip, _odd_zip,
]  # fmt: skip
_KINDS: list[Callable[[random.Random], HostileFile]] = [
    *_WORKBOOKS, _csv, _one_sign, _headers, _mutated_csv, _random_bytes, _pending_csv, _pending_json, _pending_workbook, _config, _words,
]  # fmt: skip
