"""A field for a decimal number that takes both the comma and the point, whatever the language."""

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox


class DecimalSpinBox(QDoubleSpinBox):
    """Read "0,5" and "0.5" alike; the number is written as the language has it."""

    def validate(self, text: str, pos: int) -> tuple[QValidator.State, str, int]:
        """Judge the number as if its point were that of the language."""
        state, _text, at = super().validate(self._own(text), pos)
        return state, text, at

    def valueFromText(self, text: str) -> float:
        """Return the number that was typed."""
        return super().valueFromText(self._own(text))

    def _own(self, text: str) -> str:
        point = self.locale().decimalPoint()
        return text.replace(",", point).replace(".", point)
