"""Generated sentences as a text file or as a CSV that is inert in a spreadsheet.

The text is made here and written in one step: a failure leaves the old file.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from app.shared.saving import ExportError, inert_csv, write_in_one_step
from app.state.generated_sentences import Batch, GeneratedSentence

__all__ = ["ExportError", "save_sentences", "sentences_as_csv", "sentences_as_text"]

Record = tuple[Batch, GeneratedSentence]

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


def sentences_as_text(records: Sequence[Record]) -> str:
    """Return the sentences, one a line."""
    return "".join(f"{sentence.text}\n" for _, sentence in records)


def sentences_as_csv(records: Sequence[Record]) -> str:
    """Return the sentences with their probabilities and the settings that made them."""
    return inert_csv(_COLUMNS, (_cells(batch, sentence) for batch, sentence in records))


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
    write_in_one_step(path, content, "The sentences")
