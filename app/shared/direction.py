"""Text in the direction of its own script, whatever the window's.

A full stop stands at the end of an Arabic sentence only if the whole line is laid out from right
to left.
"""

import unicodedata

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

_LOOKED_AT = 200  # characters; the first letter tells


def is_right_to_left(text: str) -> bool:
    """Tell whether the first letter of `text` is of a script written from right to left."""
    for character in text[:_LOOKED_AT]:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False


class TextDelegate(QStyledItemDelegate):
    """Show each cell in the direction of its own text, beginning at that text's edge."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Take the direction from the text."""
        super().initStyleOption(option, index)
        if is_right_to_left(option.text):
            option.direction = Qt.LayoutDirection.RightToLeft
