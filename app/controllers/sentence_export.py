"""Generated sentences as a text file or as a CSV that is inert in a spreadsheet.

The text is made here and written in one step: a failure leaves the old file.
"""

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile

from app.state.generated_sentences import Batch, GeneratedSentence

Record = tuple[Batch, GeneratedSentence]

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # the wide forms are formulas in some spreadsheets
_COLUMNS = (
    "number",
    "sentence",
    "minus_log10_probability",  # not negative: a cell must not begin with "-"
    "perplexity_per_word",
    "predicted_words",
    "is_cut",
    "temperature",
    "min_length",
    "seed",
    "model",
)


class ExportError(Exception):
    """The file could not be written; the message is a sentence for the user."""


def neutralised(cell: str) -> str:
    """Return `cell` so that a spreadsheet takes it for text and never for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def sentences_as_text(records: Sequence[Record]) -> str:
    """Return the sentences, one a line."""
    return "".join(f"{sentence.text}\n" for _, sentence in records)


def sentences_as_csv(records: Sequence[Record]) -> str:
    """Return the sentences with their probabilities and the settings that made them."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for batch, sentence in records:
        writer.writerow([neutralised(cell) for cell in _cells(batch, sentence)])
    return target.getvalue()


def _cells(batch: Batch, sentence: GeneratedSentence) -> list[str]:
    return [
        str(sentence.number),
        sentence.text,
        f"{abs(sentence.log_probability) / math.log(10.0):.6f}",
        f"{sentence.perplexity:.6g}",
        str(sentence.predicted_words),
        "yes" if sentence.is_cut else "no",
        f"{batch.settings.temperature:.2f}",
        str(batch.settings.min_length),
        "" if batch.seed is None else str(batch.seed),
        batch.model,
    ]


def save_sentences(path: Path, records: Sequence[Record]) -> None:
    """Write a CSV if `path` ends so, else text; raise `ExportError` and keep the old file."""
    if path.suffix.lower() == ".csv":
        content = sentences_as_csv(records).encode("utf-8-sig", errors="replace")
    else:
        content = sentences_as_text(records).encode("utf-8", errors="replace")
    target = QSaveFile(str(path))  # a new file that takes the old one's place when complete
    is_written = (
        target.open(QIODevice.OpenModeFlag.WriteOnly)
        and target.write(content) == len(content)
        and target.commit()
    )
    if not is_written:
        raise ExportError(
            f"The sentences could not be written to {path}: {target.errorString()}. "
            "Choose another folder or name, or make room on the disk."
        )
