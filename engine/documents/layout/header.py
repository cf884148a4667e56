"""Which row names the columns, what stands above it, and which column holds the text."""

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from engine.documents.layout.hypotheses import Hypothesis, quoted_delimiter
from engine.documents.layout.names import NAME, TEXT_NAMES
from engine.documents.table_shape import NUMBER, UNKNOWN, Shape, column_of, is_rule
from engine.documents.text_file import shown
from engine.wording import counted

_MOST_ABOVE = 30  # rows above a header
_NUMBER = re.compile(r"[-+]?[\d.,:/ %$€-]+")
_WORD = re.compile(r"[^\W\d_]\S*")  # between blanks, from its first letter on
_PARTS = re.compile(r"[\W_]+")
_LONGEST_NAME = 400  # characters: a question of a survey
_ENOUGH = 3  # rows that tell that a long first row is a header
_FIELDS_OF_A_PHRASE = 3  # that commas divide
_BELOW = 5  # rows at the end of a table that may be none
_MANY = 10  # texts
_WORDS_OF_A_SENTENCE = 3
_NEARLY_ALL = 0.9
_MANY_QUOTED = 0.1  # of the rows: quotes that tell that this is a table
_WORDS_OF_A_QUESTION = 5
_FEW_IN_PLACE = 0.2  # of the values below a column without a name
_LESS_AT_THE_END = (
    "the rows end with a delimiter that the header lacks; nothing is behind it, and the names are "
    "those of the columns from the left"
)
_LESS_AT_THE_BEGINNING = (
    "the header has one name fewer than the rows have fields; the first column is taken for row "
    "names"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where a table begins."""

    row: int  # index of the header among the rows of the sample; -1 = none
    first: int  # index of the first row of the table below
    names: tuple[str, ...]  # () = the columns have none
    doubt: str = ""  # what a person should look at


def find_header(found: Hypothesis, has_header: bool | None) -> Header:  # noqa: FBT001
    """Find the header of a table among its first rows.

    `has_header` is what the user said about the first row; None = detect it.
    """
    rows, width = found.rows, found.width
    first = found.first
    if not rows or width == 0:
        return Header(row=-1, first=0, names=())
    if width == 1:
        return _of_one_column(found, has_header)
    if has_header is not False:
        for index in range(first, min(first + _MOST_ABOVE, found.last)):
            fields = found.trimmed(rows[index].fields)
            if len(fields) == width + 1 and not fields[-1].strip() and all(fields[:-1]):
                fields = fields[:-1]  # it alone ends with a delimiter
            if len(fields) != width:
                continue
            body = found.body(index + 1)
            if has_header is None and _is_above_header(found, index, fields):
                continue
            if has_header or _is_header(fields, body):
                if has_header and index == first:
                    better = _padded_above(found, first)
                    if better > index:
                        continue
                is_shorter = found.shape.ends_with_delimiter and fields == rows[index].fields
                doubt = _LESS_AT_THE_END if is_shorter else _doubt_of_few(len(body))
                doubt = doubt or _doubt_of_only_name([name for name in fields if name.strip()])
                return Header(row=index, first=index + 1, names=tuple(fields), doubt=doubt)
            if not _may_stand_above(found, fields, index):
                break
        other = _of_another_width(found, first)
        if other is not None:
            return other
    doubt = "" if has_header is False else _doubt_without_header(found, first)
    return Header(row=-1, first=first, names=(), doubt=doubt)


def _doubt_without_header(found: Hypothesis, first: int) -> str:
    """Return why there may be a header, or no table, although none was found; or ""."""
    count = found.last - first
    delimiter = found.dialect.delimiter
    if found.quoted < _MANY_QUOTED and delimiter != "\t":
        return (
            f"no row names the columns; that each line has {found.width} fields is told by "
            f"{quoted_delimiter(delimiter)} alone, and each may be one text"
        )
    for index in range(first, min(first + _ENOUGH, found.last)):
        fields = found.trimmed(found.rows[index].fields)
        if len(fields) == found.width and _may_stand_above(found, fields, index):
            filled = sum(map(bool, map(str.strip, fields)))
            return (
                f"no row names the columns, and row {index - first + 1} has {filled} of its "
                f"{found.width} fields filled, as a title has or a header of several rows"
            )
    fields, *body = found.body(first) or [[]]
    named = [index for index, field in enumerate(fields) if field.strip()]
    if 0 < len(named) < len(fields) and detect_header(
        [[row[index] for index in named] for row in (fields, *body)]
    ):
        return (
            f"the first row is taken for text, but may name {len(named)} of the {len(fields)} "
            "columns"
        )
    return _doubt_of_few(max(1, count - 1))


def _doubt_of_few(count: int) -> str:
    """Return what so few rows of a table cannot tell; "" where they can."""
    if not 0 < count <= _ENOUGH:
        return ""
    rows = counted(count, "row")
    return f"with only {rows}, a header or a note cannot be told from text for certain"


def is_one_name(found: Hypothesis, header: Header) -> bool:
    """Whether a single word stands above rows that no row names.

    It names a column of texts, which have the delimiter in them.
    """
    first = found.rows[0].fields if found.rows else []
    return (
        header.row < 0
        and found.width > 1
        and found.quoted < _MANY_QUOTED
        and found.first == 1
        and len(first) == 1
        and bool(NAME.fullmatch(first[0].strip()))
    )


def _is_above_header(found: Hypothesis, index: int, fields: list[str]) -> bool:
    """Whether a row that has as many fields as the table by chance stands above its header."""
    below = next(
        (
            (number, trimmed)
            for number in range(index + 1, min(index + _MOST_ABOVE, found.last))
            if len(trimmed := found.trimmed(found.rows[number].fields)) == found.width
        ),
        None,
    )
    if below is None:
        return False
    number, names = below
    names = [name.strip() for name in names]
    is_remark = fields[0].lstrip().startswith("#")
    if is_remark and names[0].startswith("#"):
        return True
    are_words = all(len(name.split()) == 1 for name in names)
    is_phrase = any(len(field.split()) > 1 or field[:1] == " " for field in fields)
    has_text_name = any(name.lower() in TEXT_NAMES for name in names)
    has_own = any(field.strip().lower() in TEXT_NAMES for field in fields)
    if not (is_remark or (are_words and is_phrase) or (has_text_name and not has_own)):
        return False
    return names != [f.strip() for f in fields] and _is_header(names, found.body(number + 1))


def _padded_above(found: Hypothesis, first: int) -> int:
    """Return the index of a header below rows that only fill up a title, else that of the first."""
    for index in range(first, min(first + _MOST_ABOVE, found.last)):
        fields = found.trimmed(found.rows[index].fields)
        if len(fields) == found.width and not _may_stand_above(found, fields, index):
            return index if _is_header(fields, found.body(index + 1)) else first
    return first


def _may_stand_above(found: Hypothesis, fields: list[str], index: int) -> bool:
    """Whether a row is a title that a spreadsheet filled up with delimiters, or a comment."""
    filled = sum(map(bool, map(str.strip, fields)))
    below = found.body(index + 1)[:100]
    usual = sum(sum(map(bool, map(str.strip, row))) for row in below) / max(1, len(below))
    return fields[0].lstrip().startswith("#") or (not fields[-1].strip() and filled < usual - 0.5)


def _of_one_column(found: Hypothesis, has_header: bool | None) -> Header:  # noqa: FBT001
    rows = [[row.fields[0]] for row in found.rows]
    texts = [row[0] for row in rows]
    is_chosen = has_header is not None
    if not is_chosen:
        for index in (1, 2):  # below a title or a comment
            name = rows[index][0].strip().lower() if len(rows) > index + 1 else ""
            if name in TEXT_NAMES and name not in (row[0].strip().lower() for row in rows[:index]):
                return Header(row=index, first=index + 1, names=(rows[index][0],))
        has_header = _names_texts(texts)
    doubt = "" if is_chosen else _doubt_of_title(found)
    if has_header:
        doubt = doubt or ("" if is_chosen else _doubt_of_name(found))
        return Header(row=0, first=1, names=tuple(rows[0]), doubt=doubt)
    return Header(row=-1, first=0, names=(), doubt=doubt)


def _doubt_of_title(found: Hypothesis) -> str:
    """Return why a line below the first may name the texts; "" where none may."""
    texts = [row.fields[0] for row in found.rows]
    for index in (1, 2):
        title, name = texts[:index], texts[index:]
        is_title = all(len(text.split()) > 1 and text.strip()[-1:].isalnum() for text in title)
        if name and is_title and (_is_underlined(name) or _is_one_word_above_sentences(name)):
            return (
                f"the line '{name[0].strip()}' may name the column, below a title, but both are "
                "taken for texts; if it does, leave out what is above it (--skip-rows)"
            )
    return ""


def _is_underlined(texts: Sequence[str]) -> bool:
    """Whether a single word stands above a line of dashes, as in what a database prints."""
    return len(texts) > 1 and bool(NAME.fullmatch(texts[0].strip())) and is_rule(texts[1:2])


def _doubt_of_name(found: Hypothesis) -> str:
    """Return why the first line may be a text; "" where it is what columns are called."""
    is_table = found.quoted * len(found.rows) >= _ENOUGH
    return "" if is_table else _doubt_of_only_name(found.rows[0].fields)


def _doubt_of_only_name(names: Sequence[str]) -> str:
    """Return why the only name in the first line may be a text; "" where there are more."""
    name = names[0].strip()
    is_usual = any(word in TEXT_NAMES for word in _PARTS.split(name.lower()))
    if len(names) > 1 or is_usual or not name.isalpha():
        return ""
    return f"the first line, '{name}', is taken for the name of the column"


def _names_texts(texts: Sequence[str]) -> bool:
    """Whether the first of the texts in the only column names the others."""
    return _can_name_texts(texts[0]) and (
        detect_header([[text] for text in texts])
        or _is_underlined(texts)
        or _is_one_word_above_sentences(texts)
    )


def _can_name_texts(name: str) -> bool:
    """Whether it is no text itself: a word, or such as "Text of the review"."""
    words = name.strip().lower().split()
    return bool(NAME.fullmatch(name.strip())) or any(word in TEXT_NAMES for word in words)


def _is_one_word_above_sentences(texts: Sequence[str]) -> bool:
    """Whether a file of sentences begins with a single word, which names them."""
    name, others = texts[0].strip(), texts[1:]
    if len(others) < _MANY or not NAME.fullmatch(name):
        return False
    long = sum(len(text.split()) >= _WORDS_OF_A_SENTENCE for text in others)
    is_alone = all(len(text.split()) > 1 for text in others)
    return is_alone and long >= _NEARLY_ALL * len(others)


def _of_another_width(found: Hypothesis, first: int) -> Header | None:
    """Return the header with one name more or fewer than its rows have fields."""
    if first == 0 or first > _MOST_ABOVE:
        return None
    written = found.rows[first - 1].fields
    fields = [field.strip() for field in written]
    width, body = found.width, found.body(first)
    is_short = len(written) <= _FIELDS_OF_A_PHRASE
    if is_short and _is_phrase(written) and not any(map(_is_phrase, body[:_ENOUGH])):
        return None  # a comma of a title
    is_ended = len(fields) == width + 1 and not fields[-1] and all(fields[:-1])
    if is_ended and _is_header(fields[:-1], body):
        return Header(row=first - 1, first=first, names=tuple(fields[:-1]))
    if not all(map(is_name, fields)) or len(set(fields)) < len(fields) or len(fields) < 2:
        return None
    if len(fields) == width - 1 and not any(row[-1].strip() for row in body):
        return Header(row=first - 1, first=first, names=(*fields, ""), doubt=_LESS_AT_THE_END)
    if len(fields) == width - 1 and _are_row_names([row[0] for row in body]):
        are_ended = any(not row[-1].strip() for row in body)  # the header may lack the last name
        is_sure = [row[0].strip() for row in body] in _counts(len(body)) and not are_ended
        doubt = "" if is_sure else _LESS_AT_THE_BEGINNING
        return Header(row=first - 1, first=first, names=("", *fields), doubt=doubt)
    if abs(len(fields) - width) <= 2 and _is_header(fields[:width], body):
        return Header(
            row=first - 1,
            first=first,
            names=(),
            doubt=f"the header has {len(fields)} names for {width} columns, so that it cannot be "
            "told which is whose; choose the columns by number",
        )
    return None


def _is_phrase(fields: Sequence[str]) -> bool:
    """Whether a blank stands behind a delimiter, as in running text."""
    return any(field[:1] == " " for field in fields[1:])


def _counts(count: int) -> list[list[str]]:
    return [list(map(str, range(begin, begin + count))) for begin in (0, 1)]


def _are_row_names(values: Sequence[str]) -> bool:
    """Whether a first column without a name has one value for each row."""
    filled = [value.strip() for value in values if value.strip()]
    return len(filled) == len(values) and len(set(filled)) == len(filled)


def _is_header(fields: Sequence[str], body: list[list[str]]) -> bool:
    """Whether a row names the columns of `body`; names may be empty, and long."""
    body = [row for row in body if row != fields]
    ends = {len(body), len(body) - 1, len(body) - _BELOW}
    return any(_names(fields, body[:end]) for end in ends if end == len(body) or end > 1)


def _names(fields: Sequence[str], body: list[list[str]]) -> bool:
    """Whether a row names the columns of `body`, which may have notes or totals below."""
    names = [field.strip() for field in fields]
    unnamed = [index for index, name in enumerate(names) if not name]
    if len(unnamed) == len(names):
        return False
    for index in unnamed:
        filled = sum(bool(row[index].strip()) for row in body)
        if index > 0 and filled > _FEW_IN_PLACE * len(body):
            return False
        if index == 0 and not _is_index([row[0] for row in body]):
            return False
    kept = [index for index in range(len(names)) if names[index]]
    if len(kept) == 1 and not any(row[index].strip() for row in body for index in unnamed):
        return _names_texts([names[kept[0]], *(row[kept[0]] for row in body)])
    rows = [[names[index] for index in kept]]
    rows += [[row[index] for index in kept] for row in body]
    return detect_header(rows)


def _is_index(values: Sequence[str]) -> bool:
    below = list(itertools.dropwhile(lambda value: not value.strip(), values))
    is_header_longer = len(values) - len(below) < min(_ENOUGH, len(below))  # has several rows
    return not below or (is_header_longer and _are_row_names(below))


def detect_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first of `rows` names the columns."""
    if not rows:
        return False
    names = [field.strip() for field in rows[0]]
    others = rows[1:]
    if names[0] == "" and len(names) > 1 and _is_index([row[0] for row in others]):
        return detect_header([row[1:] for row in rows])
    if _are_numbers(names):
        columns = [[row[k] for row in others if k < len(row)] for k in range(len(names))]
        return any(column_of(values).kind not in ("number", "empty") for values in columns)
    if not all(map(is_name, names)):
        return _is_long_header(names, others)
    if any(name.lower() in TEXT_NAMES for name in names):
        return True
    is_twice = len(set(names)) < len(names)
    if not others:
        return len(names) > 1 and not is_twice
    columns = [[row[index] for row in others if index < len(row)] for index in range(len(names))]
    if is_twice and _is_below(names, columns):
        return False
    if any(_differs(name, values) for name, values in zip(names, columns, strict=True)):
        return not _comes_again(names, columns)
    return not is_twice and len(others) >= _ENOUGH and _are_all_new(names, columns)


def _are_numbers(names: Sequence[str]) -> bool:
    """Whether the columns are only numbered, as pandas does."""
    return any(list(names) == list(map(str, range(begin, begin + len(names)))) for begin in (0, 1))


def _is_long_header(names: list[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether a row with long names, as the questions of a survey, is a header.

    Some column below must be numbers or a few labels, of which the name is none.
    """
    if not others or len(names) < 2:
        return False
    if any(not name or len(name) > _LONGEST_NAME or NUMBER.fullmatch(name) for name in names):
        return False
    if any(name.count('"') % 2 for name in names):
        return False
    columns = [[row[index] for row in others if index < len(row)] for index in range(len(names))]
    if _comes_again(names, columns) or (len(set(names)) < len(names) and _is_below(names, columns)):
        return False
    return any(
        (len(others) > 1 and column_of(values).kind == "number" and name.lower() not in UNKNOWN)
        or (len(others) >= _ENOUGH and (_is_new(name, values) or _is_question(name, values)))
        for name, values in zip(names, columns, strict=True)
    )


def _is_question(name: str, values: Sequence[str]) -> bool:
    """Whether a name is a sentence, where all the values below it are single words."""
    return len(name.split()) >= _WORDS_OF_A_QUESTION and column_of(values).kind == "token"


def _is_below(names: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether a name stands among the values below it, as it may where it is none."""
    return any(name in map(str.strip, values) for name, values in zip(names, columns, strict=True))


def _comes_again(names: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether a name is one of the labels below it."""
    return any(
        name in column_of(values).labels for name, values in zip(names, columns, strict=True)
    )


def _are_all_new(names: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether some column has labels of which its name is none, and no name is a label."""
    is_new = [_is_new(name, values) for name, values in zip(names, columns, strict=True)]
    return any(is_new) and not _comes_again(names, columns)


def _is_new(name: str, values: Sequence[str]) -> bool:
    labels = column_of(values).labels
    return bool(labels) and name not in labels and len(labels) <= max(2, len(values) // 10)


def is_name(field: str) -> bool:
    """Tell whether a field can be the short name of a column."""
    return (
        0 < len(field) <= 64
        and len(field.split()) <= 5
        and not _NUMBER.fullmatch(field)
        and field.count('"') % 2 == 0  # else it is half of a text in quotes
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


def is_other_header(shape: Shape, fields: Sequence[str]) -> bool:
    """Tell whether a row, below a blank line, names the columns of another table.

    All of it are names, and some stands where this table has numbers, or is what columns of
    texts are called.
    """
    names = [field.strip() for field in fields]
    if len(names) != shape.width or shape.width < 2 or len(set(names)) < len(names):
        return False
    if tuple(names) == shape.header or not all(map(is_name, names)):
        return False
    is_out_of_place = any(
        column.kind == "number" and not column.takes(name)
        for column, name in zip(shape.columns, names, strict=True)
    )
    are_words = all(len(name.split()) == 1 for name in names)
    return is_out_of_place or (are_words and any(name.lower() in TEXT_NAMES for name in names))


def numbered(count: int) -> list[str]:
    """Return what columns without a header are called."""
    return [f"column {number}" for number in range(1, count + 1)]


def column_names(fields: Sequence[str]) -> list[str]:
    """Name each column: an empty name or one that was there before gets its number."""
    names: list[str] = []
    known: set[str] = set()  # there may be thousands
    for number, field in enumerate(fields, start=1):
        name = shown(field).strip() or f"column {number}"
        names.append(f"{name} ({number})" if name in known else name)
        known.add(names[-1])
    return names


def guess_text_column(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the column with the longest natural text."""
    words, letters = [0] * len(names), [0] * len(names)
    for row in rows:
        for index, value in enumerate(row[: len(names)]):
            if value:  # of half a million columns most are empty
                # An address or an identifier counts as one word at most.
                words[index] += len(_WORD.findall(value[:5000]))
                letters[index] += min(len(value), 5000)
    lengths = sorted(map(len, rows))
    scores = []
    for index, name in enumerate(names):
        values = len(rows) - bisect_right(lengths, index)
        has_text_name = name.strip().lower() in TEXT_NAMES
        scores.append((words[index] / max(1, values), has_text_name, letters[index], -index))
    return -max(scores)[-1] if scores else 0
