"""A prepared text in lines: its figures, its damaged rows, and what the user may have missed.

Nothing is written here; `cli_output` does that.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.config import SPECIAL_TOKENS, CorpusConfig
from engine.control import Notice
from engine.documents.reader import count_entities, inspect_csv
from engine.documents.rows import RowProblem
from engine.wording import counted

if TYPE_CHECKING:
    from engine.corpus.corpus import Corpus, CorpusSummary
    from engine.language_model.model import LanguageModel

_MOST_LINES = 3  # that are named for one reason; the count tells the rest
_LONGEST_ROW_TEXT = 60  # characters
_ROWS_LOOKED_AT = 1000  # for HTML entities
_MANY_EQUAL = 0.05  # of the documents
_FEW_LETTERS = 0.1  # of the words with a letter: such a column is hardly a text


def corpus_lines(corpus: "Corpus") -> list[str]:
    """Return the summary of a corpus to train on, and its refused or repaired rows."""
    summary = corpus.summary
    held_out = counted(summary.validation_sentences, "sentence")
    lines = [
        _figures(summary),
        (
            f"Vocabulary: {counted(summary.vocabulary_size, 'word')}; the least frequent is "
            f"'{summary.least_frequent_word}' with {summary.least_frequent_count:,}; "
            f"{summary.unknown_share:.1%} of the words are unknown. {summary.splitter}"
        ),
        (
            f"Training: {counted(summary.training_sentences, 'sentence')}; held out: "
            f"{held_out} ({counted(summary.validation_documents, 'document')})."
        ),
        *_row_lines(corpus),
    ]
    if summary.duplicate_documents:
        equal = "equals" if summary.duplicate_documents == 1 else "equal"
        lines.append(f"{counted(summary.duplicate_documents, 'document')} {equal} an earlier one.")
    return lines


def evaluated_lines(corpus: "Corpus") -> list[str]:
    """Return the figures of a text that a model is measured on: its vocabulary is not used."""
    return [_figures(corpus.summary), *_row_lines(corpus)]


def training_hints(corpus: "Corpus", config: CorpusConfig) -> Iterator[Notice]:
    """Yield what the user may want to know before a training on `corpus`."""
    summary = corpus.summary
    entities = 0 if config.csv.decode_entities else _entities(corpus, config)
    if entities:
        yield Notice(
            text=f"The text has HTML entities such as &gt; or &amp; ({entities:,} of them in its "
            f"first {_ROWS_LOOKED_AT:,} rows). --decode-entities reads them as characters.",
            severity="info",
        )
    are_many = summary.duplicate_documents >= _MANY_EQUAL * summary.documents
    if summary.duplicate_documents and are_many and not config.remove_duplicates:
        yield Notice(text="--remove-duplicates keeps equal documents once.", severity="info")
    if config.validation_fraction > 0.0 and not summary.validation_sentences:
        yield Notice(
            text=f"Nothing is held out of {counted(summary.documents, 'document')}: the training "
            "loss alone cannot show overfitting."
        )
    words = zip(corpus.vocabulary.words[SPECIAL_TOKENS:], corpus.vocabulary.counts, strict=False)
    with_letters = sum(count for word, count in words if any(map(str.isalpha, word)))
    if with_letters < _FEW_LETTERS * summary.words * (1.0 - summary.unknown_share):
        yield Notice(
            text=f"Hardly a word of {_columns(summary)} has a letter. If that is not the text, "
            "--column names another one."
        )


def evaluation_hints(model: "LanguageModel", corpus: "Corpus") -> Iterator[Notice]:
    """Yield a warning if `model` was trained on the file that it is to be measured on."""
    if model.summary.digest == corpus.summary.digest:
        yield Notice(
            text=f"The model was trained on {corpus.summary.name}: its loss there does not say how "
            "well it predicts new text."
        )


def _figures(summary: "CorpusSummary") -> str:
    return (
        f"{summary.name}: {counted(summary.documents, 'document')}, "
        f"{counted(summary.sentences, 'sentence')}, {counted(summary.words, 'word')}, "
        f"{summary.different_words:,} of them different ({summary.encoding}, "
        f"{_columns(summary)})."
    )


def _columns(summary: "CorpusSummary") -> str:
    """Name the text columns; those without a header are called "column 2" already."""
    names = [name.removeprefix("column ") for name in summary.columns] or ["1"]
    return f"column{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _row_lines(corpus: "Corpus") -> list[str]:
    """Return one line a reason; nothing if the notice about refused rows said it all."""
    summary, by_reason = corpus.summary, dict[str, list[RowProblem]]()
    if summary.refused_rows == 1 and not summary.repaired_rows:
        return []
    for problem in corpus.problems:
        by_reason.setdefault(problem.reason, []).append(problem)
    lines = [_reason_line(reason, found) for reason, found in by_reason.items()]
    left = summary.refused_rows + summary.repaired_rows - len(corpus.problems)
    if left > 0:
        lines.append(f"{counted(left, 'more row')} refused or repaired.")
    return lines


def _reason_line(reason: str, found: list[RowProblem]) -> str:
    """Return such as "20 rows: its text is empty (line 2, 3, 4 and 17 more)"."""
    named = ", ".join(f"{problem.line:,}" for problem in found[:_MOST_LINES])
    more = f" and {len(found) - _MOST_LINES:,} more" if len(found) > _MOST_LINES else ""
    text = " ".join(found[0].text.split())[:_LONGEST_ROW_TEXT]
    shown = f"; the first begins: {text}" if text else ""
    where = "line" if len(found) == 1 else "lines"
    return f"{counted(len(found), 'row')}: {reason} ({where} {named}{more}{shown})"


def _entities(corpus: "Corpus", config: CorpusConfig) -> int:
    """Count the HTML entities in the text columns of the first rows."""
    preview = inspect_csv(config.path, config.csv, _ROWS_LOOKED_AT)
    wanted = [
        number for number, name in enumerate(preview.columns) if name in corpus.summary.columns
    ]
    return sum(
        count_entities(row[number])
        for row in preview.rows
        for number in wanted
        if number < len(row)
    )
