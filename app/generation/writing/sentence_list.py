"""The list of generated sentences: follow, search, mark, copy, score, go on from a word.

It wraps long sentences, spans the title rows and turns clicks into requests. Each
batch begins with a title row that names its settings, so that no sentence is ever
seen apart from what made it.
"""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHelpEvent, QHideEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QWidget

from app.generation.records import Batch, given_words, key_of
from app.generation.scoring.bands import word_tip
from app.generation.word_preview import RestedWord
from app.generation.writing.sentence_columns import (
    COPIED,
    FAVOURITE,
    NUMBER,
    PROBABILITY,
    SENTENCE,
    Row,
    sentence_columns,
)
from app.generation.writing.sentence_delegate import SentenceDelegate
from app.shared.direction import isolated
from app.shared.hover import Hover
from app.shared.tables import RecordTable, RowsModel
from engine import Copy, SentenceGenerated, SentenceGrowing, WordScore

_FIT_INTERVAL_MS = 40
_SHOW_INTERVAL_MS = 50  # sentences that come faster are shown several at a time


class SentenceList(RecordTable):
    """Show sentences as they arrive.

    Signals
    -------
    score_requested(str, object)
        The user wants this sentence's probability, word by word; its words are given where
        the text would be read as others, else None.
    word_chosen(object, int)
        The user wants to see what could stand at a word of this `SentenceGenerated`, from 0.
    word_rested(object)
        The pointer rests on a word: a `RestedWord`.
    word_left()
        It rests there no longer.
    count_changed(int)
        There are so many sentences now.
    favourites_changed()
        A sentence was marked, or is marked no more.
    copy_chosen(object)
        The user wants to know where the longest run of this `SentenceGenerated` was copied from.
    """

    score_requested = Signal(str, object)
    word_chosen = Signal(object, int)
    word_rested = Signal(object)
    word_left = Signal()
    count_changed = Signal(int)
    favourites_changed = Signal()
    copy_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._title_row = -1  # of the newest batch
        self._menu_row = -1
        self._pressed: tuple[int, int] | None = None  # the row and the word
        self._rows = RowsModel(sentence_columns(self.is_favourite, self.copy_of), self)
        self._waiting: list[SentenceGenerated] = []
        self._growing: SentenceGrowing | None = None  # waits to be shown as the lowest row
        self._favourites: set[str] = set()
        self._copies: Mapping[str, Copy] = {}
        self._wanted, self._only_favourites = "", False
        self._without_sentences = ""
        self._rest = Hover(self)
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
        header.setSectionResizeMode(SENTENCE, QHeaderView.ResizeMode.Stretch)
        samples = {
            NUMBER: "100,000",
            PROBABILITY: "1 in 8.8 × 10¹⁰⁰⁰",
            COPIED: "10 of 10",
            FAVOURITE: "★",
        }
        for column in samples:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
        self.fit_columns(samples)
        self._delegate = SentenceDelegate(self)
        self.setItemDelegateForColumn(SENTENCE, self._delegate)
        self.setMouseTracking(True)
        self.setWordWrap(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _connect_signals(self) -> None:
        self.doubleClicked.connect(self._on_double_clicked)
        self.clicked.connect(self._on_clicked)
        self.customContextMenuRequested.connect(self._on_menu_requested)
        self.horizontalHeader().sectionResized.connect(self._fit_soon)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._rest.rested.connect(self._on_rested)
        self._rest.left.connect(self.word_left)
        self._fit_timer.timeout.connect(self._fit_visible_rows)
        self._show_timer.timeout.connect(self._show_waiting)

    @property
    def count(self) -> int:
        """How many sentences are shown."""
        return self._count

    def start_batch(self, batch: Batch) -> None:
        """Begin a batch below those before it, and show its title."""
        self._show_waiting()
        self._drop_growing()
        self._title_row = len(self._rows.rows)
        self._rows.append_rows([batch])
        self.setSpan(self._title_row, 0, 1, self._rows.columnCount())
        self.scrollToBottom()

    def update_batch(self, batch: Batch) -> None:
        """Show what became of the newest batch; nothing if it was cleared away."""
        self._show_waiting()
        if batch.state != "running":
            self._drop_growing()
        if self._title_row >= 0:
            self._rows.replace_row(self._title_row, batch)
            self.resizeRowToContents(self._title_row)  # a seed is longer than none

    def append_sentence(self, sentence: SentenceGenerated) -> None:
        """Add a sentence: at once if the last one came a while ago.

        One of a batch that was taken away meanwhile goes with it.
        """
        if self._title_row < 0:
            return
        self._waiting.append(sentence)
        self._growing = None
        self._show_soon()

    def show_growing(self, sentence: SentenceGrowing) -> None:
        """Show a sentence that is being written, as far as it is; the newest state of it."""
        if self._title_row < 0:
            return
        self._growing = sentence
        self._show_soon()

    def _show_soon(self) -> None:
        if not self._show_timer.isActive():
            self._show_waiting()
            if self.isVisible():
                self._show_timer.start()

    @Slot()
    def _show_waiting(self) -> None:
        """Show what waits; follow it until the batch's title is the first row to be seen."""
        self._show_timer.stop()
        growing, self._growing = self._growing, None
        if not self._waiting and growing is None:
            return
        waiting, self._waiting = self._waiting, []
        bar = self.verticalScrollBar()
        is_following = bar.value() >= bar.maximum() - self.rowHeight(0)
        first = self._rows.rowCount()
        if waiting or growing is None:
            self._drop_growing()
            first = self._rows.rowCount()
            self._rows.append_rows(waiting)
        if growing is not None:
            self._put_growing(growing)
        self._hide_unwanted(first)
        self._fit_visible_rows()
        if is_following:
            self.scrollToBottom()
            if self.rowViewportPosition(self._title_row) < 0:
                title = self._rows.index(self._title_row, NUMBER)
                self.scrollTo(title, QAbstractItemView.ScrollHint.PositionAtTop)
        if waiting:
            self._set_count(self._count + len(waiting))

    def _put_growing(self, growing: SentenceGrowing) -> None:
        last = self._rows.rowCount() - 1
        if last >= 0 and isinstance(self._rows.rows[last], SentenceGrowing):
            self._rows.replace_row(last, growing)
        else:
            self._rows.append_rows([growing])

    def _drop_growing(self) -> None:
        """Take away the row of the sentence that was being written."""
        self._growing = None
        if self._rows.rows and isinstance(self._rows.rows[-1], SentenceGrowing):
            self._rows.remove_last_row()

    def show_former(
        self, records: Sequence[tuple[Batch, SentenceGenerated]], favourites: set[str]
    ) -> None:
        """Show the sentences of earlier sessions above those to come."""
        self._favourites = set(favourites)
        batch: Batch | None = None
        for its_batch, sentence in records:
            if its_batch is not batch:
                batch = its_batch
                self.start_batch(batch)
            self._waiting.append(sentence)
        self._show_waiting()
        self._title_row = -1  # the next batch gets a title of its own

    @property
    def favourites(self) -> set[str]:
        """The keys of the sentences that are marked."""
        return set(self._favourites)

    def is_favourite(self, row: Row) -> bool:
        """Tell whether a sentence is marked."""
        return isinstance(row, SentenceGenerated) and key_of(row) in self._favourites

    def show_copies(self, copies: Mapping[str, Copy]) -> None:
        """Show what was copied of the sentences with these keys."""
        self._copies = self._delegate.copies = copies
        self.viewport().update()

    def show_surprise(
        self, surprise: Mapping[str, Sequence[WordScore]], vocabulary_size: int
    ) -> None:
        """Colour the words of the sentences with these keys by how surprising they were."""
        self._delegate.surprise, self._delegate.vocabulary_size = surprise, vocabulary_size
        self.viewport().update()

    def copy_of(self, row: Row) -> Copy | None:
        """Return what was copied of a sentence; None where that is not known."""
        return self._copies.get(key_of(row)) if isinstance(row, SentenceGenerated) else None

    def show_only(self, text: str, *, only_favourites: bool) -> None:
        """Hide the sentences without `text`, or those that are not marked."""
        self._wanted, self._only_favourites = text.strip().casefold(), only_favourites
        self._hide_unwanted(0)
        self._say_what_is_missing(text.strip())
        self._fit_visible_rows()

    def set_placeholder(self, text: str) -> None:
        """Say `text` while there are no sentences."""
        self._without_sentences = text
        self._say_what_is_missing(self._wanted)

    def _say_what_is_missing(self, searched: str) -> None:
        """Tell an empty list from one where nothing is as it is wanted."""
        marked = "of those that you have marked " if self._only_favourites else ""
        text = self._without_sentences
        if self._count and searched:
            text = f"No sentence {marked}has “{isolated(searched)}”."
        elif self._count and marked:
            text = "No sentence is marked: click its star to mark it."
        super().set_placeholder(text)

    def _hide_unwanted(self, first: int) -> None:
        """Hide rows from `first` on that are not looked for; a title stays with its sentences."""
        if not (self._wanted or self._only_favourites):
            if first == 0:
                for row in range(self._rows.rowCount()):
                    self.setRowHidden(row, False)  # noqa: FBT003 - Qt's signature
            return
        title, is_title_wanted = -1, False
        for row, record in enumerate(self._rows.rows):
            if isinstance(record, Batch):
                self._hide_title(title, is_wanted=is_title_wanted)
                title, is_title_wanted = row, False
                continue
            is_wanted = self._wanted in record.text.casefold() and (
                not self._only_favourites or self.is_favourite(record)
            )
            is_title_wanted = is_title_wanted or is_wanted
            self.setRowHidden(row, not is_wanted)
        self._hide_title(title, is_wanted=is_title_wanted)

    def _hide_title(self, row: int, *, is_wanted: bool) -> None:
        if row >= 0:
            self.setRowHidden(row, not is_wanted)

    def clear(self) -> None:
        """Remove every sentence."""
        self._show_timer.stop()
        self._waiting.clear()
        self._growing = None
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
            elif isinstance(row, SentenceGenerated):
                pairs.append((batch, row))
        return pairs

    @Slot()
    def copy_selected_or_all(self) -> None:
        """Copy the selected sentences, or all of them if none is selected."""
        text = self.text_of_rows(self.selected_rows())
        if not text:
            shown = range(self._rows.rowCount())
            text = self.text_of_rows([row for row in shown if not self.isRowHidden(row)])
        if text:
            QGuiApplication.clipboard().setText(text)

    def _set_count(self, count: int) -> None:
        self._count = count
        self.count_changed.emit(count)

    def _request_score(self, row: int) -> None:
        sentence = self._rows.rows[row]
        if isinstance(sentence, SentenceGenerated):
            self.score_requested.emit(sentence.text, given_words(sentence))

    def _word_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the row and the word at a point of the viewport."""
        index = self.indexAt(point.toPoint())
        if index.column() != SENTENCE:
            return None
        word = self._delegate.word_at(index, self.visualRect(index), self.font(), point)
        return None if word is None else (index.row(), word)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == FAVOURITE:
            self.toggle_favourites([index.row()])
        elif index.column() == COPIED and self.copy_of(self._rows.rows[index.row()]) is not None:
            self.copy_chosen.emit(self._rows.rows[index.row()])
        elif self._pressed is not None and self._pressed[0] == index.row():
            sentence = self._rows.rows[index.row()]
            if isinstance(sentence, SentenceGenerated):
                self.word_chosen.emit(sentence, self._pressed[1])

    def toggle_favourites(self, rows: Sequence[int]) -> None:
        """Mark the sentences of `rows`, or take the marks away where all have one."""
        records = [self._rows.rows[row] for row in rows]
        keys = {key_of(each) for each in records if isinstance(each, SentenceGenerated)}
        if not keys:
            return
        self._favourites = (
            self._favourites - keys if keys <= self._favourites else self._favourites | keys
        )
        self.viewport().update()
        self.favourites_changed.emit()

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
        score.setEnabled(row >= 0 and isinstance(self._rows.rows[row], SentenceGenerated))
        score.triggered.connect(self._on_score_triggered)
        copy = menu.addAction("Copy")
        copy.setEnabled(self._count > 0)
        copy.triggered.connect(self.copy_selected_or_all)
        mark = menu.addAction("Mark or unmark as favourite")
        mark.setEnabled(score.isEnabled())
        mark.triggered.connect(self._on_mark_triggered)
        menu.addAction("Select all", self.selectAll)
        return menu

    @Slot()
    def _on_score_triggered(self) -> None:
        self._request_score(self._menu_row)

    @Slot()
    def _on_mark_triggered(self) -> None:
        rows = self.selected_rows()
        self.toggle_favourites(rows if self._menu_row in rows else [self._menu_row])

    @Slot(object, object)
    def _on_rested(self, place: tuple[int, int], at: QPoint) -> None:
        row, word = place
        sentence = self._rows.rows[row] if row < len(self._rows.rows) else None
        if isinstance(sentence, SentenceGenerated):
            self.word_rested.emit(
                RestedWord(
                    words_before=sentence.words[:word],
                    word=sentence.words[word],
                    told=self._told(sentence, word),
                    at=at,
                    widget=self.viewport(),
                )
            )

    def _told(self, sentence: SentenceGenerated, word: int) -> str:
        """Say what is known of a word, and what a click does."""
        surprise = self._delegate.surprise_at(sentence, word)
        known = "" if surprise is None else f"{word_tip(surprise)} "
        return f"{known}Click to go on from here with another word."

    @Slot(int)
    def _on_scrolled(self, _value: int) -> None:
        self._rest.move(None, QPoint())
        self._fit_soon()

    @Slot()
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
        """Return the sentences of `rows`, one per line; titles are left out."""
        records = (self._rows.rows[row] for row in rows)
        return "\n".join(record.text for record in records if isinstance(record, SentenceGenerated))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the word that is pressed: a click is told without a place."""
        self._pressed = self._word_at(event.position())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Underline the word that a click would take; tell of it once the pointer rests."""
        super().mouseMoveEvent(event)
        word = self._word_at(event.position())
        self._hover(word)
        is_asked = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._rest.move(word, event.globalPosition().toPoint(), is_asked=is_asked)

    def leaveEvent(self, event: QEvent) -> None:
        """Underline nothing."""
        super().leaveEvent(event)
        self._hover(None)
        self._rest.move(None, QPoint())

    def viewportEvent(self, event: QEvent) -> bool:
        """Leave a word to what is told of it, and the other places to their tooltips."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            return self._word_at(QPointF(event.pos())) is not None or super().viewportEvent(event)
        return super().viewportEvent(event)

    def _hover(self, word: tuple[int, int] | None) -> None:
        if word == self._delegate.hovered:
            return
        self._delegate.hovered = word
        shape = Qt.CursorShape.ArrowCursor if word is None else Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)
        self.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the rows to the width that the columns have now."""
        super().showEvent(event)
        self._fit_visible_rows()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let no timer run while nobody looks."""
        self._fit_timer.stop()
        self._show_waiting()
        super().hideEvent(event)
