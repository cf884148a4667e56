"""A labelled field of the training form: what it means, whether it was changed, what is wrong."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from app.shared.labels import as_plain, describe, make_label
from app.shared.layouts import in_column, in_row
from app.shared.theme import scaled

FIELD_WIDTH_PX = 132
RESET_WIDTH_PX = 20
WIDE_FIELD_WIDTH_PX = 204


class FormRow(QWidget):
    """A labelled field that can say that its value was changed, and what is wrong with it.

    Signals
    -------
    reset_requested()
        The value is to be what it was.
    """

    reset_requested = Signal()

    def __init__(
        self, label: str, field: QWidget, hint: str = "", *, is_wide: bool = False
    ) -> None:
        super().__init__()
        self.field = field
        self._label = QLabel(label, self)
        self._label.setBuddy(field)
        self._label.setToolTip(as_plain(field.toolTip()))
        self._reset = describe(
            QToolButton(self), f"{field.objectName()}.reset", f"Reset {field.accessibleName()}"
        )
        self._reset.setText("↺")
        self._reset.setProperty("flat", "true")
        self._reset.setFixedWidth(scaled(RESET_WIDTH_PX))
        self._reset.clicked.connect(self.reset_requested)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it appears
        self._reset.setSizePolicy(policy)
        self._reset.hide()
        field.setFixedWidth(scaled(WIDE_FIELD_WIDTH_PX if is_wide else FIELD_WIDTH_PX))
        self._hint = self._build_text("hint", hint)
        self._problem = self._build_text("bad", "")
        self._problem.setObjectName(f"{field.objectName()}.problem")
        line = in_row((self._label, 1), self._reset, field, spacing=4)
        in_column(line, self._hint, self._problem, of=self, margins=0, spacing=2)

    def _build_text(self, role: str, text: str) -> QLabel:
        label = make_label(text, "hint", self, wrap=True)
        label.setProperty("role", role)
        label.setVisible(bool(text))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        label.setSizePolicy(policy)
        return label

    def show_hint(self, text: str) -> None:
        """Replace the hint."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def show_change(self, former: str | None) -> None:
        """Mark the value as changed from `former`; None: it is as it was."""
        self._reset.setVisible(former is not None)
        self._reset.setToolTip(as_plain("" if former is None else f"Changed: back to {former}"))
        font = self._label.font()
        if font.bold() != (former is not None):
            font.setBold(former is not None)
            self._label.setFont(font)

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the value; "" when nothing is."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
