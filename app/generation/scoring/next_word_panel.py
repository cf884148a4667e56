"""What could stand at a place of a sentence: the model's words, raw and after the filters.

A view: which place it is about, and what becomes of a choice, the controllers decide.
"""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.shared.direction import isolated
from app.shared.formatting import counted, format_count, format_share, shorten
from app.shared.labels import describe, make_label
from app.shared.layouts import in_column, in_row
from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import current_palette
from engine import SENTENCE_END, SENTENCE_START, UNKNOWN_TOKEN, NextWord, NextWords

RANK, WORD, MODEL, DRAWN, BARS = range(5)
WORD_ROLE = int(Qt.ItemDataRole.UserRole)
_NEVER = (SENTENCE_START, UNKNOWN_TOKEN)
_MARGIN = 8.0  # px around the bars
_LONGEST_START = 60  # characters of the words before
_FIRST_ROWS = 200  # all of a large vocabulary would take longer than a key press may
_NOTHING = (
    "Click a word of a sentence, above or in the table beside, to see what else could stand there."
)


class NextWordPanel(QWidget):
    """Show the words that could stand at a place, and take one.

    Signals
    -------
    word_taken(str)
        The sentence is to go on with this word of the vocabulary.
    all_wanted()
        All words are asked for: the user looks for one, or has seen the first ones.

    Attributes
    ----------
    rows_wanted : int or None
        How many words are worth asking for; None: all.
    """

    word_taken = Signal(str)
    all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: NextWords | None = None
        self.rows_wanted: int | None = _FIRST_ROWS
        self._heading = make_label("", "hint", self, wrap=True, name="generation.next_heading")
        self._search_edit = describe(
            QLineEdit(self),
            "generation.next_search_edit",
            "Find a word",
            "Show only the words that begin so",
        )
        self._search_edit.setPlaceholderText("Find a word")
        self._table = describe(NextWordTable(self), "generation.next_table", "Possible words")
        top = in_row((self._heading, 1), self._search_edit)
        in_column(top, (self._table, 1), of=self, margins=(0, 4, 0, 0))
        self._search_edit.textChanged.connect(self._on_search_changed)
        self._table.word_taken.connect(self.word_taken)
        self._table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.show_words(None, "")

    def show_words(self, said: NextWords | None, taken: str) -> None:
        """Show what could stand there, and what does; None: no place is chosen."""
        self._said = said
        self._search_edit.setVisible(said is not None)
        self._heading.setVisible(said is not None)
        if said is not None:
            self._heading.setText(heading(said, taken))
        self._show_found(taken)

    def tab_chain(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [self._search_edit, self._table]

    def _show_found(self, taken: str) -> None:
        searched = self._search_edit.text().strip()
        missing = f"No word that the model knows begins with “{isolated(searched)}”."
        is_missing = self._said is not None and searched
        self._table.set_placeholder(missing if is_missing else _NOTHING)
        self._table.show_words(self._found(), taken)

    def _found(self) -> Sequence[NextWord]:
        if self._said is None:
            return ()
        wanted = self._search_edit.text().strip().casefold()
        return [word for word in self._said.words if word.shown.casefold().startswith(wanted)]

    @Slot()
    def _on_search_changed(self) -> None:
        self._show_found(self._table.taken)
        self._want_all()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        if value > 0 and value == self._table.verticalScrollBar().maximum():
            self._want_all()

    def _want_all(self) -> None:
        if self.rows_wanted is not None:
            self.rows_wanted = None
            self.all_wanted.emit()


class NextWordTable(RecordTable):
    """The words, the most probable first; a click or a digit takes one.

    Signals
    -------
    word_taken(str)
        This word of the vocabulary.
    """

    word_taken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.taken = ""
        self._words = RowsModel(next_word_columns(self._is_taken), self)
        self.setModel(self._words)
        self._bars = BarsDelegate(self)
        self.setItemDelegateForColumn(BARS, self._bars)
        self.setWordWrap(False)
        self.setSelectionMode(self.SelectionMode.SingleSelection)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(BARS, QHeaderView.ResizeMode.Stretch)
        odds = "1 in 12,345"
        self.fit_columns({RANK: "100,000", WORD: "end of sentence", MODEL: odds, DRAWN: odds})
        self.clicked.connect(self._on_clicked)

    def show_words(self, words: Sequence[NextWord], taken: str) -> None:
        """Show `words`; the one that was taken stands out."""
        self.taken = taken
        self._bars.largest = max((max(w.probability, w.drawn_with) for w in words), default=1.0)
        self._words.set_rows(words)
        self.setAutoScroll(False)  # the likeliest stay in sight, whatever stands there
        for row, word in enumerate(words):
            if word.word == taken:
                self.selectRow(row)
                break
        self.setAutoScroll(True)
        self.scrollToTop()

    def _is_taken(self, word: NextWord) -> bool:
        return word.word == self.taken

    def _take(self, row: int) -> None:
        if 0 <= row < len(self._words.rows) and self._words.rows[row].word not in _NEVER:
            self.word_taken.emit(self._words.rows[row].word)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._take(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the current word with Return, one of the first nine by its digit."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._take(self.currentIndex().row())
        elif Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9:
            self._take(event.key() - Qt.Key.Key_1)
        else:
            super().keyPressEvent(event)


class BarsDelegate(QStyledItemDelegate):
    """Draw two bars: the model's probability, and below it that after the filters.

    Attributes
    ----------
    largest : float
        The probability that fills a bar.
    """

    largest = 1.0

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint both bars."""
        super().paint(painter, option, index)
        word = index.data(WORD_ROLE)
        if not isinstance(word, NextWord):
            return
        cell, colours = QRectF(option.rect), current_palette()
        room, height = cell.width() - 2 * _MARGIN, cell.height() * 0.22
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for share, colour, top in (
            (word.probability, colours.faint, cell.center().y() - height - 1),
            (word.drawn_with, colours.accent, cell.center().y() + 1),
        ):
            width = room * share / max(self.largest, 1e-12)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(cell.left() + _MARGIN, top, width, height), 1.5, 1.5)
        painter.restore()


def heading(said: NextWords, taken: str = "") -> str:
    """Say after which words, how undecided the model is, what stands there, what filters leave."""
    before = " ".join(said.words_before)
    where = f"After “{'…' if len(before) > _LONGEST_START else ''}{before[-_LONGEST_START:]}”"
    if not before:
        where = "At the start of a sentence"
    left = ""
    if said.left_by_filters < said.vocabulary_size - len(_NEVER):
        left = f"; the filters leave {counted(said.left_by_filters, 'word')}"
    here = "".join(
        f"; “{word.shown}” has rank {format_count(word.rank)}, {format_share(word.log_probability)}"
        for word in said.words
        if word.word == taken
    )
    told = f"{where}: {said.entropy_bits:.1f} bits undecided{here}{left}."
    return f"{told} Click a word to go on with it."


def next_word_columns(is_taken: Callable[[NextWord], bool]) -> tuple[Column[NextWord], ...]:
    """Return rank, word, both probabilities and their bars."""

    def font(word: NextWord) -> QFont | None:
        if not is_taken(word) and word.drawn_with > 0.0:
            return None
        font = QFont(QGuiApplication.font())
        font.setBold(is_taken(word))
        font.setStrikeOut(word.drawn_with == 0.0)
        return font

    return (
        Column(
            title="#",
            tip="1 = the model thinks no word more probable here",
            text=lambda word: format_count(word.rank),
            is_number=True,
        ),
        Column(
            title="Word",
            tip="Bold: the word that stands there. Struck through: never drawn with these settings",
            text=lambda word: shorten(word.shown, 40),
            tooltip=_tooltip,
            roles={Qt.ItemDataRole.FontRole: font},
        ),
        Column(
            title="Model",
            tip="The model's own probability, at temperature 1",
            text=lambda word: format_share(word.log_probability),
            tooltip=_tooltip,
            is_number=True,
        ),
        Column(
            title="Drawn",
            tip="The probability with which it is drawn: after temperature and filters",
            text=_drawn_text,
            tooltip=_tooltip,
            is_number=True,
        ),
        Column(
            title="",
            tip="Above: the model's probability; below: after temperature and filters",
            text=lambda _word: "",
            tooltip=_tooltip,
            roles={WORD_ROLE: lambda word: word},
        ),
    )


def _drawn_text(word: NextWord) -> str:
    if word.drawn_with == 0.0:
        return "never"
    return format_share(math.log(word.drawn_with))


def _tooltip(word: NextWord) -> str:
    if word.word == SENTENCE_END:
        return "The sentence ends here"
    if word.word in _NEVER:
        return "Stands for many words, or for none: it is never drawn"
    if word.drawn_with == 0.0:
        return f"“{word.shown}” is never drawn with these settings; a click takes it anyway"
    return f"Go on with “{word.shown}”"
