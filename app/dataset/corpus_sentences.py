"""The sentences of a corpus as the network sees them, fetched as they come into view.

Words that are not in the vocabulary are marked.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.shared.formatting import format_count, shorten
from app.shared.tables import Column, ColumnsModel, Index
from app.shared.theme import current_palette

if TYPE_CHECKING:
    from engine import SentenceView

ItemRole = Qt.ItemDataRole

NUMBER, PART, TEXT, TOKENS, X, Y = range(6)
TOKENS_ROLE = int(ItemRole.UserRole) + 1  # the TokenViews, for the delegate

VIEWS_KEPT = 512  # rows; a screen shows some fifty
CELL_LENGTH = 300  # characters
IDS_SHOWN = 40
TIP_IDS = 100
START, END = "SENTENCE_START", "SENTENCE_END"

MARGIN = 3  # px that Qt leaves beside a cell's text
ELLIPSIS = "…"
FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class Sentences(Protocol):
    """What the model needs of a corpus."""

    def __len__(self) -> int:
        """Return the number of sentences."""

    def sentence_view(self, index: int) -> "SentenceView":
        """Return one sentence for showing."""


class CorpusSentenceModel(ColumnsModel):
    """Text, words, x and y of each sentence; nothing is fetched before it is seen."""

    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(name="No.", tip="Number of the sentence in the corpus", is_number=True),
        Column(name="Set", tip="Training, or held out for measuring the loss"),
        Column(name="Sentence", tip="The sentence as it stands in the file"),
        Column(
            name="Words as the network reads them",
            tip="Lower-cased words; a marked word is not in the vocabulary and is read as "
            "UNKNOWN_TOKEN",
        ),
        Column(
            name="x",
            tip="Input: word ids, SENTENCE_START (0) first; point at a cell to see the words",
        ),
        Column(name="y", tip="Target: the same ids one word later, SENTENCE_END (1) last"),
    )

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._view: Any = None

    def show_sentences(self, sentences: Sentences | None) -> None:
        """Show the sentences of a corpus in place of the present ones."""
        self.beginResetModel()
        self._count = 0 if sentences is None else len(sentences)
        self._view = None if sentences is None else lru_cache(VIEWS_KEPT)(sentences.sentence_view)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of sentences."""
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = ItemRole.DisplayRole) -> Any:
        """Return a cell, asking the corpus for its sentence if need be."""
        column = index.column()
        if role == ItemRole.TextAlignmentRole and column == NUMBER:
            return self.alignment(column)
        if role not in (
            ItemRole.DisplayRole,
            ItemRole.ToolTipRole,
            ItemRole.AccessibleTextRole,
            TOKENS_ROLE,
        ):
            return None
        if column == NUMBER:
            return format_count(index.row() + 1)
        view: SentenceView = self._view(index.row())
        if role == TOKENS_ROLE:
            return view.tokens if column == TOKENS else None
        if role == ItemRole.DisplayRole:
            return _short_text(view, column)
        if role == ItemRole.AccessibleTextRole and column != TOKENS:
            return _short_text(view, column)
        return _long_text(view, column)


def _short_text(view: "SentenceView", column: int) -> str:
    match column:
        case 1:
            return "held out" if view.is_validation else "training"
        case 2:
            return shorten(view.text, CELL_LENGTH)
        case 3:
            return shorten(" ".join(token.text for token in view.tokens), CELL_LENGTH)
        case 4:
            return _ids(view.x, IDS_SHOWN)
        case _:
            return _ids(view.y, IDS_SHOWN)


def _long_text(view: "SentenceView", column: int) -> str:
    """Return the whole content of a cell; unknown words are named in words, not by colour."""
    match column:
        case 3:
            return " ".join(
                token.text if token.is_known else f"{token.text} [unknown]" for token in view.tokens
            )
        case 4:
            return _named_ids(view.x, (START, *(token.text for token in view.tokens)))
        case 5:
            return _named_ids(view.y, (*(token.text for token in view.tokens), END))
        case 2:
            text: str = view.text
            return text
        case _:
            return _short_text(view, column)


def _named_ids(ids: tuple[int, ...], words: tuple[str, ...]) -> str:
    """Return each id with its word, as far as a tooltip holds."""
    pairs = [f"{word_id} {word}" for word_id, word in zip(ids, words, strict=False)]
    return "  ·  ".join(pairs[:TIP_IDS]) + ("  …" if len(pairs) > TIP_IDS else "")


def _ids(ids: tuple[int, ...], count: int) -> str:
    text = " ".join(str(word_id) for word_id in ids[:count])
    return text if len(ids) <= count else f"{text} …"


class TokenDelegate(QStyledItemDelegate):
    """Paint a cell that offers `TOKENS_ROLE` word by word."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the cell's background as usual and its words one by one."""
        tokens = index.data(TOKENS_ROLE)
        if tokens is None:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        text_area = option.widget.style().subElementRect(
            QStyle.SubElement.SE_ItemViewItemText, option, option.widget
        )
        option.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        painter.setClipRect(option.rect)
        self._paint_tokens(painter, option, text_area, tokens)
        painter.restore()

    def _paint_tokens(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        text_area: QRect,
        tokens: tuple[object, ...],
    ) -> None:
        palette, metrics = current_palette(), option.fontMetrics
        area = text_area.adjusted(MARGIN, 0, -MARGIN, 0)
        painter.setFont(option.font)
        left, space = area.left(), metrics.horizontalAdvance(" ")
        last_left = area.right() - metrics.horizontalAdvance(ELLIPSIS)
        under = area.top() + (area.height() + metrics.height()) // 2
        for number, token in enumerate(tokens, start=1):
            text, is_known = str(getattr(token, "text", "")), bool(getattr(token, "is_known", True))
            width = metrics.horizontalAdvance(text)
            is_last = number == len(tokens)
            cell = QRect(left, area.top(), area.width(), area.height())
            if left + width > (area.right() if is_last else last_left):
                painter.setPen(QColor(palette.faint))
                painter.drawText(cell, FLAGS, ELLIPSIS)
                return
            painter.setPen(QColor(palette.foreground if is_known else palette.bad))
            painter.drawText(cell, FLAGS, text)
            if not is_known:
                self._underline(painter, QRect(left, under, width, 1), palette.bad)
            left += width + space

    @staticmethod
    def _underline(painter: QPainter, line: QRect, colour: str) -> None:
        painter.setPen(QPen(QColor(colour), 1, Qt.PenStyle.DotLine))
        painter.drawLine(line.left(), line.top(), line.right(), line.top())
