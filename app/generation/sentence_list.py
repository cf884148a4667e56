"""The list of generated sentences: follow, copy, score.

The rows live in `SentenceModel`; this view wraps long sentences, spans the
title rows and turns clicks into requests. Each batch begins with a title row that
names its settings, so that no sentence is ever seen apart from what made it.
"""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QWidget

from app.generation.records import Batch, perplexity, predicted_words
from app.shared.formatting import counted, format_odds, format_perplexity, format_probability
from app.shared.tables import Column, ColumnsModel, Index, RecordTable, fit_column
from engine import SentenceGenerated

_FIT_INTERVAL_MS = 40
_SHOW_INTERVAL_MS = 50  # sentences that come faster are shown several at a time

NUMBER, SENTENCE, PROBABILITY = range(3)


class SentenceList(RecordTable):
    """Show sentences as they arrive.

    Signals
    -------
    score_requested(str)
        The user wants this sentence's probability, word by word.
    count_changed(int)
        There are so many sentences now.
    """

    score_requested = Signal(str)
    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._title_row = -1  # of the newest batch
        self._menu_row = -1
        self._sentences = SentenceModel(self)
        self._waiting: list[SentenceGenerated] = []
        self._fit_timer = self._make_timer(_FIT_INTERVAL_MS)
        self._show_timer = self._make_timer(_SHOW_INTERVAL_MS)
        self.setModel(self._sentences)
        self._build_columns()
        self._connect_signals()

    def _make_timer(self, interval_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        return timer

    def _build_columns(self) -> None:
        header = self.horizontalHeader()
        header.setSectionResizeMode(NUMBER, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(SENTENCE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(PROBABILITY, QHeaderView.ResizeMode.Interactive)
        fit_column(self, NUMBER, "100,000")
        fit_column(self, PROBABILITY, "1 in 8.8 × 10¹⁰⁰⁰")
        self.setWordWrap(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _connect_signals(self) -> None:
        self.doubleClicked.connect(self._on_double_clicked)
        self.customContextMenuRequested.connect(self._on_menu_requested)
        self.horizontalHeader().sectionResized.connect(self._on_section_resized)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._fit_timer.timeout.connect(self._fit_visible_rows)
        self._show_timer.timeout.connect(self._show_waiting)

    @property
    def count(self) -> int:
        """How many sentences are shown."""
        return self._count

    def start_batch(self, batch: Batch) -> None:
        """Begin a batch below those before it, and show its title."""
        self._show_waiting()
        self._title_row = self._sentences.start_batch(batch)
        self.setSpan(self._title_row, 0, 1, self._sentences.columnCount())
        self.scrollToBottom()

    def update_batch(self, batch: Batch) -> None:
        """Show what became of the newest batch."""
        self._show_waiting()
        self._sentences.update_batch(batch)

    def append_sentence(self, sentence: SentenceGenerated) -> None:
        """Add a sentence: at once if the last one came a while ago."""
        self._waiting.append(sentence)
        if not self._show_timer.isActive():
            self._show_waiting()
            if self.isVisible():
                self._show_timer.start()

    @Slot()
    def _show_waiting(self) -> None:
        """Show what waits; follow it until the batch's title is the first row to be seen."""
        self._show_timer.stop()
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        bar = self.verticalScrollBar()
        is_following = bar.value() >= bar.maximum() - self.rowHeight(0)
        self._sentences.append_sentences(waiting)
        self._fit_visible_rows()
        if is_following:
            self.scrollToBottom()
            if self.rowViewportPosition(self._title_row) < 0:
                title = self._sentences.index(self._title_row, NUMBER)
                self.scrollTo(title, QAbstractItemView.ScrollHint.PositionAtTop)
        self._set_count(self._count + len(waiting))

    def clear(self) -> None:
        """Remove every sentence."""
        self._show_timer.stop()
        self._waiting.clear()
        self._sentences.clear()
        self.clearSpans()
        self._title_row = -1
        self._set_count(0)

    def records(self) -> list[tuple[Batch, SentenceGenerated]]:
        """Return every sentence with the batch it belongs to."""
        self._show_waiting()
        return self._sentences.records()

    @Slot()
    def copy_selected_or_all(self) -> None:
        """Copy the selected sentences, or all of them if none is selected."""
        text = self.text_of_rows(self.selected_rows())
        if not text:
            text = self.text_of_rows(range(self._sentences.rowCount()))
        if text:
            QGuiApplication.clipboard().setText(text)

    def _set_count(self, count: int) -> None:
        self._count = count
        self.count_changed.emit(count)

    def _request_score(self, row: int) -> None:
        sentence = self._sentences.sentence(row)
        if sentence is not None:
            self.score_requested.emit(sentence.text)

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self._request_score(index.row())

    @Slot(QPoint)
    def _on_menu_requested(self, position: QPoint) -> None:
        row = self.rowAt(position.y())
        menu = self.build_menu(row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(position))

    def build_menu(self, row: int) -> QMenu:
        """Return the context menu for `row` (-1 is none)."""
        menu = QMenu(self)
        self._menu_row = row
        score = menu.addAction("Score this sentence")
        score.setEnabled(row >= 0 and self._sentences.sentence(row) is not None)
        score.triggered.connect(self._on_score_triggered)
        copy = menu.addAction("Copy")
        copy.setEnabled(self._count > 0)
        copy.triggered.connect(self.copy_selected_or_all)
        menu.addAction("Select all", self.selectAll)
        return menu

    @Slot()
    def _on_score_triggered(self) -> None:
        self._request_score(self._menu_row)

    @Slot(int, int, int)
    def _on_section_resized(self, _column: int, _old_width: int, _width: int) -> None:
        self._fit_soon()

    @Slot(int)
    def _on_scrolled(self, _value: int) -> None:
        self._fit_soon()

    def _fit_soon(self) -> None:
        if self.isVisible() and not self._fit_timer.isActive():
            self._fit_timer.start()

    @Slot()
    def _fit_visible_rows(self) -> None:
        """Give the rows in sight the height of their wrapped text; measuring all would be slow."""
        first = max(0, self.rowAt(0))
        for row in range(first, self._sentences.rowCount()):
            if self.rowViewportPosition(row) > self.viewport().height():
                break
            self.resizeRowToContents(row)

    def text_of_rows(self, rows: Sequence[int]) -> str:
        """Return the sentences of `rows`, one a line; titles are left out."""
        sentences = (self._sentences.sentence(row) for row in rows)
        return "\n".join(sentence.text for sentence in sentences if sentence is not None)

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the rows to the width that the columns have now."""
        super().showEvent(event)
        self._fit_visible_rows()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let no timer run while nobody looks."""
        self._fit_timer.stop()
        self._show_waiting()
        super().hideEvent(event)


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
        self._rows: list[Batch | SentenceGenerated] = []
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

    def append_sentences(self, sentences: Sequence[SentenceGenerated]) -> None:
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

    def sentence(self, row: int) -> SentenceGenerated | None:
        """Return the sentence of `row`; None for a title row."""
        record = self._rows[row]
        return record if isinstance(record, SentenceGenerated) else None

    def records(self) -> list[tuple[Batch, SentenceGenerated]]:
        """Return every sentence together with its batch."""
        pairs: list[tuple[Batch, SentenceGenerated]] = []
        batch: Batch | None = None
        for record in self._rows:
            if isinstance(record, Batch):
                batch = record
            elif batch is not None:
                pairs.append((batch, record))
        return pairs

    def _append(self, records: Sequence[Batch | SentenceGenerated]) -> None:
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


def sentence_tooltip(sentence: SentenceGenerated) -> str:
    """Say the probability in the units of the field."""
    words = counted(predicted_words(sentence), "predicted word")
    end = "cut at the longest length" if sentence.is_cut else "the sentence's end included"
    log_probability = f"{sentence.log_probability:.3f}".replace("-", "−")
    return (
        f"p = {format_probability(sentence.log_probability)}, ln p = {log_probability} nats "
        f"over {words} ({end}); perplexity {format_perplexity(perplexity(sentence))} a word"
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


def _sentence_data(sentence: SentenceGenerated, column: int, role: int) -> object:
    if role == Qt.ItemDataRole.DisplayRole:
        if column == NUMBER:
            return f"{sentence.number:,}"
        if column == SENTENCE:
            return f"{sentence.text} …" if sentence.is_cut else sentence.text
        return format_odds(sentence.log_probability)
    return sentence_tooltip(sentence) if role == Qt.ItemDataRole.ToolTipRole else None
