"""Tables of the kinds that people bring, of which the truth is known, because they are made here.

Each kind is one deviation from a plain table: damage that may shift a row (0), delimiters at
the ends of rows (1), lines above and below (2), blanks around quotes (3), other quotes (4),
one column, and other delimiters (5). A table is the product of a kind, a delimiter, a quoting,
a set of columns, a style of text and a language.
"""

import csv
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

WORDS = {
    "english": "the cat sat on a mat and then it went home because nobody was there to see it",
    "german": "der Gärtner hat gestern früh die grüne Tür gestrichen und niemand sah ihm dabei zu",
    "french": "l'été dernier nous avons dîné très tôt à la crème brûlée déjà où ça êtes né",
    "russian": "сегодня утром я пошёл в магазин чтобы купить свежий хлеб и молоко для друзей",
    "japanese": "今日の 朝、 新鮮な パンを 買うために 店に 行きました とても 美味しかった です",
}
STYLES = ("plain", "commas", "quotes", "line ends", "numbers", "short")
COLUMNS = (
    ("id", "comment"),
    ("id", "author", "comment"),
    ("comment", "label"),
    ("date", "kind", "review", "score"),
    ("label", "tweet"),
    ("author", "message", "score"),
)
TEXTS = ("comment", "review", "tweet", "message")
DELIMITERS = (",", ";", "\t", "|")
LONG_DELIMITERS = ("||", "^|^", "::", "~", "\x01", "^", "|~|", "\x1f")
QUOTINGS = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL}
ROWS = 30


@dataclass(frozen=True, slots=True)
class KindTable:
    """One table; each of its texts may be read once, the required ones must be."""

    kind: str
    name: str
    data: bytes
    required: tuple[str, ...]
    allowed: frozenset[str]
    file: str = "table.csv"


class Maker:
    """Makes the parts of one table."""

    def __init__(
        self,
        columns: tuple[str, ...],
        delimiter: str,
        quoting: int,
        style: str,
        language: str,
        seed: str,
    ) -> None:
        self.chance = random.Random(seed)
        self.columns, self.delimiter, self.quoting, self.style = columns, delimiter, quoting, style
        self.words = WORDS[language].split()
        self.column = next(i for i, name in enumerate(columns) if name in TEXTS)
        self.rows = [self.row(number) for number in range(1, ROWS + 1)]

    def restyle(self, style: str) -> None:
        """Make the rows anew, with texts of another style."""
        self.style = style
        self.rows = [self.row(number) for number in range(1, ROWS + 1)]

    def sentence(self, low: int = 5, high: int = 12) -> str:
        words = self.chance.choices(self.words, k=self.chance.randint(low, high))
        return " ".join([words[0].capitalize(), *words[1:]])

    def text(self, number: int) -> str:
        begin, end = self.sentence(), self.sentence()
        match self.style:
            case "commas" if number % 4:
                return f"{begin}, {self.sentence(2, 4).lower()}, {end.lower()}. {number}"
            case "quotes" if number % 3 == 0:
                return f'{begin} "{self.words[0]}" {end}. {number}'
            case "line ends" if number % 5 == 0:
                return f"{begin}.\n{end}. {number}"
            case "numbers" if number % 3:
                return f"{begin} {number},000 {end}, 3.50. {number}"
            case "short":
                return f"{self.sentence(1, 4)} {number}"
        return f"{begin}. {end}. {number}"

    def row(self, number: int) -> list[str]:
        values = {
            "id": str(number),
            "author": self.chance.choice(("ann", "bob", "eve", "dan")),
            "label": self.chance.choice(("ham", "spam")),
            "date": f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
            "kind": self.chance.choice(("Lamp", "Table", "Old chair")),
            "score": str(self.chance.randint(1, 9)),
        }
        return [values.get(name) or self.text(number) for name in self.columns]

    def line(self, fields: list[str], quoting: int | None = None) -> str:
        target = io.StringIO()
        long = len(self.delimiter) > 1
        csv.writer(
            target,
            delimiter="\ufdd9" if long else self.delimiter,
            quoting=self.quoting if quoting is None else quoting,
            lineterminator="\n",
        ).writerow(fields)
        return target.getvalue().replace("\ufdd9", self.delimiter)

    def lines(self) -> list[str]:
        return [self.line(row) for row in self.rows]

    @property
    def header(self) -> str:
        return self.line(list(self.columns), csv.QUOTE_MINIMAL)

    def texts(self) -> list[str]:
        return [row[self.column].strip() for row in self.rows]


Made = tuple[str, list[str], list[str]] | None  # content, required texts, others allowed


def surplus(m: Maker) -> Made:
    lines, place = m.lines(), m.chance.randint(2, ROWS - 2)
    line = lines[place]
    marks = [i for i, c in enumerate(line[:-1]) if c == m.delimiter and not line[:i].count('"') % 2]
    at = m.chance.choice([0, *marks, len(lines[place]) - 1])
    lines[place] = lines[place][:at] + m.delimiter + lines[place][at:]
    texts = m.texts()
    return m.header + "".join(lines), texts[:place] + texts[place + 1 :], [texts[place]]


def surplus_last_often_empty(m: Maker) -> Made:
    for row in m.rows:
        if m.chance.random() < 0.5 and m.column != len(row) - 1:
            row[-1] = ""
    return surplus(m) if m.column != len(m.columns) - 1 else None


def missing(m: Maker) -> Made:
    lines, place = m.lines(), m.chance.randint(2, ROWS - 2)
    row = m.rows[place]
    joined = m.chance.randrange(len(row) - 1)
    fields = [*row[:joined], row[joined] + row[joined + 1], *row[joined + 2 :]]
    lines[place] = m.line(fields)
    texts = m.texts()
    return m.header + "".join(lines), texts[:place] + texts[place + 1 :], []


def index_without_name(m: Maker) -> Made:
    rows = [m.line([str(n), *row]) for n, row in enumerate(m.rows)]
    return m.line(["", *m.columns]) + "".join(rows), m.texts(), []


def empty_names_behind(m: Maker) -> Made:
    names = [f"v{n}" for n in range(1, len(m.columns) + 1)]
    rows = [m.line([*row, "", "", ""]) for row in m.rows]
    return m.line([*names, "", "", ""]) + "".join(rows), m.texts(), []


def long_names(m: Maker) -> Made:
    names = [
        f"How do you judge the {name} that we gave you, on the whole and this year?"
        for name in m.columns
    ]
    return m.line(names) + "".join(m.lines()), m.texts(), []


def header_again(m: Maker) -> Made:
    lines = m.lines()
    return m.header + "".join(lines[:12]) + m.header + "".join(lines[12:]), m.texts(), []


def second_table(m: Maker) -> Made:
    extra = m.chance.choice((1, 2, 3))
    other = [m.line([*row, *["x"] * extra]) for row in m.rows[: m.chance.randint(6, ROWS)]]
    head = m.line([*m.columns, *[f"more{n}" for n in range(extra)]])
    between = m.chance.choice(("", "\n", "\n\n"))
    return m.header + "".join(m.lines()) + between + head + "".join(other), m.texts(), m.texts()


def names_twice(m: Maker) -> Made:
    names = ["Nr", "Nr", *(f"Feld {n}" for n in range(3, len(m.columns) + 2))]
    rows = [m.line([str(n), *row]) for n, row in enumerate(m.rows)]
    return m.line(names) + "".join(rows), m.texts(), []


def paragraphs(m: Maker) -> Made:
    if len(m.columns) > 2:
        return None
    for number, row in enumerate(m.rows):
        row[m.column] = "\n\n".join([m.sentence(), "| a | b |", "|---|---|", f"| 1 | {number} |"])
    return m.header + "".join(m.lines()), m.texts(), []


def trailing(m: Maker) -> Made:
    return m.header + "".join(f"{x[:-1]}{m.delimiter}\n" for x in m.lines()), m.texts(), []


def trailing_some(m: Maker) -> Made:
    rows = [x if n % 4 == 3 else f"{x[:-1]}{m.delimiter}\n" for n, x in enumerate(m.lines())]
    return m.header + "".join(rows), m.texts(), []


def header_one_more(m: Maker) -> Made:
    return f"{m.header[:-1]}{m.delimiter}\n" + "".join(m.lines()), m.texts(), []


def row_names(m: Maker) -> Made:
    names = m.chance.choice((lambda n: str(n), lambda n: f"row{n}"))
    rows = [m.line([names(n), *row]) for n, row in enumerate(m.rows, 1)]
    return m.header + "".join(rows), m.texts(), []


def title(m: Maker) -> Made:
    lines = ["Comments of the spring survey\n", "Exported on Monday, 3 June, by the tool\n", "\n"]
    return (
        "".join(lines[: m.chance.choice((1, 2, 3))]) + m.header + "".join(m.lines()),
        m.texts(),
        [],
    )


def comment_lines(m: Maker) -> Made:
    lines = ["# exported 2024-06-01, version 3\n", "# a;b,c|d\te\n", "#\n"]
    return (
        "".join(lines[: m.chance.choice((1, 2, 3))]) + m.header + "".join(m.lines()),
        m.texts(),
        [],
    )


def padded(m: Maker) -> Made:
    empty = m.delimiter * (len(m.columns) - 1)
    above = m.chance.choice((f"Spring survey{empty}\n", f"Spring survey{empty}\n{empty}\n"))
    return above + m.header + "".join(m.lines()), m.texts(), []


def footnote(m: Maker) -> Made:
    note = m.chance.choice(("Source: the spring survey\n", "\n(c) the tool, 2024\n", "30 rows\n"))
    return m.header + "".join(m.lines()) + note, m.texts(), []


def padded_footnote(m: Maker) -> Made:
    note = "Source: the spring survey" + m.delimiter * (len(m.columns) - 1)
    return m.header + "".join(m.lines()) + note + "\n", m.texts(), []


def total(m: Maker) -> Made:
    fields = ["Total", *[""] * (len(m.columns) - 2), "40"]
    return m.header + "".join(m.lines()) + m.line(fields, csv.QUOTE_MINIMAL), m.texts(), []


def total_of_few(m: Maker) -> Made:
    m.rows = m.rows[: m.chance.randint(4, 8)]
    content, texts, _ = total(m) or ("", [], [])
    return content, texts, []


def filled_up(m: Maker) -> Made:
    content, texts, _ = m.chance.choice((padded_footnote, total))(m) or ("", [], [])
    return content + (m.delimiter * (len(m.columns) - 1) + "\n") * 20, texts, []


def sep_line(m: Maker) -> Made:
    return f"sep={m.delimiter}\n" + m.header + "".join(m.lines()), m.texts(), []


def blanks_above(m: Maker) -> Made:
    return "\n\n  \n" + m.header + "".join(m.lines()), m.texts(), []


def blank_then_quote(m: Maker) -> Made:
    mark = m.delimiter + " "

    def cell(value: str) -> str:
        if value.isascii() and value.isalnum() and m.quoting == csv.QUOTE_MINIMAL:
            return value
        return '"' + value.replace('"', '""') + '"'

    rows = [mark.join(map(cell, row)) + "\n" for row in m.rows]
    return mark.join(m.columns) + "\n" + "".join(rows), m.texts(), []


def blanks_around(m: Maker) -> Made:
    mark = f" {m.delimiter} "
    rows = [mark.join('"' + v.replace('"', '""') + '"' for v in row) + "\n" for row in m.rows]
    return mark.join(m.columns) + "\n" + "".join(rows), m.texts(), []


def blanks_plain(m: Maker) -> Made:
    m.restyle("plain" if m.style != "short" else "short")
    mark = m.delimiter + " "
    return mark.join(m.columns) + "\n" + "".join(mark.join(r) + "\n" for r in m.rows), m.texts(), []


def empty_behind_blanks(m: Maker) -> Made:
    for row in m.rows:
        row.extend(["", "x"])
    mark = m.delimiter + " "
    rows = [mark.join('"' + v.replace('"', '""') + '"' if v else v for v in r) for r in m.rows]
    head = mark.join([*m.columns, "more", "last"])
    return head + "\n" + "".join(row + "\n" for row in rows), m.texts(), []


def _escaped(m: Maker, *, some: bool) -> Made:
    m.restyle("quotes")

    def cell(value: str, number: int) -> str:
        if value.isalnum() and m.quoting == csv.QUOTE_MINIMAL:
            return value
        inner = value.replace('"', '\\"')
        if some and number % 2:
            inner = value.replace('"', "")
        return f'"{inner}"'

    rows = [m.delimiter.join(cell(v, n) for v in row) + "\n" for n, row in enumerate(m.rows)]
    texts = [t.replace('"', "") if some and n % 2 else t for n, t in enumerate(m.texts())]
    return m.header + "".join(rows), texts, []


def backslash_all(m: Maker) -> Made:
    return _escaped(m, some=False)


def backslash_some(m: Maker) -> Made:
    return _escaped(m, some=True)


def _quoted_by(m: Maker, begin: str, end: str) -> Made:
    if any(end in text and begin != "'" for text in m.texts()):
        return None

    def cell(value: str) -> str:
        value = value.replace("'", "''") if begin == "'" else value
        needs = m.quoting == csv.QUOTE_ALL or " " in value
        return f"{begin}{value}{end}" if needs else value

    rows = [m.delimiter.join(map(cell, row)) + "\n" for row in m.rows]
    return m.header + "".join(rows), m.texts(), []


def single_quotes(m: Maker) -> Made:
    return _quoted_by(m, "'", "'")


def curly_quotes(m: Maker) -> Made:
    return _quoted_by(m, "“", "”")


def german_quotes(m: Maker) -> Made:
    return _quoted_by(m, "„", "“")


def few_in_quotes(m: Maker) -> Made:
    m.quoting = csv.QUOTE_ALL
    m.restyle("plain" if m.style in ("line ends", "quotes") else m.style)
    m.rows = m.rows[: m.chance.randint(3, 6)]
    begin, end = m.chance.choice((("'", "'"), ("“", "”"), ("«", "»")))
    content, texts, _ = _quoted_by(m, begin, end) or ("", [], [])
    return content, texts, []


def one_column_one_comma(m: Maker) -> Made:
    texts = [f"{m.sentence()}, {m.sentence().lower()} {n}" for n in range(ROWS)]
    return "".join(f"{text}\n" for text in texts), texts, []


def one_column_two_commas(m: Maker) -> Made:
    texts = [
        f"{m.sentence()}, {m.sentence(2, 3).lower()}, {m.sentence().lower()}" for _ in range(ROWS)
    ]
    return "".join(f"{text}\n" for text in texts), texts, []


def one_column_mixed(m: Maker) -> Made:
    texts = [f"{m.sentence()}, {m.sentence().lower()} {n}" for n in range(ROWS)]
    texts[7] = f"{m.sentence()} 3,000 {m.sentence()}"
    texts[11] = m.sentence()
    return "".join(f"{text}\n" for text in texts), texts, []


def one_column_interjections(m: Maker) -> Made:
    begin = ("Well", "Oh", "No", "Yes")
    texts = [f"{m.chance.choice(begin)}, {m.sentence().lower()} {n}" for n in range(ROWS)]
    return "".join(f"{text}\n" for text in texts), texts, []


def commas_unquoted_last(m: Maker) -> Made:
    if m.column != len(m.columns) - 1:
        return None
    m.restyle(m.chance.choice(("commas", "numbers")))
    return ",".join(m.columns) + "\n" + "".join(",".join(r) + "\n" for r in m.rows), m.texts(), []


def long_delimiter(m: Maker) -> Made:
    m.delimiter = m.chance.choice(LONG_DELIMITERS)
    if m.style == "line ends":
        return None
    if m.quoting == csv.QUOTE_ALL:
        return m.header + "".join(m.lines()), m.texts(), []
    rows = [m.delimiter.join(row) + "\n" for row in m.rows]
    return m.delimiter.join(m.columns) + "\n" + "".join(rows), m.texts(), []


def divided_by_blanks(m: Maker) -> Made:
    m.delimiter = " "
    if len(m.columns) < 3:
        return None
    return m.header + "".join(m.lines()), m.texts(), []


KINDS: dict[str, tuple[Callable[[Maker], Made], ...]] = {
    "0 shifts, names, tables below": (
        *(surplus, surplus_last_often_empty, missing, index_without_name, empty_names_behind),
        *(long_names, header_again, second_table, names_twice, paragraphs),
    ),
    "1 delimiters at the ends": (trailing, trailing_some, header_one_more, row_names),
    "2 lines above and below": (
        *(title, comment_lines, padded, footnote, padded_footnote, total, sep_line, blanks_above),
        *(total_of_few, filled_up),
    ),
    "3 blanks around quotes": (blank_then_quote, blanks_around, blanks_plain, empty_behind_blanks),
    "4 other quotes": (
        *(backslash_all, backslash_some, single_quotes, curly_quotes, german_quotes),
        few_in_quotes,
    ),
    "5 one column, delimiters": (
        *(one_column_one_comma, one_column_two_commas, one_column_mixed),
        *(one_column_interjections, commas_unquoted_last, long_delimiter, divided_by_blanks),
    ),
}


def kind_tables(seed: int) -> Iterator[KindTable]:
    """Yield all tables, in a fixed order."""
    products = list(product(COLUMNS, DELIMITERS, QUOTINGS, STYLES, WORDS))
    for kind, makers in KINDS.items():
        for make in makers:
            chance = random.Random(f"{seed} {make.__name__}")
            for columns, delimiter, quoting, style, language in chance.sample(products, 400):
                parts = (make.__name__, columns, repr(delimiter), quoting, style, language)
                name = " / ".join(map(str, parts))
                maker = Maker(
                    columns, delimiter, QUOTINGS[quoting], style, language, f"{seed} {name}"
                )
                made = make(maker)
                if made is not None:
                    content, required, others = made
                    required = [text.strip() for text in required]
                    allowed = frozenset(required) | {text.strip() for text in others}
                    yield KindTable(kind, name, content.encode(), tuple(required), allowed)
