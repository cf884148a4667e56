"""Name a widget for tests, for screen readers and for whoever hovers over it."""

from typing import TypeVar

from PySide6.QtWidgets import QWidget

WidgetT = TypeVar("WidgetT", bound=QWidget)


def describe(widget: WidgetT, object_name: str, accessible_name: str, tooltip: str) -> WidgetT:
    """Give `widget` its three names and return it."""
    widget.setObjectName(object_name)
    widget.setAccessibleName(accessible_name)
    widget.setToolTip(tooltip)
    widget.setAccessibleDescription(tooltip)
    return widget
