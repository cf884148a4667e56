"""A corpus's summary as figures and sentences for people."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.dataset.corpus.figure_grid import Figure
from app.dataset.file.description import delimiter_name
from app.shared.formatting import counted, format_count, format_percent
from engine import SPECIAL_TOKENS, describe_tokenizer

if TYPE_CHECKING:
    from engine import CorpusSummary, RowProblem

_SWALLOWED = re.compile(r"the text up to line (\d+) cannot be told (?:apart )?from it")
_TERMS = {  # of the glossary
    "documents": "Document",
    "sentences": "Sentence",
    "words": "Word",
    "different_words": "Word",
    "vocabulary_size": "Vocabulary",
    "unknown_share": "Unknown words",
    "least_frequent_word": "Vocabulary",
    "validation_documents": "Held-out text",
    "duplicate_documents": "Document",
    "refused_rows": "Refused row",
}


def corpus_figures(summary: "CorpusSummary") -> tuple[Figure, ...]:
    """Return the figures of a corpus in reading order."""
    return (*_of_the_text(summary), *_of_the_vocabulary(summary), *_of_the_rows(summary))


def _of_the_text(summary: "CorpusSummary") -> tuple[Figure, ...]:
    return (
        _count("documents", summary.documents, "Texts read from the file, one per row"),
        _count("sentences", summary.sentences, "Sentences found in the documents"),
        _count("words", summary.words, "Words and punctuation marks in all sentences"),
        _count(
            "different_words",
            summary.different_words,
            "Different words and punctuation marks, as the network reads them",
            name="different words",
        ),
    )


def _of_the_vocabulary(summary: "CorpusSummary") -> tuple[Figure, ...]:
    return (
        _count(
            "vocabulary_size",
            summary.vocabulary_size,
            "The most frequent words and the three special tokens: "
            "what the network chooses from at each step",
            name="vocabulary",
        ),
        Figure(
            name="unknown words",
            value=format_percent(summary.unknown_share),
            meaning="Share of the words that are not in the vocabulary; "
            "the network reads each as UNKNOWN_TOKEN",
            role="unknown_share",
            term=_TERMS["unknown_share"],
        ),
        Figure(
            name=f"rarest word, × {format_count(summary.least_frequent_count)}",
            value=summary.least_frequent_word,
            meaning="The least frequent word of the vocabulary and how often it occurs",
            role="least_frequent_word",
            term=_TERMS["least_frequent_word"],
        ),
    )


def _of_the_rows(summary: "CorpusSummary") -> tuple[Figure, ...]:
    return (
        _count(
            "validation_documents",
            summary.validation_documents,
            "Documents that training never sees, for measuring the loss: "
            f"{counted(summary.validation_sentences, 'sentence')}, "
            f"{counted(summary.validation_words, 'word')}",
            name="documents held out",
        ),
        _count(
            "duplicate_documents",
            summary.duplicate_documents,
            "Documents whose text occurred before, word for word",
            name="duplicates",
        ),
        _count(
            "refused_rows",
            summary.refused_rows,
            "Rows that could not be read: they are listed with their line "
            f"({counted(summary.repaired_rows, 'row')} repaired)",
            name="rows refused",
        ),
    )


def _count(role: str, count: int, meaning: str, *, name: str = "") -> Figure:
    """Return a count; its name is its role where that is a word."""
    return Figure(
        name=name or role,
        value=format_count(count),
        meaning=meaning,
        role=role,
        term=_TERMS[role],
    )


def words_text(summary: "CorpusSummary") -> str:
    """Tell how a text was cut into words, and what of them is not known, and why."""
    told = describe_tokenizer(summary.tokenizer), summary.told_rare_words
    return ", ".join(filter(None, told))


def corpus_origin(summary: "CorpusSummary") -> str:
    """Tell in one line where the corpus came from and how it was read."""
    columns = " + ".join(summary.columns)
    noun = "column" if len(summary.columns) == 1 else "columns"
    column = f"{noun} “{columns}”, " if columns else ""
    name = delimiter_name(summary.delimiter)
    separated = f"{name}-separated" if summary.delimiter else name
    if summary.kind in ("lines", "paragraphs"):
        column, separated = "", summary.named_columns
    elif summary.kind == "json":
        separated = "JSON Lines"
    read = f"{column}{summary.encoding}, {separated}"
    return f"{summary.name}: {read}  ·  sentences: {summary.splitter}"


def problem_heading(summary: "CorpusSummary", listed: "Sequence[RowProblem]") -> str:
    """Tell how many files and rows were left out or repaired, and if not all are listed."""
    files = sum(each.is_file_left_out for each in listed)
    parts = [f"{counted(files, 'file')} left out"] if files else []
    if summary.refused_rows:
        parts.append(f"{counted(summary.refused_rows, 'row')} refused")
    if summary.repaired_rows:
        parts.append(f"{counted(summary.repaired_rows, 'row')} repaired")
    total = files + summary.refused_rows + summary.repaired_rows
    rest = f" (the first {format_count(len(listed))} are listed)" if len(listed) < total else ""
    return f"{', '.join(parts)}; the others were read{rest}"


def most_known(summary: "CorpusSummary") -> int:
    """Return how many words can be known at most."""
    frequent = summary.frequent_words
    return summary.different_words if frequent is None else frequent


def open_quote_text(problems: "Sequence[RowProblem]") -> str:
    """Say what a quote that is never closed cost; "" where it cost no more than its own row."""
    lost = [(problem.line, int(found[1])) for problem in problems if (found := _lost_to(problem))]
    if not lost:
        return ""
    line, end = lost[0]
    count = sum(last - first + 1 for first, last in lost)
    share = f", {format_percent(count / end)} of the file," if _is_whole_end(problems, end) else ""
    more = "" if len(lost) == 1 else f" and {counted(len(lost) - 1, 'other')}"
    return (
        f"{counted(count, 'line')}{share} were left out after an unclosed quote at line "
        f"{format_count(line)}{more}."
    )


def _lost_to(problem: "RowProblem") -> "re.Match[str] | None":
    """Find the last line that went with a row, as its reason names it."""
    return _SWALLOWED.search(problem.reason)


def _is_whole_end(problems: "Sequence[RowProblem]", end: int) -> bool:
    """Tell whether nothing came after: then the last line is that of the file."""
    last = problems[-1]
    return last.line <= end and _lost_to(last) is not None


def coverage_text(summary: "CorpusSummary", size: int, unknown_share: float) -> str:
    """Tell what another vocabulary size would mean; "" for the size that is in use."""
    if size == summary.vocabulary_size:
        return ""
    most = most_known(summary)
    if size - SPECIAL_TOKENS >= most == summary.different_words:
        return f"The text has only {counted(most, 'different word')}: all are kept."
    if size - SPECIAL_TOKENS >= most:
        return f"Only {counted(most, 'word')} can be known: the others occur too rarely."
    return f"With this size {format_percent(unknown_share)} of all words would be unknown."
