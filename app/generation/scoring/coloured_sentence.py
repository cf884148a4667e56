"""The scored sentence, each word coloured by how far down the model's list it stood."""

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextLayout,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.generation.places import places_of_words
from app.generation.records import ModelScore
from app.generation.scoring.bands import PAD, band_limits, band_of, boxes_of, paint_band, word_tip
from app.generation.word_preview import RestedWord
from app.shared.direction import text_option
from app.shared.formatting import format_count
from app.shared.hover import Hover
from app.shared.theme import current_palette

_END_MARK = "⏎"
_GAP = 12.0  # px between the parts of the legend


class ColouredSentence(QWidget):
    """Show a score as its sentence in colours.

    Signals
    -------
    word_clicked(int)
        The user chose this word, from 0; the sentence's end is the last.
    word_rested(object)
        The pointer rests on a word: a `RestedWord`.
    word_left()
        It rests there no longer.
    """

    word_clicked = Signal(int)
    word_rested = Signal(object)
    word_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scored: ModelScore | None = None
        self._layout = QTextLayout()
        self._places: list[tuple[int, int] | None] = []
        self.setMouseTracking(True)
        self._rest = Hover(self)
        self._rest.rested.connect(self._on_rested)
        self._rest.left.connect(self.word_left)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_score(self, scored: ModelScore | None) -> None:
        """Show the words of a score; None takes the widget away."""
        self._scored = scored
        self.setVisible(scored is not None)
        if scored is None:
            return
        text = " ".join(scored.score.text.split())
        words = tuple(word.word for word in scored.score.words[:-1])
        self._places = [*places_of_words(text, words), (len(text) + 1, len(text) + 2)]
        self._layout = QTextLayout(f"{text} {_END_MARK}", self.font())
        self._lay_out(self.width())
        self.setAccessibleName(f"Surprise of each word of “{text}”")
        self.updateGeometry()
        self.update()

    def _lay_out(self, width: int) -> float:
        self._layout.setTextOption(text_option(self._layout.text()))
        self._layout.beginLayout()
        height = 4.0
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width - 2 * PAD))
            line.setPosition(QPointF(PAD, height))
            height += line.height() + 6.0
        self._layout.endLayout()
        return height

    def word_at(self, point: QPointF) -> int | None:
        """Return which word is at `point`, the end the last; None beside all words."""
        for word in range(len(self._places)):
            if any(box.contains(point) for box in self._boxes(word)):
                return word
        return None

    def _boxes(self, word: int) -> list[QRectF]:
        """Return where a word is painted."""
        place = self._places[word]
        return [] if place is None else boxes_of(self._layout, place)

    def hasHeightForWidth(self) -> bool:
        """Say that a narrow sentence is tall."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at `width`."""
        if self._scored is None:
            return 0
        height = self._lay_out(width)
        self._lay_out(self.width())
        return math.ceil(height)

    def sizeHint(self) -> QSize:
        """Ask for what the present width needs."""
        return QSize(200, self.heightForWidth(max(200, self.width())))

    def minimumSizeHint(self) -> QSize:
        """Be content with one line."""
        return QSize(60, math.ceil(QFontMetricsF(self.font()).height()) + 10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the words out anew."""
        super().resizeEvent(event)
        self._lay_out(self.width())
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bands, the lines below, and the words upon them."""
        del event
        if self._scored is None:
            return
        painter, colours = QPainter(self), current_palette()
        limits = band_limits(round(2.0**self._scored.guess_bits))
        for number, word in enumerate(self._scored.score.words):
            for box in self._boxes(number):
                paint_band(painter, box, band_of(word.rank, limits), is_known=word.is_known)
        painter.setPen(QColor(colours.foreground))
        self._layout.draw(painter, QPointF(0.0, 0.0))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a word."""
        word = self.word_at(event.position())
        if word is not None and event.button() == Qt.MouseButton.LeftButton:
            self.word_clicked.emit(word)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show that a word can be clicked."""
        word = self.word_at(event.position())
        is_word = word is not None
        shape = Qt.CursorShape.PointingHandCursor if is_word else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        is_asked = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._rest.move(word, event.globalPosition().toPoint(), is_asked=is_asked)

    def changeEvent(self, event: QEvent) -> None:
        """Lay the words out in another font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.show_score(self._scored)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the pointer is on no word any more."""
        super().leaveEvent(event)
        self._rest.move(None, QPoint())

    @Slot(object, object)
    def _on_rested(self, word: int, at: QPoint) -> None:
        if self._scored is None or word >= len(self._scored.score.words):
            return
        words = self._scored.score.words
        self.word_rested.emit(
            RestedWord(
                words_before=tuple(each.word for each in words[:word]),
                word=words[word].word,
                told=word_tip(words[word]),
                at=at,
                widget=self,
            )
        )


class Legend(QWidget):
    """Say which colour is which rank."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limits = band_limits(2000)
        self.setToolTip(
            "The place of each word in the model's list, the likeliest first: the darker and the "
            "thicker its line, the greater the surprise. Dashed: a word that is not known"
        )

    def show_vocabulary(self, size: int) -> None:
        """Print the limits that hold for a vocabulary of this size."""
        self._limits = band_limits(size)
        self.updateGeometry()
        self.update()

    def texts(self) -> list[str]:
        """Return what is written in each colour."""
        first, second, third = map(format_count, self._limits)
        best = "rank 1" if first == "1" else f"rank 1–{first}"
        return [best, f"to {second}", f"to {third}", "rarer"]

    def sizeHint(self) -> QSize:
        """Ask for room for all four."""
        metrics = QFontMetricsF(self.font())
        width = sum(metrics.horizontalAdvance(text) + _GAP for text in self.texts())
        return QSize(math.ceil(width), math.ceil(metrics.height()) + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint each text as a word of its band is painted."""
        del event
        painter, left = QPainter(self), 0.0
        metrics = QFontMetricsF(self.font())
        for band, text in enumerate(self.texts()):
            width = metrics.horizontalAdvance(text)
            box = QRectF(left, 2.0, width + 2 * PAD, metrics.height() + 3.0)
            paint_band(painter, box, band, is_known=True)
            painter.setPen(QColor(current_palette().foreground))
            painter.drawText(QPointF(left + PAD, 2.0 + metrics.ascent()), text)
            left += width + _GAP
        painter.end()
