"""The list of generated sentences: follow, copy, score.

It wraps long sentences, spans the title rows and turns clicks into requests. Each
batch begins with a title row that names its settings, so that no sentence is ever
seen apart from what made it.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QWidget

from app.generation.records import Batch, perplexity, predicted_words
from app.shared.formatting import counted, format_odds, format_perplexity, format_probability
from app.shared.tables import Column, RecordTable, RowsModel, fit_column
from engine import SentenceGenerated

_FIT_INTERVAL_MS = 40
_SHOW_INTERVAL_MS = 50  # sentences that come faster are shown several at a time

NUMBER, SENTENCE, PROBABILITY = range(3)
WORD_BY_WORD = "[word by word]"
WHY_WORD_BY_WORD = (
    "No text is read as these words, so that they are shown one by one. A double-click scores the "
    "words themselves."
)
Row: TypeAlias = Batch | SentenceGenerated  # the title of a batch, or one of its sentences


class SentenceList(RecordTable):
    """Show sentences as they arrive.

    Signals
    -------
    score_requested(str, object)
        The user wants this sentence's probability, word by word; its words are given where
        the text would be read as others, else None.
    count_changed(int)
        There are so many sentences now.
    """

    score_requested = Signal(str, object)
    count_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._title_row = -1  # of the newest batch
        self._menu_row = -1
        self._rows = RowsModel(sentence_columns(), self)
        self._waiting: list[SentenceGenerated] = []
        self._fit_timer = self._make_timer(_FIT_INTERVAL_MS)
        self._show_timer = self._make_timer(_SHOW_INTERVAL_MS)
        self.setModel(self._rows)
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
        self._title_row = len(self._rows.rows)
        self._rows.append_rows([batch])
        self.setSpan(self._title_row, 0, 1, self._rows.columnCount())
        self.scrollToBottom()

    def update_batch(self, batch: Batch) -> None:
        """Show what became of the newest batch; nothing if it was cleared away."""
        self._show_waiting()
        if self._title_row >= 0:
            self._rows.replace_row(self._title_row, batch)

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
        self._rows.append_rows(waiting)
        self._fit_visible_rows()
        if is_following:
            self.scrollToBottom()
            if self.rowViewportPosition(self._title_row) < 0:
                title = self._rows.index(self._title_row, NUMBER)
                self.scrollTo(title, QAbstractItemView.ScrollHint.PositionAtTop)
        self._set_count(self._count + len(waiting))

    def clear(self) -> None:
        """Remove every sentence."""
        self._show_timer.stop()
        self._waiting.clear()
        self._rows.set_rows([])
        self.clearSpans()
        self._title_row = -1
        self._set_count(0)

    def records(self) -> list[tuple[Batch, SentenceGenerated]]:
        """Return every sentence with the batch it belongs to."""
        self._show_waiting()
        pairs: list[tuple[Batch, SentenceGenerated]] = []
        for row in self._rows.rows:
            if isinstance(row, Batch):
                batch = row  # a title comes before its sentences
            else:
                pairs.append((batch, row))
        return pairs

    @Slot()
    def copy_selected_or_all(self) -> None:
        """Copy the selected sentences, or all of them if none is selected."""
        text = self.text_of_rows(self.selected_rows())
        if not text:
            text = self.text_of_rows(range(self._rows.rowCount()))
        if text:
            QGuiApplication.clipboard().setText(text)

    def _set_count(self, count: int) -> None:
        self._count = count
        self.count_changed.emit(count)

    def _request_score(self, row: int) -> None:
        sentence = self._rows.rows[row]
        if not isinstance(sentence, Batch):
            words = None if sentence.is_readable else sentence.words
            self.score_requested.emit(sentence.text, words)

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
        score.setEnabled(row >= 0 and not isinstance(self._rows.rows[row], Batch))
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
        for row in range(first, self._rows.rowCount()):
            if self.rowViewportPosition(row) > self.viewport().height():
                break
            self.resizeRowToContents(row)

    def text_of_rows(self, rows: Sequence[int]) -> str:
        """Return the sentences of `rows`, one a line; titles are left out."""
        records = (self._rows.rows[row] for row in rows)
        return "\n".join(record.text for record in records if not isinstance(record, Batch))

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the rows to the width that the columns have now."""
        super().showEvent(event)
        self._fit_visible_rows()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let no timer run while nobody looks."""
        self._fit_timer.stop()
        self._show_waiting()
        super().hideEvent(event)


def sentence_columns() -> tuple[Column[Row], ...]:
    """Return number, sentence and probability; the title of a batch spans them all."""
    of_title: dict[int, Callable[[Row], object]] = {
        Qt.ItemDataRole.FontRole: _title_font,
        Qt.ItemDataRole.TextAlignmentRole: _number_alignment,
    }
    return (
        Column(
            title="No.",
            tip="The sentence's number in its batch",
            text=lambda row: row.title if isinstance(row, Batch) else f"{row.number:,}",
            tooltip=lambda row: row.title if isinstance(row, Batch) else sentence_tooltip(row),
            is_number=True,
            roles=of_title,
        ),
        Column(
            title="Sentence",
            tip="Double-click a sentence to see how probable each of its words is",
            text=_text,
            tooltip=_tooltip,
        ),
        Column(
            title="Probability",
            tip="How often the model would say exactly this, at temperature 1, "
            "the sentence's end included",
            text=lambda row: "" if isinstance(row, Batch) else format_odds(row.log_probability),
            tooltip=_tooltip,
            is_number=True,
        ),
    )


def sentence_tooltip(sentence: SentenceGenerated) -> str:
    """Say the probability in the units of the field."""
    words = counted(predicted_words(sentence), "predicted word")
    end = "cut at the longest length" if sentence.is_cut else "the sentence's end included"
    log_probability = f"{sentence.log_probability:.3f}".replace("-", "−")
    note = "" if sentence.is_readable else f"\n{WHY_WORD_BY_WORD}"
    return (
        f"p = {format_probability(sentence.log_probability)}, ln p = {log_probability} nats "
        f"over {words} ({end}); perplexity {format_perplexity(perplexity(sentence))} a word"
        f"{note}"
    )


def _text(row: Row) -> str:
    if isinstance(row, Batch):
        return ""
    mark = "" if row.is_readable else f"{WORD_BY_WORD} "
    return f"{mark}{row.text} …" if row.is_cut else f"{mark}{row.text}"


def _tooltip(row: Row) -> str:
    return "" if isinstance(row, Batch) else sentence_tooltip(row)


def _title_font(row: Row) -> QFont | None:
    if not isinstance(row, Batch):
        return None
    font = QFont(QGuiApplication.font())
    font.setBold(True)
    return font


def _number_alignment(row: Row) -> Qt.AlignmentFlag | None:
    if isinstance(row, Batch):
        return None
    return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
