"""Generated sentences as a text file or as a CSV that is inert in a spreadsheet, and where to."""

import math
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.generation.records import Batch, perplexity, predicted_words
from app.shared.saving import ask_save_path, inert_csv, write_in_one_step
from engine import SentenceGenerated

Record = tuple[Batch, SentenceGenerated]

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

_TEXT_FILTER = "Text, one sentence a line (*.txt)"
_CSV_FILTER = "Table with probabilities and settings (*.csv)"


def sentences_as_text(records: Sequence[Record]) -> str:
    """Return the sentences, one a line."""
    return "".join(f"{sentence.text}\n" for _, sentence in records)


def sentences_as_csv(records: Sequence[Record]) -> str:
    """Return the sentences with their probabilities and the settings that made them."""
    return inert_csv(_COLUMNS, (_cells(batch, sentence) for batch, sentence in records))


def _cells(batch: Batch, sentence: SentenceGenerated) -> list[str]:
    return [
        str(sentence.number),
        sentence.text,
        f"{abs(sentence.log_probability) / math.log(10.0):.6f}",
        f"{perplexity(sentence):.6g}",
        str(predicted_words(sentence)),
        "yes" if sentence.is_cut else "no",
        f"{batch.config.temperature:.2f}",
        str(batch.config.min_length),
        "" if batch.seed is None else str(batch.seed),
        batch.model,
    ]


def save_sentences(path: Path, records: Sequence[Record]) -> None:
    """Write a CSV if `path` ends so, else text; raise `ExportError` and keep the old file."""
    if path.suffix.lower() == ".csv":
        content = sentences_as_csv(records).encode("utf-8-sig", errors="replace")
    else:
        content = sentences_as_text(records).encode("utf-8", errors="replace")
    write_in_one_step(path, content, "The sentences")


def ask_sentences_path(suggested: Path) -> Path | None:
    """Ask where the sentences go; None when the user thinks better of it."""
    named, window = suggested.with_suffix(""), QApplication.activeWindow()
    return ask_save_path(window, "Save the sentences", named, [_TEXT_FILTER, _CSV_FILTER])
