"""What is doubtful in how the rows of a file are divided: phrases, with numbers."""

import re
from collections.abc import Iterator, Sequence

from engine.documents.layout.hypotheses import (
    NEEDED_SHARE,
    Hypothesis,
    find_table,
    quoted_delimiter,
)
from engine.documents.rows import json_columns

_SURE_SHARE = 0.9  # of the rows, that are as wide as the table
_PROSE_SHARE = 0.8  # of the lines, with as many commas: they may be a table's
_CLOSE = 0.9  # of the best score
_MOST = 0.9  # of the lines, that look alike
_FEWEST_LINES = 4
LOOKED_AT = 100  # rows
_LOG_LINE = re.compile(
    r"\[?\d{1,2}[./]\d{1,2}[./]\d{2,4}, \d{1,2}:\d\d"  # of a chat
    r"|\S{0,20}\s?\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d|"  # 2024-05-01 12:00:00
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d)"
    r"|(?:\d{1,3}\.){3}\d{1,3} \S+ \S+ \[\d\d/\w{3}/\d{4}:"  # of a web server
)
YAML_KEY = re.compile(r"[a-z_][\w.-]*:(?:[ \t]|$)")


def layout_doubts(
    found: Hypothesis, tried: Sequence[Hypothesis], delimiter: str | None
) -> Iterator[str]:
    """Yield what is doubtful in how the rows are divided, in numbers."""
    count = found.last - found.first
    if found.width == 1 and (doubt := _line_doubt([row.fields[0] for row in found.rows])):
        yield doubt
    if found.width > 1 and found.share < _SURE_SHARE and count:
        yield f"{found.share:.0%} of the first {count} rows have {found.width} fields"
    if found.width == 1 and found.share < _SURE_SHARE:
        yield f"{found.share:.0%} of its beginning can be read as texts of one column"
    if found.shape.free_column >= 0:
        yield (
            f"the texts of column {found.shape.free_column + 1} have delimiters of their own, "
            "without quotes"
        )
    if delimiter is not None:
        return
    for other in tried:
        mark = quoted_delimiter(other.dialect.delimiter)
        needed = NEEDED_SHARE if other.has_quotes else _PROSE_SHARE
        if found.width == 1 and other.is_prose and other.share >= needed and count > 1:
            yield (
                f"{other.share:.0%} of the first {count} lines have {other.width - 1} {mark}, but "
                "as in running text, so that each line is one text"
            )
        elif other.dialect.delimiter in found.dialect.delimiter:
            continue  # a part of it, such as the bar of "||"
        elif other is not found and found.width > 1 and other.score > _CLOSE * found.score:
            yield f"{mark} would divide the rows nearly as well, into {other.width} fields"


def divides_none(text: str, delimiter: str) -> Iterator[str]:
    """Yield what is doubtful in a delimiter that was chosen, but divides no row."""
    if json_columns(text.strip().splitlines()[0]):
        yield "each of its lines is a JSON object, and one text, since a delimiter was chosen"
    other, _ = find_table(text, None)
    if other.width > 1:
        chosen, better = map(quoted_delimiter, (delimiter, other.dialect.delimiter))
        yield (
            f"{chosen}, which was chosen, divides no row, so that each is one text; {better} would "
            f"divide them into {other.width} fields"
        )


def _line_doubt(texts: Sequence[str]) -> str:
    """Return what is doubtful in taking each of these lines for a text; "" where nothing is."""
    lines = texts[:LOOKED_AT]
    if are_alike(lines, _LOG_LINE):
        return "its lines begin like those of a log, and each is one text with its time in it"
    if are_alike(lines, YAML_KEY):
        return "its lines are keys with values, as in YAML, and each is one text with its key"
    return ""


def are_alike(lines: Sequence[str], pattern: re.Pattern[str]) -> bool:
    """Whether nearly all of the lines begin with the pattern, and there are some."""
    fitting = sum(bool(pattern.match(line)) for line in lines)
    return len(lines) >= _FEWEST_LINES and fitting >= _MOST * len(lines)
