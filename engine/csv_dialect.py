"""How a CSV is laid out: its delimiter, its header and the column that holds the text.

`csv.Sniffer` is not used: it fails on files of one column, and commas in running
text mislead it. Here a delimiter counts only if it gives nearly every row as many
fields as the first row.
"""

import io
import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import islice

from engine.csv_rows import CsvRows
from engine.rows import TEXT_AFTER_QUOTE, Dialect, Row

_DELIMITERS = (",", ";", "\t", "|")
_NEEDED_SHARE = 0.6  # of the rows that must have as many fields as the first
_CLEAR_SHARE = 0.95
_FEW_ROWS = 5
_WEIGHT_OF_DAMAGE = 0.25  # of a damaged row: it says little about the delimiter
_SAMPLE_ROWS = 500
_TEXT_NAMES = frozenset(
    {"body", "text", "comment", "comments", "content", "review", "message", "sentence"}
    | {"title", "post", "tweet", "document", "selftext", "description", "quote"}
)
_NUMBER = re.compile(r"[-+]?[\d.,:/ %$€-]+")
_BLANK_LINES = re.compile(r"[\r\n]{5,}")
_WORD = re.compile(r"[^\W\d_]+")


def detect_dialect(text: str, delimiter: str | None, *, is_quoted: bool | None = None) -> Dialect:
    """Return the dialect under which the rows of `text` agree best.

    Parameters
    ----------
    text : str
        The beginning of the file, whole lines.
    delimiter : str or None
        None = detect it; "" or a line end = the file has one column.
    is_quoted : bool or None
        Whether a field may stand in double quotes; None = detect it.
    """
    text = _BLANK_LINES.sub("\n\n", text)  # a million of them say no more, and take long
    if delimiter is not None:
        one = "" if delimiter in ("\n", "\r") else delimiter
        return _with_quoting(text, one, is_quoted=is_quoted)
    best = _rated(text, Dialect("", is_quoted is not False))
    for candidate in _DELIMITERS:
        for quoted in (True, False) if is_quoted is None else (is_quoted,):
            rated = _rated(text, Dialect(candidate, quoted), is_sure=is_quoted is not None)
            if rated[0] >= _NEEDED_SHARE and _rating(rated) > _rating(best):
                best = rated
    if best[1].delimiter:
        return best[1]
    return _with_quoting(text, "", is_quoted=is_quoted)


def _with_quoting(text: str, delimiter: str, *, is_quoted: bool | None) -> Dialect:
    """Return the quoting that the user chose, or the one under which the rows agree better."""
    if is_quoted is not None:
        return Dialect(delimiter, is_quoted)
    rated = (_rated(text, Dialect(delimiter, quoted)) for quoted in (True, False))
    return max(rated, key=_rating)[1]


_Rated = tuple[float, Dialect, int]


def _rating(rated: _Rated) -> tuple[bool, float, int, bool]:
    share, dialect, columns = rated
    return columns > 1, share, columns, dialect.is_quoted


def _rated(text: str, dialect: Dialect, *, is_sure: bool = False) -> _Rated:
    """Return the share of rows that agree with the first, the dialect, and its columns.

    `is_sure` says that the user chose the quoting.
    """
    source = CsvRows(io.StringIO(text, newline=""), dialect, columns=0)
    counts: list[int] = []
    damaged = open_quotes = 0
    for row in source:
        if isinstance(row, Row):
            counts.append(len(row.fields))
        else:
            damaged += 1
            open_quotes += row.reason != TEXT_AFTER_QUOTE
        if len(counts) + damaged >= _SAMPLE_ROWS:
            break
    if not counts:
        return 0.0, dialect, 0
    columns = counts[0]
    share = counts.count(columns) / (len(counts) + _WEIGHT_OF_DAMAGE * damaged)
    is_unclear = len(counts) < _FEW_ROWS or share < _CLEAR_SHARE
    if columns > 1 and is_unclear and _is_prose(text, dialect.delimiter):
        return 0.0, dialect, 1
    if not (dialect.is_quoted or is_sure) and _has_quoted_fields(text, dialect.delimiter):
        share = 0.0  # the quotes mean something here
    return share, dialect, columns


def _is_prose(text: str, delimiter: str) -> bool:
    """Whether each delimiter is followed by a blank, as a comma in a sentence is."""
    marks = text.count(delimiter)
    return delimiter != "\t" and marks == len(re.findall(re.escape(delimiter) + " ", text))


def _has_quoted_fields(text: str, delimiter: str) -> bool:
    """Whether a field begins with a quote that ends before a delimiter or on another line."""
    source = CsvRows(io.StringIO(text, newline=""), Dialect(delimiter), columns=0)
    for row in islice(source, _SAMPLE_ROWS):
        if not isinstance(row, Row) and row.reason != TEXT_AFTER_QUOTE:
            return True
        if source.quoted_rows:
            return True
    return False


def detect_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first of `rows` names the columns."""
    if not rows:
        return False
    names = [field.strip() for field in rows[0]]
    if not all(map(_is_name, names)):
        return False
    if any(name.lower() in _TEXT_NAMES for name in names):
        return True
    if len(set(names)) < len(names):
        return False
    others = rows[1:]
    if not others:
        return len(names) > 1
    return any(
        _differs(name, [row[index] for row in others if index < len(row)])
        for index, name in enumerate(names)
    )


def _is_name(field: str) -> bool:
    return (
        0 < len(field) <= 64
        and len(field.split()) <= 5
        and not _NUMBER.fullmatch(field)
        and not field.endswith((".", "!", "?", ","))
    )


def _differs(name: str, values: list[str]) -> bool:
    """Whether the column below is numeric, or far longer than its name."""
    filled = [value for value in values if value.strip()]
    if not filled:
        return False
    numeric = sum(bool(_NUMBER.fullmatch(value.strip())) for value in filled)
    mean_length = sum(map(len, filled)) / len(filled)
    return numeric > 0.9 * len(filled) or mean_length > 2 * len(name) + 10


def guess_text_column(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the column with the longest natural text."""
    words, letters = [0] * len(names), [0] * len(names)
    for row in rows:
        for index, value in enumerate(row[: len(names)]):
            if value:  # of half a million columns most are empty
                # Words between blanks: an address or an identifier counts as one at most.
                words[index] += sum(bool(_WORD.search(part)) for part in value[:5000].split())
                letters[index] += min(len(value), 5000)
    lengths = sorted(map(len, rows))
    scores = []
    for index, name in enumerate(names):
        values = len(rows) - bisect_right(lengths, index)
        has_text_name = name.strip().lower() in _TEXT_NAMES
        scores.append((words[index] / max(1, values), has_text_name, letters[index], -index))
    return -max(scores)[-1] if scores else 0
