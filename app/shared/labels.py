"""Labels, cards and lines of a form in one manner, and how a widget is named for those who ask.

style.qss says how each role looks.
"""

import html
from collections.abc import Iterable
from typing import Literal, TypeVar

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, Qt, QWhatsThisClickedEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLayout,
    QSplitter,
    QWidget,
)

from app.shared.theme import scaled

LABEL_WIDTH = 76  # px, so that the fields of several forms stand in one line

Role = Literal["title", "heading", "hint", "caption", "figure", "body", "bad", "warning"]

SPIN_MARGIN = 6  # px left of a number

WidgetT = TypeVar("WidgetT", bound=QWidget)


def make_label(
    text: str, role: Role, parent: QWidget | None = None, *, wrap: bool = False, name: str = ""
) -> QLabel:
    """Return a label of plain text: what a file holds must not become markup."""
    label = QLabel(text, parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    return label


def make_card(parent: QWidget | None = None) -> QFrame:
    """Return a frame with the look of a card."""
    card = QFrame(parent)
    card.setProperty("card", "true")
    return card


def make_splitter(
    orientation: Qt.Orientation, *parts: QWidget, parent: QWidget, name: str = ""
) -> QSplitter:
    """Return `parts` whose shares of the room can be changed, but none of them to nothing.

    One with a name is put back as it was at the next start.
    """
    splitter = QSplitter(orientation, parent)
    splitter.setObjectName(name)
    for part in parts:
        splitter.addWidget(part)
    splitter.setChildrenCollapsible(False)
    return splitter


def offer_choices(box: QComboBox, choices: Iterable[tuple[str, object]]) -> None:
    """Add choices to a list, each a text and the value that it stands for."""
    for text, value in choices:
        box.addItem(text, value)


def make_form(parent: QWidget) -> QFormLayout:
    """Return the layout of a form in a narrow column."""
    form = QFormLayout(parent)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(8)
    form.setVerticalSpacing(8)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return form


def add_row(form: QFormLayout, text: str, field: QWidget | QLayout) -> None:
    """Add a field with its label; an ampersand in `text` makes the key that leads to the field."""
    label = _FieldLabel(text, field)
    if isinstance(field, QWidget):
        label.setBuddy(field)
    form.addRow(label, field)


class _FieldLabel(QLabel):
    """A label that stands beside its field: as high, and as wide as those of other forms."""

    def __init__(self, text: str, field: QWidget | QLayout) -> None:
        super().__init__(text)
        self._field = field

    def minimumSizeHint(self) -> QSize:
        """Return room for the text, and the height of the field in the present style."""
        least = QSize(scaled(LABEL_WIDTH), self._field.sizeHint().height())
        return super().minimumSizeHint().expandedTo(least)

    def sizeHint(self) -> QSize:
        """Return the same: it has one line."""
        return self.minimumSizeHint()


def as_plain(text: str) -> str:
    """Return what shows the very characters of `text` where Qt would take them for markup."""
    if not Qt.mightBeRichText(text):
        return text
    return f"<p style='white-space: pre-wrap'>{html.escape(text)}</p>"


def describe(widget: WidgetT, object_name: str, accessible_name: str, tooltip: str = "") -> WidgetT:
    """Give `widget` its three names and return it."""
    widget.setObjectName(object_name)
    widget.setAccessibleName(accessible_name)
    widget.setToolTip(as_plain(tooltip))
    widget.setAccessibleDescription(tooltip)
    if isinstance(widget, QAbstractSpinBox):
        widget.lineEdit().setTextMargins(SPIN_MARGIN, 0, 0, 0)  # style.qss cannot: Qt ignores it
    return widget


def restyle(widget: QWidget, name: str, value: str) -> None:
    """Give a property that style.qss asks for another value, and look the style up anew."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class TermLabel(QLabel):
    """A figure or its name: a click asks the window what the term means.

    The window gets the term as a `QWhatsThisClickedEvent`, as from a link in Qt's own help.
    """

    def __init__(self, term: str, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.term = term
        self.now = ""  # a sentence with the present number
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setCursor(Qt.CursorShape.WhatsThisCursor)

    def explain(self, meaning: str, now: str = "") -> None:
        """Say in the tooltip what it is and how it is now, and how one learns more."""
        self.now = now
        told = " ".join(filter(None, (f"{meaning}.", now)))
        self.setToolTip(as_plain(f"{told}\nClick: what “{self.term}” means (F1: the glossary)"))
        self.setAccessibleDescription(told)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask, unless text was selected."""
        super().mouseReleaseEvent(event)
        is_click = event.button() == Qt.MouseButton.LeftButton and not self.hasSelectedText()
        if is_click and self.rect().contains(event.position().toPoint()):
            QCoreApplication.sendEvent(self.window(), QWhatsThisClickedEvent(self.term))


class ElidedLabel(QLabel):
    """Show as much of the text as fits; its tooltip is the whole of it."""

    def __init__(
        self, parent: QWidget | None = None, *, role: Role | None = None, name: str = ""
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role is not None:
            self.setProperty("role", role)

    def shown_text(self) -> str:
        """Return what there is room for."""
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)

    def minimumSizeHint(self) -> QSize:
        """Ask for no width: whatever there is, is enough."""
        return QSize(1, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the part that fits, with the ellipsis."""
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            self.alignment(),
            self.palette(),
            self.isEnabled(),
            self.shown_text(),
            self.foregroundRole(),
        )
        painter.end()
