"""Which columns of a file hold the text, as a person names them."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from engine.documents.layout.detection import Layout
from engine.documents.rows import Row
from engine.errors import CorpusError


def wanted_columns(path: Path, layout: Layout, columns: Sequence[str]) -> list[int]:
    """Return the indexes of the columns asked for by name or by 1-based number.

    Raises
    ------
    CorpusError
        If a column is not there; the message lists those that are.
    """
    if not columns:
        return [layout.guessed_column]
    found: list[int] = []
    for column in columns:
        if column in layout.columns:
            index = layout.columns.index(column)
        elif column.isdecimal() and 1 <= int(column) <= len(layout.columns):
            index = int(column) - 1
        else:
            _refuse_as_header(path, layout, column)
            known = ", ".join(f"'{name}'" for name in layout.columns[:30])
            raise CorpusError(
                f"{path.name} has no column '{column}'. It has {known}. "
                "Choose one by its name or its number."
            )
        if index not in found:
            found.append(index)
    return found


def _refuse_as_header(path: Path, layout: Layout, column: str) -> None:
    """Raise `CorpusError` if a column is not known only because its header is not."""
    if layout.kind == "json" or layout.header_line:
        return
    source = StringIO(layout.head, newline="")
    rows = layout.table_rows(source, keep_undecodable=False)
    first = next((row for row in rows if isinstance(row, Row)), None)
    above = [title.text for title in layout.titles]
    if first is not None and column in [field.strip() for field in first.fields]:
        raise CorpusError(
            f"{path.name} has no column '{column}', since its first row is taken for text. "
            "That row holds this name: say --header, or tick “First row names the columns”."
        )
    if any(column in text for text in above):
        raise CorpusError(
            f"{path.name} has no column '{column}': the line that holds this name has another "
            "number of names than the rows have fields. Choose the column by its number, "
            f"1 to {len(layout.columns)}."
        )
