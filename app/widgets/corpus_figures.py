"""A corpus's summary as figures and sentences for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.formatting import counted, format_count, format_percent
from app.widgets.figure_grid import Figure

if TYPE_CHECKING:
    from engine import CorpusSummary, RowProblem

SPECIAL_TOKENS = 3  # of the vocabulary; they are not words of the text
_DELIMITER_NAMES = {
    "": "one column",
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    " ": "space",
    "\n": "one column",
}


def delimiter_name(delimiter: str) -> str:
    """Return a delimiter in words."""
    return _DELIMITER_NAMES.get(delimiter, repr(delimiter))


def corpus_figures(summary: "CorpusSummary") -> tuple[Figure, ...]:
    """Return the figures of a corpus in reading order."""
    return (
        Figure(
            name="documents",
            value=format_count(summary.documents),
            meaning="Texts read from the file, one a row",
            role="documents",
        ),
        Figure(
            name="sentences",
            value=format_count(summary.sentences),
            meaning="Sentences found in the documents",
            role="sentences",
        ),
        Figure(
            name="words",
            value=format_count(summary.words),
            meaning="Words and punctuation marks in all sentences",
            role="words",
        ),
        Figure(
            name="different words",
            value=format_count(summary.different_words),
            meaning="Different words and punctuation marks, lower-cased",
            role="different_words",
        ),
        Figure(
            name="vocabulary",
            value=format_count(summary.vocabulary_size),
            meaning="The most frequent words and the three special tokens: "
            "what the network chooses from at each step",
            role="vocabulary_size",
        ),
        Figure(
            name="unknown words",
            value=format_percent(summary.unknown_share),
            meaning="Share of the words that are not in the vocabulary; "
            "the network reads each as UNKNOWN_TOKEN",
            role="unknown_share",
        ),
        Figure(
            name=f"rarest word, × {format_count(summary.least_frequent_count)}",
            value=summary.least_frequent_word,
            meaning="The least frequent word of the vocabulary and how often it occurs",
            role="least_frequent_word",
        ),
        Figure(
            name="held out",
            value=format_count(summary.validation_documents),
            meaning="Documents that training never sees, for measuring the loss: "
            f"{counted(summary.validation_sentences, 'sentence')}, "
            f"{counted(summary.validation_words, 'word')}",
            role="validation_documents",
        ),
        Figure(
            name="duplicates",
            value=format_count(summary.duplicate_documents),
            meaning="Documents whose text occurred before, word for word",
            role="duplicate_documents",
        ),
        Figure(
            name="rows refused",
            value=format_count(summary.refused_rows),
            meaning="Rows that could not be read: they are listed with their line "
            f"({counted(summary.repaired_rows, 'row')} repaired)",
            role="refused_rows",
        ),
    )


def corpus_origin(summary: "CorpusSummary") -> str:
    """Tell in one line where the corpus came from and how it was read."""
    columns = " + ".join(summary.columns)
    noun = "column" if len(summary.columns) == 1 else "columns"
    column = f"{noun} “{columns}”, " if columns else ""
    name = delimiter_name(summary.delimiter)
    separated = f"{name}-separated" if summary.delimiter else name
    return f"{column}{summary.encoding}, {separated}  ·  sentences: {summary.splitter}"


def problem_heading(summary: "CorpusSummary", listed: "Sequence[RowProblem]") -> str:
    """Tell how many rows were refused or repaired, and if not all of them are listed."""
    parts = []
    if summary.refused_rows:
        parts.append(f"{counted(summary.refused_rows, 'row')} refused")
    if summary.repaired_rows:
        parts.append(f"{counted(summary.repaired_rows, 'row')} repaired")
    total = summary.refused_rows + summary.repaired_rows
    rest = f" (the first {format_count(len(listed))} are listed)" if len(listed) < total else ""
    return f"{', '.join(parts)}; the others were read{rest}"


def coverage_text(summary: "CorpusSummary", size: int, unknown_share: float) -> str:
    """Tell what another vocabulary size would mean; "" for the size that is in use."""
    if size == summary.vocabulary_size:
        return ""
    if size - SPECIAL_TOKENS >= summary.different_words:
        return (
            f"The text has only {counted(summary.different_words, 'different word')}: all are kept."
        )
    return f"With this size {format_percent(unknown_share)} of all words would be unknown."
