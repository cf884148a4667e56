"""How a sentence is painted in the list, and which of its words is under the pointer.

Painting and finding share one layout, so that a click meets the word that is seen there.
"""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.generation.places import places_of_words
from app.generation.records import key_of
from app.generation.scoring.bands import band_limits, band_of, boxes_of, paint_band
from app.shared.direction import text_option
from app.shared.theme import current_palette
from engine import Copy, SentenceGenerated, SentenceGrowing, WordScore

SENTENCE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_MARGIN = 8  # px, left and right
_LEADING = 8  # px, above and below together
_FAINTEST_TINT, _DARKEST_TINT = 0.06, 0.30  # of a copied run: of the accent

Index = QModelIndex | QPersistentModelIndex


class SentenceDelegate(QStyledItemDelegate):
    """Paint a sentence in as many lines as it takes, what it was begun with in another colour.

    Attributes
    ----------
    hovered : (row, word) or None
        The word that is underlined: a click would take it.
    copies : mapping of sentence keys to Copy
        The run of words that is tinted, the more the longer it is of its sentence.
    surprise : mapping of sentence keys to WordScores
        Sentences whose words are coloured by it instead.
    vocabulary_size : int
        Of the model that the surprise is of.
    """

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self.hovered: tuple[int, int] | None = None
        self.copies: Mapping[str, Copy] = {}
        self.surprise: Mapping[str, Sequence[WordScore]] = {}
        self.vocabulary_size = 2000

    def word_at(self, index: QModelIndex, rect: QRect, font: QFont, point: QPointF) -> int | None:
        """Return which word of the sentence at `index` is at `point`; None beside all words."""
        sentence = index.data(SENTENCE_ROLE)
        if not isinstance(sentence, SentenceGenerated):
            return None
        layout = _laid_out(str(index.data() or ""), font, rect.width())
        origin = _origin(layout, rect)
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            box = line.naturalTextRect().translated(origin)
            if not box.contains(point):
                continue
            at = line.xToCursor(point.x() - origin.x(), line.CursorPosition.CursorOnCharacter)
            for word, place in enumerate(places_of_words(sentence.text, sentence.words)):
                if place is not None and place[0] <= at < place[1]:
                    return word
        return None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Ask for the height of all lines at the width that the column has."""
        table = self.parent()
        width = table.columnWidth(index.column()) if isinstance(table, QTableView) else 0
        layout = _laid_out(str(index.data() or ""), option.font, width)
        return QSize(width, round(layout.boundingRect().height()) + _LEADING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row's background as usual, and the sentence in its own colours."""
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        widget = option.widget
        style = widget.style() if widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        layout = _laid_out(text, option.font, option.rect.width())
        painter.save()
        origin = _origin(layout, option.rect)
        sentence = index.data(SENTENCE_ROLE)
        if isinstance(sentence, SentenceGenerated):
            painter.translate(origin)
            self._paint_marks(painter, layout, sentence)
            painter.translate(-origin)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        layout.draw(painter, origin, self._formats(index))
        painter.restore()

    def surprise_at(self, sentence: SentenceGenerated, word: int) -> WordScore | None:
        """Return how surprising a word was; None where that is not shown."""
        scores = self.surprise.get(key_of(sentence), ())
        return scores[word] if word < len(scores) else None

    def _paint_marks(
        self, painter: QPainter, layout: QTextLayout, sentence: SentenceGenerated
    ) -> None:
        """Paint what stands behind the words: their surprise, or the run that was copied."""
        scores, copy = self.surprise.get(key_of(sentence)), self.copies.get(key_of(sentence))
        places = places_of_words(sentence.text, sentence.words)
        if scores is not None:
            limits = band_limits(self.vocabulary_size)
            for place, word in zip(places, scores, strict=False):
                for box in boxes_of(layout, place) if place is not None else ():
                    paint_band(painter, box, band_of(word.rank, limits), is_known=word.is_known)
        elif copy is not None and copy.length > 1:
            run = [place for place in places[copy.first : copy.first + copy.length] if place]
            colour = QColor(current_palette().accent)
            colour.setAlphaF(copied_tint(copy))
            for box in boxes_of(layout, (run[0][0], run[-1][1])) if run else ():
                painter.fillRect(box, colour)

    def _formats(self, index: Index) -> list[QTextLayout.FormatRange]:
        sentence, formats = index.data(SENTENCE_ROLE), []
        colours = current_palette()
        if isinstance(sentence, SentenceGrowing):
            return [_format(0, len(sentence.text), colour=colours.faint)]
        if not isinstance(sentence, SentenceGenerated):
            return []
        is_hovered = self.hovered is not None and self.hovered[0] == index.row()
        if not (is_hovered or sentence.started_with):
            return []
        places = places_of_words(sentence.text, sentence.words)
        begun = [place for place in places[: sentence.started_with] if place is not None]
        if begun:
            formats.append(_format(0, begun[-1][1], colour=colours.accent))
        if is_hovered and self.hovered is not None and self.hovered[1] < len(places):
            place = places[self.hovered[1]]
            if place is not None:
                formats.append(_format(place[0], place[1] - place[0], is_underlined=True))
        return formats


def copied_tint(copy: Copy) -> float:
    """Return how dark a copied run is tinted: the more, the more of its sentence it is."""
    return _FAINTEST_TINT + (_DARKEST_TINT - _FAINTEST_TINT) * copy.length / max(1, copy.words)


def _format(
    start: int, length: int, *, colour: str = "", is_underlined: bool = False
) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length = start, length
    look = QTextCharFormat()
    if colour:
        look.setForeground(QColor(colour))
    look.setFontUnderline(is_underlined)
    found.format = look
    return found


def _laid_out(text: str, font: QFont, width: int) -> QTextLayout:
    layout = QTextLayout(text, font)
    layout.setTextOption(text_option(text))
    layout.beginLayout()
    height = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width - 2 * _MARGIN))
        line.setPosition(QPointF(0.0, height))
        height += line.height()
    layout.endLayout()
    return layout


def _origin(layout: QTextLayout, rect: QRect) -> QPointF:
    above = max(0.0, (rect.height() - layout.boundingRect().height()) / 2)
    return QPointF(rect.left() + _MARGIN, rect.top() + above)
