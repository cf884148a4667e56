"""Widgets beside or below each other, with the room around and between them, in one call."""

from typing import TypeAlias, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

# A part, its share of the room that is left, and where it stands in it; None is empty room.
_Placed: TypeAlias = (
    tuple[QWidget | QLayout | None, int] | tuple[QWidget | QLayout, int, Qt.AlignmentFlag]
)
Part: TypeAlias = QWidget | QLayout | _Placed | int  # a number: so many px
BoxT = TypeVar("BoxT", bound=QBoxLayout)


def in_row(
    *parts: Part,
    of: QWidget | None = None,
    margins: int | tuple[int, int, int, int] | None = None,
    spacing: int | None = None,
) -> QHBoxLayout:
    """Return `parts` from left to right, as the layout `of` a widget or for another layout.

    Parameters
    ----------
    parts : widgets, layouts, or tuples
        A tuple has the part, its stretch and maybe its alignment; a number is room in px, and
        (None, stretch) room that grows.
    margins : px
        Around all: left, top, right, bottom, or one for all sides; None: the style's own.
    spacing : px
        Between two parts; None: the style's own.
    """
    return _filled(QHBoxLayout() if of is None else QHBoxLayout(of), parts, margins, spacing)


def in_column(
    *parts: Part,
    of: QWidget | None = None,
    margins: int | tuple[int, int, int, int] | None = None,
    spacing: int | None = None,
) -> QVBoxLayout:
    """Return `parts` from top to bottom; the rest is as for `in_row`."""
    return _filled(QVBoxLayout() if of is None else QVBoxLayout(of), parts, margins, spacing)


def _filled(
    box: BoxT,
    parts: tuple[Part, ...],
    margins: int | tuple[int, int, int, int] | None,
    spacing: int | None,
) -> BoxT:
    if margins is not None:
        box.setContentsMargins(*((margins,) * 4 if isinstance(margins, int) else margins))
    if spacing is not None:
        box.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            box.addSpacing(part)
            continue
        item, stretch, *alignment = part if isinstance(part, tuple) else (part, 0)
        if isinstance(item, QWidget):
            box.addWidget(item, stretch, *alignment)
        elif isinstance(item, QLayout):
            box.addLayout(item, stretch)
        else:
            box.addStretch(stretch)
    return box
