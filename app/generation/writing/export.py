"""Written sentences as text, as a CSV that is inert in a spreadsheet, or as JSON lines."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.generation.records import Batch
from app.shared.saving import ask_save_path, inert_csv
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
    "begins_with",
    "minus_log10_probability_of_that",
    "max_length",
    "top_k",
    "top_p",
    "min_p",
    "repetition_penalty",
    "no_repeat_ngram",
    "beams",
)

_TEXT_FILTER = "Text, one sentence per line (*.txt)"
_CSV_FILTER = "Table with probabilities and settings (*.csv)"
_JSON_FILTER = "JSON lines with probabilities and settings (*.jsonl)"


def sentences_as_text(records: Sequence[Record]) -> str:
    """Return the sentences, one per line."""
    return "".join(f"{sentence.text}\n" for _, sentence in records)


def sentences_as_csv(records: Sequence[Record]) -> str:
    """Return the sentences with their probabilities and the settings that made them."""
    return inert_csv(_COLUMNS, (_cells(batch, sentence) for batch, sentence in records))


def sentences_as_json_lines(records: Sequence[Record]) -> str:
    """Return one JSON object a sentence, with its probability, seed and all settings."""
    return "".join(
        json.dumps(_values(batch, sentence), ensure_ascii=False) + "\n"
        for batch, sentence in records
    )


def _cells(batch: Batch, sentence: SentenceGenerated) -> list[str]:
    settings = sentence.settings
    begun = sentence.words[: sentence.started_with]
    return [
        str(sentence.number),
        sentence.text,
        f"{abs(sentence.log_probability) / math.log(10.0):.6f}",
        f"{sentence.perplexity:.6g}",
        str(sentence.predicted_words),
        "yes" if sentence.is_cut else "no",
        f"{settings.temperature:.2f}",
        str(settings.min_length),
        str(sentence.seed),
        _model(batch),
        " ".join(begun),
        f"{abs(sentence.start_log_probability) / math.log(10.0):.6f}" if begun else "",
        str(settings.max_length),
        "" if settings.top_k is None else str(settings.top_k),
        f"{settings.top_p:g}",
        f"{settings.min_p:g}",
        f"{settings.repetition_penalty:g}",
        str(settings.no_repeat_ngram),
        str(settings.beams),
    ]


def _values(batch: Batch, sentence: SentenceGenerated) -> dict[str, object]:
    return {
        "number": sentence.number,
        "text": sentence.text,
        "words": sentence.words,
        "log_probability": sentence.log_probability,
        "perplexity": _finite(sentence.perplexity),
        "is_cut": sentence.is_cut,
        "started_with": sentence.started_with,
        "start_log_probability": sentence.start_log_probability,
        "seed": sentence.seed,
        "settings": sentence.settings.to_json(),
        "model": _model(batch),
    }


def _model(batch: Batch) -> str:
    return f"{batch.origin}, {batch.model}" if batch.origin else batch.model


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def sentences_as(suffix: str, records: Sequence[Record]) -> bytes:
    """Return the content of a file with this suffix: a CSV, JSON lines, or else text."""
    match suffix.lower():
        case ".csv":
            return sentences_as_csv(records).encode("utf-8-sig", errors="replace")
        case ".jsonl":
            return sentences_as_json_lines(records).encode("utf-8", errors="replace")
        case _:
            return sentences_as_text(records).encode("utf-8", errors="replace")


def ask_sentences_path(suggested: Path) -> Path | None:
    """Ask where the sentences go; None when the user thinks better of it."""
    named, window = suggested.with_suffix(""), QApplication.activeWindow()
    filters = [_TEXT_FILTER, _CSV_FILTER, _JSON_FILTER]
    return ask_save_path(window, "Save the sentences", named, filters)
