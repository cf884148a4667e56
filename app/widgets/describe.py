"""Name a widget for tests, for screen readers and for whoever hovers over it."""

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox, QWidget

SPIN_MARGIN = 6  # px left of a number

WidgetT = TypeVar("WidgetT", bound=QWidget)


def describe(widget: WidgetT, object_name: str, accessible_name: str, tooltip: str) -> WidgetT:
    """Give `widget` its three names and return it."""
    widget.setObjectName(object_name)
    widget.setAccessibleName(accessible_name)
    widget.setToolTip(tooltip)
    widget.setAccessibleDescription(tooltip)
    if isinstance(widget, QAbstractSpinBox):
        widget.lineEdit().setTextMargins(SPIN_MARGIN, 0, 0, 0)  # style.qss cannot: Qt ignores it
    return widget
