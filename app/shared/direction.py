"""Text in the direction of its own script, whatever the window's.

A full stop stands at the end of an Arabic sentence only if the whole line is laid out from right
to left.
"""

import unicodedata

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

_LOOKED_AT = 200  # characters; the first letter tells


def is_right_to_left(text: str) -> bool:
    """Tell whether the first letter of `text` is of a script written from right to left."""
    depth = 0  # of isolated parts, which tell nothing of the rest
    for character in text[:_LOOKED_AT]:
        kind = unicodedata.bidirectional(character)
        depth += (kind == "FSI") - (kind == "PDI")
        if depth <= 0 and kind in ("L", "R", "AL"):
            return kind != "L"
    return False


def isolated(text: str) -> str:
    """Return text that may stand within a sentence of the window and leaves its order alone."""
    return f"\u2068{text}\u2069" if is_right_to_left(text) else text


def text_option(text: str) -> QTextOption:
    """Return how to lay out lines of `text`: wrapped, and from the edge at which it begins."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    if is_right_to_left(text):
        option.setTextDirection(Qt.LayoutDirection.RightToLeft)
        option.setAlignment(Qt.AlignmentFlag.AlignRight)
    return option


class TextDelegate(QStyledItemDelegate):
    """Show each cell in the direction of its own text, beginning at that text's edge."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Take the direction from the text."""
        super().initStyleOption(option, index)
        if is_right_to_left(option.text):
            option.direction = Qt.LayoutDirection.RightToLeft
