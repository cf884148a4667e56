"""A CSV that is inert in a spreadsheet, written in one step.

No cell of it is taken for a formula, and a failure leaves the old file.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # the wide forms are formulas in some spreadsheets


class ExportError(Exception):
    """The file could not be written; the message is a sentence for the user."""


def neutralised(cell: str) -> str:
    """Return `cell` so that a spreadsheet takes it for text and never for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def inert_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV of `rows` under a header, every cell neutralised."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutralised(cell) for cell in row])
    return target.getvalue()


def write_in_one_step(path: Path, content: bytes, what: str) -> None:
    """Write `content` to `path`; raise `ExportError` about `what` and keep the old file."""
    target = QSaveFile(str(path))  # a new file that takes the old one's place when complete
    is_written = (
        target.open(QIODevice.OpenModeFlag.WriteOnly)
        and target.write(content) == len(content)
        and target.commit()
    )
    if not is_written:
        raise ExportError(
            f"{what} could not be written to {path}: {target.errorString()}. "
            "Choose another folder or name, or make room on the disk."
        )
