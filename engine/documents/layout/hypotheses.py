"""Which delimiter and quoting make a table of a text: whole hypotheses, scored side by side.

A hypothesis cuts the rows of the sample. Its score is the share of rows that have as many
fields as the table, by how much its cells look like cells: numbers, dates, single words,
a few labels that come again. Running text that commas divide has none of these.

`csv.Sniffer` is not used: it fails on files of one column, and commas in running text
mislead it. Decision 0004 says why no other library's detection is.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO

from engine.documents.csv_rows import CsvRows
from engine.documents.layout.blank_lines import moved_rows, without_blank_lines
from engine.documents.layout.names import NAME, TEXT_NAMES
from engine.documents.layout.widths import ENDED, width_of, without_end
from engine.documents.line_marks import CLOSING
from engine.documents.rows import TEXT_AFTER_QUOTE, Dialect, Row
from engine.documents.table_shape import Shape, is_torn, shape_of

SAMPLE_ROWS = 500
_DELIMITERS = (",", ";", "\t", "|", "~", "^", "\x01", "\x1f", "\x1e", "¦", "§", "¬", "¶", "þ", "ÿ")
_LONG_DELIMITERS = ("||", "^|^", "|^|", "~|~", "|~|", "::", ";;", "~~", "^^", "@@", "##", "$$")
_PROSE_MARKS = frozenset(",;:")  # that stand in running text, with a blank behind them
NEEDED_SHARE = 0.6  # of the rows that must have as many fields as the table
CLEAR_SHARE = 0.95
_GOOD_SCORE = 0.5  # below which blanks are looked at, too
_WEIGHT_OF_DAMAGE = 0.25  # of a damaged row: it says little about the delimiter
_ALL_WRAPPED = 0.9  # of many rows, that have one: they are no part of the text
_WRAPPED = 0.05  # of the lines, that have a field in such quotes
_BLANK_BEHIND = 0.9  # of the delimiters in running text
_TYPED_ROWS = 100  # by which cells are judged
_TYPED_COLUMNS = 200  # the same
_MOST_BEGIN = 0.8  # of the cells of a column of texts, that begin with a capital
_TORN = 0.3  # of the rows: their quotes mean something else
_FEW = 5  # rows, in which quotes around a field may be its own
_WRAPPED_CELLS = 10_000  # that are looked at
_ENOUGH_CELLS = 3  # with letters, in which they may not where all of them have quotes
_LETTER = re.compile(r"[^\W\d_]")
_TYPED = frozenset({"number", "token", "label"})
_IN_QUOTES = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A way to read the sample as a table, and how well it fits.

    Attributes
    ----------
    rows : list of Row
        Those that could be cut, blank ones left out.
    width : int
        Fields of the table's rows.
    first, last : int
        The rows of the table are `rows[first:last]`; those before are not as wide, those
        behind belong to other tables.
    share : float
        Of these rows, how many are as wide as the table.
    typed : float
        Share of the columns whose cells look like cells.
    """

    dialect: Dialect
    rows: list[Row]
    width: int
    first: int
    last: int
    share: float
    typed: float
    shape: Shape
    is_prose: bool = False
    has_quotes: bool = False  # whether a row has a field in quotes
    quoted: float = 0.0  # share of the rows that have one
    needs_quotes: bool = False  # whether one has in it what only a field in quotes can have
    wrapped: float = 0.0  # share of the rows with quotes left around a field
    torn: float = 0.0  # share of the rows with halves of a field in quotes

    @property
    def score(self) -> float:
        """How well the sample is explained, between 0 and 1."""
        if self.width < 2 or self.is_prose or self.share < NEEDED_SHARE or self.torn > _TORN:
            return 0.0
        may_be_indented = self.width == 2 and self.dialect.delimiter == "\t"
        if may_be_indented and not (self.has_quotes or any(f[0].strip() for f in self.body(0))):
            return 0.0  # lines of a text
        # A few rows tell little about what their columns hold.
        weight = 0.5 * min(1.0, self.shape.rows / 10)
        return max(0.01, self.share * (1.0 - weight + weight * self.typed) - 0.3 * self.wrapped)

    @property
    def rank(self) -> tuple[float, int, bool, bool, bool]:
        """What the best hypothesis has most of."""
        dialect = self.dialect
        simple = not dialect.is_escaped, not dialect.skips_blanks
        return round(self.score, 6), self.width, dialect.is_quoted, *simple

    @property
    def is_sure_beside_blanks(self) -> bool:
        """Whether blanks divide the rows of a table, with names above and texts in quotes.

        R writes no name above those of the rows.
        """
        names = [name.strip() for name in self.rows[0].fields] if self.rows else []
        return (
            self.needs_quotes
            and self.width > 1
            and self.share >= CLEAR_SHARE
            and len(names) in (self.width, self.width - 1)
            and all(map(NAME.fullmatch, names))
        )

    def body(self, start: int) -> list[list[str]]:
        """Return the fields of the table's rows from `start` on, as wide as it is."""
        rows = (self.trimmed(row.fields) for row in self.rows[start : self.last])
        return [fields for fields in rows if len(fields) == self.width]

    def takes(self, fields: list[str]) -> bool:
        """Tell whether a row with these fields may belong to the table."""
        if len(self.trimmed(fields)) == self.width:
            return True
        shape = self.shape
        return shape.free_column >= 0 and bool(shape.joined(fields, self.dialect.delimiter))

    def trimmed(self, fields: list[str]) -> list[str]:
        """Return `fields` without what stands behind a delimiter that only ends the row."""
        is_ended = self.shape.ends_with_delimiter and len(fields) > self.width
        return fields[:-1] if is_ended and not fields[-1] else fields


def find_table(
    text: str, delimiter: str | None, quotings: Sequence[Dialect] | None = None
) -> tuple[Hypothesis, list[Hypothesis]]:
    """Return the hypothesis under which `text` is a table, and all that were tried.

    Where none fits, it is that of one column.

    Parameters
    ----------
    text : str
        The beginning of the file, whole lines.
    delimiter : str or None
        None = detect it; "" or a line end = the file has one column.
    quotings : sequence of Dialect, optional
        The quotings that may be; their delimiter does not matter. None = detect it.
    """
    dense = without_blank_lines(text)
    best, tried = _find(dense, delimiter, quotings)
    if len(dense) == len(text):
        return best, tried
    moved = {id(each): replace(each, rows=moved_rows(each.rows, text)) for each in (best, *tried)}
    return moved[id(best)], [moved[id(each)] for each in tried]


def _find(
    text: str, delimiter: str | None, quotings: Sequence[Dialect] | None
) -> tuple[Hypothesis, list[Hypothesis]]:
    """Do what `find_table` does, in a text without long runs of blank lines."""
    if delimiter is not None:
        one = "" if delimiter in ("\n", "\r") else delimiter
        tried = list(_tried(text, one, quotings))
        return _best_quoting(tried), tried
    lines = _fewest_lines(text)
    tried = []
    for candidate in (*_LONG_DELIMITERS, *_DELIMITERS):
        if text.count(candidate) >= max(1, lines // 4):
            tried.append(_best_quoting(_tried(text, candidate, quotings)))
    best = max(tried, key=lambda found: found.rank, default=None)
    if (best is None or best.score < _GOOD_SCORE) and _is_wrapped(text, " ", '"'):
        blanks = _best_quoting(_tried(text, " ", quotings))
        if blanks.is_sure_beside_blanks:
            return blanks, [*tried, blanks]
    if best is not None and best.score > 0.0:
        return _with_longest_delimiter(best, tried), tried
    return _best_quoting(_tried(text, "", quotings)), tried


def _fewest_lines(text: str) -> int:
    """Return about how many rows there are: lines, or fewer where many are within quotes.

    A text of many paragraphs has few delimiters for its lines.
    """
    outside = _IN_QUOTES.sub("", text)
    return min(each.count("\n") + each.count("\r") for each in (text, outside))


def _with_longest_delimiter(best: Hypothesis, tried: Sequence[Hypothesis]) -> Hypothesis:
    """Return the hypothesis of `|~|` rather than that of `~`, which leaves bars at the cells."""
    inner = best.dialect.delimiter
    longer = [
        other
        for other in tried
        if inner in other.dialect.delimiter
        and other.width == best.width
        and other.share >= best.share
    ]
    return max(longer, key=lambda other: len(other.dialect.delimiter), default=best)


def _best_quoting(tried: Iterable[Hypothesis]) -> Hypothesis:
    """Return the best of the hypotheses with one delimiter; one that is a table, if any is."""

    def rank(found: Hypothesis) -> tuple[bool, float, int, bool, bool, bool]:
        dialect = found.dialect
        return (
            found.score > 0.0,
            round(found.share - 0.3 * found.wrapped, 6),
            found.width,
            dialect.is_quoted,
            not dialect.is_escaped,
            not dialect.skips_blanks,
        )

    return max(tried, key=rank)


def _tried(text: str, delimiter: str, quotings: Sequence[Dialect] | None) -> Iterator[Hypothesis]:
    """Yield the hypotheses with one delimiter, of each quoting that there is a sign of."""
    if quotings is not None:
        for quoting in quotings:
            for skips in {False, quoting.is_quoted and _has_blanks(text, delimiter)}:
                yield _rated(text, quoting._replace(delimiter=delimiter, skips_blanks=skips))
        return
    usual = _rated(text, Dialect(delimiter))
    yield usual
    literal = _rated(text, Dialect(delimiter, is_quoted=False))
    # Where a field in quotes is closed, or goes on in the next line, they mean something.
    yield replace(literal, share=0.0) if usual.has_quotes else literal
    escapes = {False, '\\"' in text or bool(delimiter and f"\\{delimiter}" in text)}
    for is_escaped in escapes:
        for skips_blanks in {False, _has_blanks(text, delimiter)}:
            if is_escaped or skips_blanks:
                yield _rated(
                    text, Dialect(delimiter, is_escaped=is_escaped, skips_blanks=skips_blanks)
                )
    if delimiter:
        for quote in CLOSING:
            if quote == '"' or not _is_wrapped(text, delimiter, quote):
                continue
            ways = [Dialect(delimiter, quote=quote, is_escaped=f"\\{quote}" in text)]
            if _has_blanks(text, delimiter, quote):
                ways.append(Dialect(delimiter, quote=quote, skips_blanks=True))
            for rated in (_rated(text, dialect) for dialect in ways):
                if rated.needs_quotes or usual.wrapped >= _ALL_WRAPPED:
                    yield rated


def _has_blanks(text: str, delimiter: str, quote: str = '"') -> bool:
    """Whether a quote comes behind a blank, as the first of a field, or before one."""
    mark = re.escape(delimiter) if delimiter else "(?!)"
    return bool(
        re.search(rf"(?:{mark}|^) +{quote}|{CLOSING[quote]} +(?:{mark}|$)", text, re.MULTILINE)
    )


def _is_wrapped(text: str, delimiter: str, quote: str) -> bool:
    """Whether fields stand in such quotes in many lines."""
    if text.count(quote) < 2:
        return False
    mark, lines = re.escape(delimiter), text.count("\n") + text.count("\r") + 1
    # Not one pattern: a long line of what opens alone would be searched again from each.
    opening, closing = rf"(?:^|{mark} *){quote}", rf"{CLOSING[quote]}(?= *(?:{mark}|$))"
    quoted = (line for line in re.split(r"[\r\n]+", text) if quote in line)
    wrapped = sum(min(len(re.findall(end, x)) for end in (opening, closing)) for x in quoted)
    return wrapped >= max(2, _WRAPPED * lines)


def _rated(text: str, dialect: Dialect) -> Hypothesis:
    """Cut the sample by `dialect` and see how much of a table it is."""
    source = CsvRows(StringIO(text, newline=""), dialect, columns=0)
    rows: list[Row] = []
    damaged = behind = 0
    is_open = is_needed = False
    for row in source:
        if isinstance(row, Row):
            rows.append(row)
            if dialect.is_quoted and not is_needed:
                is_needed = _needs_quotes(row.fields, dialect.delimiter)
        else:
            damaged += 1
            behind += row.reason == TEXT_AFTER_QUOTE
            is_open |= row.reason != TEXT_AFTER_QUOTE
        if len(rows) + damaged >= SAMPLE_ROWS:
            break
    # Where more rows are damaged than quoted, and none needs its quotes, they are text.
    is_more = bool(behind and dialect.delimiter) and damaged > max(1, source.quoted_rows)
    is_text = is_more and not is_needed
    has_quotes = not is_text and (is_open or source.quoted_rows > 0)
    if dialect.delimiter:
        rows = [row for row in rows if any(map(str.strip, row.fields))]
    table = _table_of(rows, damaged)
    found = replace(
        table,
        dialect=dialect,
        has_quotes=has_quotes,
        quoted=source.quoted_rows / max(1, len(rows)) if has_quotes else 0.0,
        needs_quotes=is_needed,
    )
    if table.width < 2:
        return found
    is_prose_mark = dialect.delimiter in _PROSE_MARKS and not has_quotes
    joined = None if not is_prose_mark else _with_free_column(found)
    if joined is not None and joined.share > found.share:
        found = joined
    body = found.body(found.first)
    return replace(
        found,
        is_prose=_is_running_text(found, body),
        wrapped=_wrapped(body, dialect),
        torn=sum(map(is_torn, body)) / len(body),
    )


def _needs_quotes(fields: list[str], delimiter: str) -> bool:
    """Whether a field has in it what only a field in quotes can have."""
    text = "\0".join(fields)
    return "\n" in text or "\r" in text or (bool(delimiter) and delimiter in text)


_ONE = Shape(columns=shape_of([], 1).columns)


def _table_of(rows: list[Row], damaged: int) -> Hypothesis:
    """Return which of the rows are the table, by their widths."""
    widths = [len(row.fields) for row in rows]
    none = Hypothesis(
        dialect=Dialect(""),
        rows=rows,
        width=1 if rows else 0,
        first=0,
        last=len(rows),
        share=len(rows) / (len(rows) + _WEIGHT_OF_DAMAGE * damaged) if rows else 0.0,
        typed=0.0,
        shape=_ONE,
    )
    if not rows or max(widths) < 2:
        return none
    width, last = width_of(widths, rows[0].fields)
    width, is_ended = without_end(rows[:last], width)
    fitting = [
        w == width or (is_ended and w == width + 1 and not row.fields[-1])
        for w, row in zip(widths[:last], rows, strict=False)
    ]
    if width < 2 or True not in fitting:
        return none
    first = fitting.index(True)
    share = sum(fitting) / (len(fitting) - min(first, 30) + _WEIGHT_OF_DAMAGE * damaged)
    found = replace(
        none,
        width=width,
        first=first,
        last=last,
        share=min(1.0, share),
        shape=Shape(columns=(), ends_with_delimiter=is_ended),
    )
    # Each comma of a long text is a column where its quotes have no meaning.
    judged = min(width, _TYPED_COLUMNS)
    shape = shape_of(found.body(first + 1)[:_TYPED_ROWS], judged, ends_with_delimiter=is_ended)
    typed = sum(column.kind in _TYPED for column in shape.columns) / judged
    return replace(found, shape=shape, typed=typed)


def _with_free_column(found: Hypothesis) -> Hypothesis | None:
    """Return the table in which one column's texts have delimiters of their own, if it is one."""
    rows = found.rows
    widths = [len(row.fields) for row in rows]
    width = widths[0] if widths[0] > 1 else min(widths)
    longer = sum(len(row.fields) > width and bool(row.fields[-1].strip()) for row in rows)
    if (
        not 1 < width <= _TYPED_COLUMNS
        or min(widths[1:], default=0) < 2
        or longer < max(2, ENDED * len(rows))
    ):
        return None
    plain = [row.fields for row in rows[1:] if len(row.fields) >= width][:_TYPED_ROWS]
    for free in (*range(width - 1, -1, -1),):
        others = [[*f[:free], "", *f[len(f) - width + free + 1 :]] for f in plain]
        shape = shape_of(others, width)
        kinds = [column.kind for column in shape.columns]
        if any(kind not in _TYPED for kind in kinds[:free] + kinds[free + 1 :]):
            continue
        columns = list(shape.columns)
        columns[free] = replace(columns[free], kind="free")
        shape = replace(shape, columns=tuple(columns), free_column=free)
        whole = [
            Row(row.line, fields)
            for row in rows
            if (
                fields := row.fields
                if len(row.fields) == width
                else shape.joined(row.fields, found.dialect.delimiter)
            )
        ]
        share = len(whole) / len(rows)
        if share >= CLEAR_SHARE - 0.1 and whole[0].line == rows[0].line:
            return replace(
                found,
                rows=whole,
                width=width,
                first=0,
                last=len(whole),
                share=share,
                typed=(width - 1) / width,
                shape=shape,
            )
    return None


def _is_running_text(found: Hypothesis, body: list[list[str]]) -> bool:
    """Whether the delimiter is what stands between the parts of sentences.

    Then a blank is behind it, and no column tells that this is a table: none of numbers,
    of a few labels before texts that begin with a capital, or with a name for texts.
    """
    delimiter = found.dialect.delimiter
    if delimiter not in _PROSE_MARKS:
        return False
    rows = [row.fields for row in found.rows if len(row.fields) > 1]
    marks = sum(len(fields) - 1 for fields in rows)
    behind = sum(
        right[:1] == " " or (left[-1:].isdigit() and right[:1].isdigit())  # or 1,000
        for fields in rows
        for left, right in itertools.pairwise(fields)
    )
    if found.dialect.skips_blanks:
        behind = marks  # they are gone from the cells
    elif found.quoted < _ALL_WRAPPED:
        behind += sum(not fields[-1] for fields in rows)  # a comma at the end of a line
    if behind < _BLANK_BEHIND * marks or not marks:
        return False
    is_quoted = found.dialect.skips_blanks and found.needs_quotes  # as no running text is
    numbers = sum(column.kind == "number" for column in found.shape.columns)
    if found.share < CLEAR_SHARE and behind == marks and not is_quoted and numbers < 2:
        return True
    if numbers:
        return False
    names = [name.strip().lower() for name in body[0]]
    if len(body) > 2 and any(name in TEXT_NAMES for name in names) and len(set(names)) > 1:
        return False
    labels = [
        index
        for index, column in enumerate(found.shape.columns)
        if column.kind in ("token", "label") and column.labels
    ]
    return not any(_is_beside_sentences(body[1:], index) for index in labels)


def _is_beside_sentences(body: list[list[str]], label: int) -> bool:
    """Whether labels that begin no sentence stand before cells that do."""
    if any(row[label].strip()[:1].isupper() for row in body):
        return False  # "Yes, Ann went" is a sentence
    for index in range(label + 1, len(body[0]) if body else 0):
        cells = [row[index].strip() for row in body]
        begun = sum(cell[:1].isupper() or cell[:1].isdigit() for cell in cells)
        if begun >= _MOST_BEGIN * len(cells):
            return True
    return False


def _wrapped(body: list[list[str]], dialect: Dialect) -> float:
    """Return the share of rows in which a cell still has quotes around it."""
    most = max(_TYPED_ROWS, _WRAPPED_CELLS // max(1, len(body[0]) if body else 1))
    rows = [fields[:_TYPED_COLUMNS] for fields in body[:most]]

    def is_wrapped(cell: str) -> bool:
        # Behind a blank, quotes of the dialect itself are left, too.
        is_own = cell[:1] == dialect.quote
        cell = cell.strip()
        return len(cell) > 1 and CLOSING.get(cell[0]) == cell[-1] and not is_own

    def has_rest(cell: str) -> bool:
        cell = cell.strip()
        return len(cell) > 1 and cell[0] == cell[-1] == '"'

    wrapped = sum(
        any(is_wrapped(cell) or has_rest(cell) for cell in fields) or is_torn(fields)
        for fields in rows
    )
    # A header may have none, nor a note below.
    below = rows[1:-1] if len(rows) > _FEW else rows[1:] or rows
    cells = [
        cell for fields in below for cell in fields if _LETTER.search(cell) or is_wrapped(cell)
    ]
    if len(cells) >= _ENOUGH_CELLS and sum(map(is_wrapped, cells)) >= _ALL_WRAPPED * len(cells):
        return 1.0
    return wrapped / max(len(rows), _FEW)


def quoted_delimiter(delimiter: str) -> str:
    """Return a delimiter as a sentence names it, such as ';'; in words it is the window's."""
    if delimiter == "\t":
        return "tab"
    return f"'{delimiter}'" if delimiter.isprintable() else f"'\\x{ord(delimiter[0]):02x}'"
