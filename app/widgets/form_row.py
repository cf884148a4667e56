"""One line of a form: label, field, a hint under them, and what is wrong with the value."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.shared.labels import make_label
from app.shared.theme import scaled

FIELD_WIDTH_PX = 132
WIDE_FIELD_WIDTH_PX = 204


class FormRow(QWidget):
    """A labelled field that can say what is wrong with its value."""

    def __init__(
        self, label: str, field: QWidget, hint: str = "", *, is_wide: bool = False
    ) -> None:
        super().__init__()
        self.field = field
        self._label = QLabel(label, self)
        self._label.setBuddy(field)
        self._label.setToolTip(field.toolTip())
        field.setFixedWidth(scaled(WIDE_FIELD_WIDTH_PX if is_wide else FIELD_WIDTH_PX))
        self._hint = self._build_text("hint", hint)
        self._problem = self._build_text("bad", "")
        self._problem.setObjectName(f"{field.objectName()}.problem")
        line = QHBoxLayout()
        line.addWidget(self._label, stretch=1)
        line.addWidget(field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self._hint)
        layout.addWidget(self._problem)

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

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the value; "" when nothing is."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
