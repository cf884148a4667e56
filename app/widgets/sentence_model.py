"""The generated sentences as rows of a table, batch after batch.

Each batch begins with a title row that names its settings, so that no sentence
is ever seen apart from what made it.
"""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QFont, QGuiApplication

from app.shared.formatting import counted, format_odds, format_perplexity, format_probability
from app.shared.tables import Column, ColumnsModel, Index
from app.state.generated_sentences import Batch, GeneratedSentence

NUMBER, SENTENCE, PROBABILITY = range(3)


class SentenceModel(ColumnsModel):
    """Title rows and sentences in the order in which they came."""

    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(name="No.", tip="The sentence's number in its batch", is_number=True),
        Column(
            name="Sentence",
            tip="Double-click a sentence to see how probable each of its words is",
        ),
        Column(
            name="Probability",
            tip="How often the model would say exactly this, at temperature 1, "
            "the sentence's end included",
            is_number=True,
        ),
    )

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Batch | GeneratedSentence] = []
        self._title_row = -1  # of the newest batch

    def start_batch(self, batch: Batch) -> int:
        """Append the title row of a new batch and return where it is."""
        self._title_row = len(self._rows)
        self._append([batch])
        return self._title_row

    def update_batch(self, batch: Batch) -> None:
        """Replace the newest batch's title row; nothing if it was cleared away."""
        if self._title_row < 0:
            return
        self._rows[self._title_row] = batch
        changed = self.index(self._title_row, NUMBER)
        self.dataChanged.emit(changed, changed)

    def append_sentences(self, sentences: Sequence[GeneratedSentence]) -> None:
        """Append sentences to the newest batch."""
        self._append(sentences)

    def clear(self) -> None:
        """Remove every row."""
        self.beginResetModel()
        self._rows.clear()
        self._title_row = -1
        self.endResetModel()

    def is_title(self, row: int) -> bool:
        """Whether `row` is the title of a batch."""
        return isinstance(self._rows[row], Batch)

    def sentence(self, row: int) -> GeneratedSentence | None:
        """Return the sentence of `row`; None for a title row."""
        record = self._rows[row]
        return record if isinstance(record, GeneratedSentence) else None

    def records(self) -> list[tuple[Batch, GeneratedSentence]]:
        """Return every sentence together with its batch."""
        pairs: list[tuple[Batch, GeneratedSentence]] = []
        batch: Batch | None = None
        for record in self._rows:
            if isinstance(record, Batch):
                batch = record
            elif batch is not None:
                pairs.append((batch, record))
        return pairs

    def _append(self, records: Sequence[Batch | GeneratedSentence]) -> None:
        row = len(self._rows)
        self.beginInsertRows(QModelIndex(), row, row + len(records) - 1)
        self._rows.extend(records)
        self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows, titles included."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what one cell shows."""
        if not index.isValid():
            return None
        record = self._rows[index.row()]
        if isinstance(record, Batch):
            return _title_data(record, index.column(), role)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        return _sentence_data(record, index.column(), role)


def sentence_tooltip(sentence: GeneratedSentence) -> str:
    """Say the probability in the units of the field."""
    words = counted(sentence.predicted_words, "predicted word")
    end = "cut at the longest length" if sentence.is_cut else "the sentence's end included"
    log_probability = f"{sentence.log_probability:.3f}".replace("-", "−")
    return (
        f"p = {format_probability(sentence.log_probability)}, ln p = {log_probability} nats "
        f"over {words} ({end}); perplexity {format_perplexity(sentence.perplexity)} a word"
    )


def _title_data(batch: Batch, column: int, role: int) -> object:
    if column != NUMBER:
        return None
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        return batch.title
    if role == Qt.ItemDataRole.FontRole:
        font = QFont(QGuiApplication.font())
        font.setBold(True)
        return font
    return None


def _sentence_data(sentence: GeneratedSentence, column: int, role: int) -> object:
    if role == Qt.ItemDataRole.DisplayRole:
        if column == NUMBER:
            return f"{sentence.number:,}"
        if column == SENTENCE:
            return f"{sentence.text} …" if sentence.is_cut else sentence.text
        return format_odds(sentence.log_probability)
    return sentence_tooltip(sentence) if role == Qt.ItemDataRole.ToolTipRole else None
