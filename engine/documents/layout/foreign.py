"""What is no table, or none that was understood: refused by what it is, never read by halves."""

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from engine.config import CsvConfig
from engine.documents.layout.doubts import LOOKED_AT, YAML_KEY, are_alike
from engine.documents.layout.header import is_name
from engine.documents.layout.hypotheses import CLEAR_SHARE, Hypothesis, find_table, quoted_delimiter
from engine.documents.layout.names import NAME
from engine.documents.rows import json_columns
from engine.errors import CorpusError

_JSON_ARRAY = re.compile(r'\s*\[\s*(?:[{\[]\s*["{\[\d-]|"(?:[^"\\]|\\.)*"\s*[,\]])')
_JSON_OBJECT = re.compile(r'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:')
_MARKDOWN_RULE = re.compile(
    r"^[ \t]*(?:\|[ \t]*)?:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)+\|?[ \t]*$", re.MULTILINE
)
_STATEMENTS = (
    (re.compile(r"^[ \t]*INSERT INTO\s", re.IGNORECASE | re.MULTILINE), "statements of SQL"),
    (re.compile(r"^\d\d:\d\d:\d\d[,.]\d{3} --> ", re.MULTILINE), "subtitles"),
)
_BEGINNINGS = (
    (
        re.compile(r"\s*(?:INSERT INTO\s|CREATE TABLE\s|DROP TABLE\s|-- \w+ dump)", re.IGNORECASE),
        "statements of SQL",
    ),
    (re.compile(r"\s*(?:%[^\n]*\n\s*)*@relation\s", re.IGNORECASE), "data in the format ARFF"),
)
_LATEX_LINE = re.compile(r"[ \t]*(?:[^\n]* & [^\n]*\\\\|\\[a-z])")  # a row, or \hline
_YAML_LINE = re.compile(r"[ \t]*(?:- )*(?:[\w.-]+:(?:[ \t].*)?|- .*|#.*|---|\.\.\.)?$")
_YAML_INNER = re.compile(r"(?:[ \t]+|[ \t]*- )[a-z_][\w.-]*:(?:[ \t]|$)")
_NAMES = re.compile(r"\s*[^\W\d]\w*(?:[\W_]+[^\W\d]\w*)+\s*")
_GAP = re.compile(r" {2,}(?=\S)")
_ODD_ENDS = {
    "\x85": "NEL (U+0085)",
    "\x1e": "RS (U+001E)",
    "\u2028": "U+2028",
    "\u2029": "U+2029",
    "\x0b": "VT (U+000B)",
    "\x0c": "FF (U+000C)",
}
_READ_AS_CP1252 = "…"  # NEL in an older encoding
_MANY_ENDS = 3
_MOST_ABOVE = 5  # lines above the dashes of a Markdown table
_NEEDED_SHARE = 0.6
_QUOTED_FIELD = re.compile(r'(?:^| )"[^"]*"(?: |$)')
_QUOTED_FIELDS = re.compile(r'(?:^| )"[^"]*" "[^"]*"(?: |$)')
_WAYS = (
    "Say how it is to be read: its delimiter (--delimiter), quotes (--quoting), lines above the "
    "table (--skip-rows N) or whether its first row names the columns (--header, --no-header); one "
    "column (--delimiter \\n) if each line is a text"
)


def refuse_odd_ends(path: Path, head: str) -> None:
    """Raise `CorpusError` if the rows or lines of a file end with no ordinary line end."""
    ordinary = head.count("\n") + head.count("\r")
    if ordinary < 2 and head.count(_READ_AS_CP1252) >= _MANY_ENDS:
        found, _ = find_table(head.replace(_READ_AS_CP1252, "\n"), None)
        if found.score > 0.0 and found.share >= CLEAR_SHARE:
            raise CorpusError(_odd_end(path, "NEL (0x85)"))
    for end, name in _ODD_ENDS.items():
        ends = head.count(end)
        if ends >= _MANY_ENDS and ends > 2 * ordinary:
            raise CorpusError(_odd_end(path, name))


def _odd_end(path: Path, name: str) -> str:
    return (
        f"{path.name} ends its rows with {name}, which is no line end of a text. "
        "Replace that character by an ordinary line end."
    )


def refuse_foreign(path: Path, head: str, config: CsvConfig) -> None:
    """Raise `CorpusError` if a file with the name of a table is something else."""
    if config.delimiter is not None or config.quoting is not None:
        return
    if _JSON_ARRAY.match(head[:2000]):
        raise CorpusError(
            f"{path.name} is not a table; it is a JSON array. Save it as JSON Lines: one object "
            'per line, such as {"text": "…"}, in a file named .jsonl.'
        )
    if _is_yaml(head):
        raise CorpusError(
            f"{path.name} is not a table; it looks like YAML. Save its texts as CSV, or one per "
            "line in a file named .txt; --delimiter \\n if each of its lines is a text."
        )
    if _JSON_OBJECT.match(head[:2000]) and not json_columns(head.strip().splitlines()[0]):
        raise CorpusError(
            f"{path.name} is not a table; it is a JSON object over several lines. Save its texts "
            "as "
            'JSON Lines: one object per line, such as {"text": "…"}, in a file named .jsonl.'
        )
    held = [what for pattern, what in _BEGINNINGS if pattern.match(head[:2000])]
    held += [
        what for pattern, what in _STATEMENTS if len(pattern.findall(head[:20_000])) >= _MANY_ENDS
    ]
    if held:
        raise CorpusError(
            f"{path.name} is not a table; it holds {held[0]}. Save its texts as CSV, or one per "
            "line in a file named .txt."
        )
    if _is_latex_table(head[:20_000]):
        raise CorpusError(
            f"{path.name} is a LaTeX table. Save it as CSV: with commas, and without what ends its "
            "lines."
        )
    if _is_markdown_table(head[:20_000]):
        raise CorpusError(
            f"{path.name} is a Markdown table. Save it as CSV: without the line of dashes, and "
            "without the bars at the ends of its lines."
        )


def _is_latex_table(text: str) -> bool:
    """Whether the lines are cells between "&" that end with two backslashes, or commands."""
    lines = [line for line in text.splitlines()[:LOOKED_AT] if line.strip()]
    return are_alike(lines, _LATEX_LINE) and sum(" & " in line for line in lines) > 1


def _is_markdown_table(text: str) -> bool:
    """Whether a line of dashes stands below the first row of bars; texts may have tables, too."""
    rule = _MARKDOWN_RULE.search(text)
    if rule is None or "|" not in rule.group() or text[: rule.start()].count('"') % 2:
        return False
    above = [line for line in text[: rule.start()].splitlines() if line.strip()]
    below = [line for line in text[rule.end() :].splitlines() if line.strip()]
    return (
        0 < len(above) <= _MOST_ABOVE
        and "|" in above[-1]
        and sum("|" in line for line in above) == 1
        and all("|" in line for line in below[:1])
    )


def _is_yaml(head: str) -> bool:
    """Whether the lines are keys with values, some of them within others.

    What people say behind their names ("Ann: Hello.") has no line within another.
    """
    lines = [line for line in head.splitlines()[:LOOKED_AT] if line.strip()]
    if not are_alike(lines, _YAML_LINE):
        return False
    inner = sum(bool(_YAML_INNER.match(line)) for line in lines)
    keys = sum(bool(YAML_KEY.match(line)) for line in lines)
    is_begun = keys > 0 or lines[0] == "---" or bool(_YAML_INNER.match(lines[0]))
    return inner >= 2 and is_begun


def misunderstood(path: Path, found: Hypothesis, tried: Sequence[Hypothesis], skipped: int) -> None:
    """Raise `CorpusError` if the rows of a file of one column look like rows of a table."""
    _refuse_whole_rows(path, found)
    _refuse_blanks(path, found)
    for hypothesis in tried:
        dialect, rows = hypothesis.dialect, hypothesis.rows
        if hypothesis.is_prose or len(rows) < 2:
            continue
        first = next((row for row in rows if len(row.fields) > 1), None)
        if first is None:
            continue
        wide = sum(len(row.fields) > 1 for row in rows)
        names = [field.strip() for field in first.fields]
        is_headed = (
            first.line == rows[0].line
            and all(map(is_name, names))
            and all(len(name.split()) == 1 for name in names)
            and not first.fields[1].startswith(" ")
        )
        joins = sum(_has_join(row.fields) for row in rows)
        below = max(2, len(rows) // 2, sum(row.line >= first.line for row in rows))  # a title
        if joins < _NEEDED_SHARE * below and not (is_headed and wide > 0.5 * len(rows)):
            continue
        other = next((row for row in rows if len(row.fields) != len(first.fields)), first)
        shown = quoted_delimiter(dialect.delimiter)
        raise CorpusError(
            f"{path.name} looks like a table, but it is unclear how it is divided: line "
            f"{first.line + skipped} has {len(first.fields)} fields between {shown}, line "
            f"{other.line + skipped} has {len(other.fields)}. {_WAYS}."
        )


def _has_join(fields: Sequence[str]) -> bool:
    """Whether a delimiter stands where none stands in running text: no blank or digit behind."""
    return any(
        right[:1] != " "
        and not (left[-1:].isdigit() and right[:1].isdigit())
        and not (left.count('"') % 2 and right[:1] == '"')  # "So," she said
        for left, right in itertools.pairwise(filter(None, fields))
    )


def _refuse_blanks(path: Path, found: Hypothesis) -> None:
    """Raise `CorpusError` if blanks stand between the fields of rows, some of them in quotes."""
    texts = [row.fields[0].strip() for row in found.rows[:LOOKED_AT]]
    if len(texts) < _MANY_ENDS or found.has_quotes:
        return
    names = texts[0].split()
    is_headed = (
        len(names) > 2
        and all(NAME.fullmatch(name.strip('"')) for name in names)
        and all(text[:1].isdigit() for text in texts[1:])
    )
    field = _QUOTED_FIELD if is_headed else _QUOTED_FIELDS
    if sum(bool(field.search(text)) for text in texts[1:]) < _NEEDED_SHARE * (len(texts) - 1):
        return
    raise CorpusError(
        f"{path.name} looks like a table with spaces between its fields, such as in line "
        f"{found.rows[1].line}, but not all of its rows have as many. Save it with commas, or "
        "choose one column as its delimiter (--delimiter \\n) if each line is a text."
    )


def _refuse_whole_rows(path: Path, found: Hypothesis) -> None:
    """Raise `CorpusError` if each row of a table stands in quotes, or its columns in blanks."""
    texts = [row.fields[0] for row in found.rows[:LOOKED_AT]]
    if len(texts) < _MANY_ENDS:
        return
    gaps = [{match.end() for match in _GAP.finditer(text)} for text in texts]
    if set.intersection(*gaps):
        raise CorpusError(
            f"{path.name} has columns of a fixed width, padded with spaces; such a table is not "
            "read. Save it as CSV."
        )
    if not found.has_quotes or not _NAMES.fullmatch(texts[0]):
        return
    inner, _ = find_table("\n".join(texts), None)
    names = [name.strip() for name in inner.rows[0].fields] if inner.rows else []
    is_named = len(names) == inner.width > 1
    if is_named and inner.share > _NEEDED_SHARE and all(map(NAME.fullmatch, names)):
        raise CorpusError(
            f"{path.name} is a table, but each of its rows stands in quotes as a whole (line "
            f"{found.rows[0].line}), so that it has one column. Save it again, without them."
        )
