"""The sentences of a corpus as the network sees them, fetched as they come into view.

Words that are not in the vocabulary are marked.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from app.shared.direction import TextDelegate, is_right_to_left
from app.shared.formatting import format_count, shorten
from app.shared.tables import Column
from app.shared.theme import current_palette
from engine import SENTENCE_END, SENTENCE_START

if TYPE_CHECKING:
    from engine import SentenceView

ItemRole = Qt.ItemDataRole

NUMBER, PART, PLACE, TEXT, TOKENS, X, Y = range(7)
TOKENS_ROLE = int(ItemRole.UserRole) + 1  # the TokenViews, for the delegate

VIEWS_KEPT = 512  # rows; a screen shows some fifty
FILE_LENGTH = 24  # characters
CELL_LENGTH = 300  # characters
IDS_SHOWN = 40
TIP_IDS = 100

MARGIN = 3  # px that Qt leaves beside a cell's text
ELLIPSIS = "…"
FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class Sentences(Protocol):
    """What the table needs of a corpus."""

    def __len__(self) -> int:
        """Return the number of sentences."""

    def sentence_view(self, index: int) -> "SentenceView":
        """Return one sentence for showing."""


class SentenceViews(Sequence["SentenceView"]):
    """The sentences of a corpus, each fetched when it is seen; the last ones seen are kept.

    Only those with the `numbers` given, from 0, if there are such.
    """

    def __init__(self, sentences: Sentences, numbers: Sequence[int] | None = None) -> None:
        self._numbers = range(len(sentences)) if numbers is None else numbers
        self._view = lru_cache(VIEWS_KEPT)(sentences.sentence_view)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: Any) -> Any:
        return self._view(self._numbers[index])


def corpus_columns() -> "tuple[Column[SentenceView], ...]":
    """Return number, set, text, words, x and y of a sentence."""
    return (
        Column(
            title="No.",
            tip="Number of the sentence in the text",
            text=lambda view: format_count(view.number),
            is_number=True,
        ),
        _column(
            "Set",
            "Training, or held out for measuring the loss",
            lambda view: "held out" if view.is_validation else "training",
        ),
        _column(
            "Line",
            "Where its text begins: the line of the file, and which file where there are several",
            _place,
            lambda view: f"Line {view.line:,}{f' of {view.file}' if view.file else ''}",
        ),
        _column(
            "Sentence",
            "The sentence as it stands in the file",
            lambda view: shorten(view.text, CELL_LENGTH),
            lambda view: view.text,
        ),
        Column(
            title="As the network reads it",
            tip="A marked word is not in the vocabulary and is read as UNKNOWN_TOKEN",
            text=lambda view: shorten(" ".join(_words(view)), CELL_LENGTH),
            tooltip=_told_words,
            roles={
                ItemRole.AccessibleTextRole: _told_words,
                TOKENS_ROLE: lambda view: view.tokens,
            },
        ),
        _column(
            "x",
            "Input: word ids, SENTENCE_START (0) first; point at a cell to see the words",
            lambda view: _ids(view.x, IDS_SHOWN),
            lambda view: _named_ids(view.x, (SENTENCE_START, *_words(view))),
        ),
        _column(
            "y",
            "Target: the same ids one word later, SENTENCE_END (1) last",
            lambda view: _ids(view.y, IDS_SHOWN),
            lambda view: _named_ids(view.y, (*_words(view), SENTENCE_END)),
        ),
    )


def _column(
    title: str,
    tip: str,
    short: "Callable[[SentenceView], str]",
    whole: "Callable[[SentenceView], str] | None" = None,
) -> "Column[SentenceView]":
    """Return a column whose cell is cut; the tooltip has it whole."""
    return Column(
        title=title,
        tip=tip,
        text=short,
        tooltip=whole or short,
        roles={ItemRole.AccessibleTextRole: short},
    )


def _place(view: "SentenceView") -> str:
    """Return such as "12", or "may.csv: 12" where there are several files."""
    line = f"{view.line:,}" if view.line else ""
    return f"{shorten(view.file, FILE_LENGTH)}: {line}" if view.file else line


def _words(view: "SentenceView") -> list[str]:
    return [token.text for token in view.tokens]


def _told_words(view: "SentenceView") -> str:
    """Return all words; the unknown ones are named in words, not by colour."""
    return " ".join(
        token.text if token.is_known else f"{token.text} [unknown]" for token in view.tokens
    )


def _named_ids(ids: tuple[int, ...], words: tuple[str, ...]) -> str:
    """Return each id with its word, as far as a tooltip holds."""
    pairs = [f"{word_id} {word}" for word_id, word in zip(ids, words, strict=False)]
    return "  ·  ".join(pairs[:TIP_IDS]) + ("  …" if len(pairs) > TIP_IDS else "")


def _ids(ids: tuple[int, ...], count: int) -> str:
    text = " ".join(str(word_id) for word_id in ids[:count])
    return text if len(ids) <= count else f"{text} …"


class TokenDelegate(TextDelegate):
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
        told = [(str(getattr(token, "text", "")), bool(getattr(token, "is_known", True)))
                for token in tokens]  # fmt: skip
        is_mirrored = is_right_to_left(" ".join(text for text, _ in told))
        passed, space = 0, metrics.horizontalAdvance(" ")  # px from the side that is read first
        ellipsis = metrics.horizontalAdvance(ELLIPSIS)
        under = area.top() + (area.height() + metrics.height()) // 2
        for number, (text, is_known) in enumerate(told, start=1):
            width = metrics.horizontalAdvance(text)
            room = area.width() - (0 if number == len(told) else ellipsis)
            is_cut = passed + width > room
            width = ellipsis if is_cut else width
            left = area.right() - passed - width if is_mirrored else area.left() + passed
            cell = QRect(left, area.top(), width + MARGIN, area.height())
            if is_cut:
                painter.setPen(QColor(palette.faint))
                painter.drawText(cell, FLAGS, ELLIPSIS)
                return
            painter.setPen(QColor(palette.foreground if is_known else palette.bad))
            painter.drawText(cell, FLAGS, text)
            if not is_known:
                self._underline(painter, QRect(left, under, width, 1), palette.bad)
            passed += width + space

    @staticmethod
    def _underline(painter: QPainter, line: QRect, colour: str) -> None:
        painter.setPen(QPen(QColor(colour), 1, Qt.PenStyle.DotLine))
        painter.drawLine(line.left(), line.top(), line.right(), line.top())
