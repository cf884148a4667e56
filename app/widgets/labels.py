"""Labels, cards and lines of a form in one manner; style.qss says how each role looks."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QLayout, QWidget

from app.scale import scaled

LABEL_WIDTH = 76  # px, so that the fields of several forms stand in one line

Role = Literal["title", "heading", "hint", "caption", "figure", "body", "bad", "warning"]


def make_label(
    text: str, role: Role, parent: QWidget | None = None, *, wrap: bool = False
) -> QLabel:
    """Return a label of plain text: what a file holds must not become markup."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(wrap)
    return label


def make_card(parent: QWidget | None = None) -> QFrame:
    """Return a frame with the look of a card."""
    card = QFrame(parent)
    card.setProperty("card", "true")
    return card


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
    form.addRow(text, field)
    label = form.labelForField(field)
    if label is not None:
        label.setMinimumWidth(scaled(LABEL_WIDTH))
        label.setMinimumHeight(field.sizeHint().height())  # the label stands beside the field
