"""What is doubtful in how the rows of a file are divided: phrases, with numbers."""

import re
from collections.abc import Iterator, Sequence

from engine.documents.layout.hypotheses import Hypothesis, quoted_delimiter
from engine.documents.rows import Row

_SURE_SHARE = 0.9  # of the rows, that are as wide as the table
_CLOSE = 0.9  # of the best score
_MOST = 0.9  # of the lines, that look alike
_FEWEST_LINES = 4
LOOKED_AT = 100  # rows
_MANY_LINES = 10  # of a text in quotes
_MANY_ROWS = 20
_FEW_QUOTED = 0.1  # of the rows
_LOG_LINE = re.compile(
    r"\S{0,20}\s?\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d|"  # 2024-05-01 12:00:00
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
    if found.width == 1 and (long := _long_rows(found)):
        yield long
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
        if found.width == 1 and other.is_prose and other.share >= _SURE_SHARE and count > 1:
            yield (
                f"{other.share:.0%} of the first {count} lines have {other.width - 1} {mark}, but "
                "as in running text, so that each line is one text"
            )
        elif other.dialect.delimiter in found.dialect.delimiter:
            continue  # a part of it, such as the bar of "||"
        elif other is not found and found.width > 1 and other.score > _CLOSE * found.score:
            yield f"{mark} would divide the rows nearly as well, into {other.width} fields"


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


def _long_rows(found: Hypothesis) -> str:
    """Return what is doubtful where a stray quote may have joined lines; "" where nothing is."""

    def lines(row: Row) -> int:
        return len(row.fields[0].splitlines())

    several = [row for row in found.rows if lines(row) > 1]
    longest = max(several, key=lines, default=None)
    if longest is None or lines(longest) < _MANY_LINES or len(found.rows) < _MANY_ROWS:
        return ""
    if len(several) > _FEW_QUOTED * len(found.rows):
        return ""
    return (
        f"the text of line {longest.line} stands in quotes with {lines(longest)} lines, as hardly "
        "any other does: the quotes may be none of this kind"
    )
