"""The first rows of a file as it would be read, and the rows that could not be."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHeaderView, QTableView, QVBoxLayout, QWidget

from app.formatting import counted
from app.widgets.csv_models import PreviewModel
from app.widgets.describe import describe
from app.widgets.labels import make_label
from app.widgets.tables import prepare_table

if TYPE_CHECKING:
    from engine import CsvPreview

NARROW, WIDE = 120, 480  # px, of a column that is not the text and of the text


class PreviewPage(QWidget):
    """Show a `CsvPreview`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = PreviewModel(self)
        self._note = make_label("", "hint", self, wrap=True)
        self._note.setObjectName("dataset.preview_note")
        self._problem_note = make_label("", "bad", self, wrap=True)
        self._problem_note.setObjectName("dataset.preview_problems")
        self._problem_note.hide()
        self._table = describe(
            QTableView(self),
            "dataset.preview_table",
            "First rows of the file",
            "The first rows of the file, as they are read with the options on the left",
        )
        self._table.setModel(self._model)
        prepare_table(self._table)
        self._table.verticalHeader().show()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._note)
        layout.addWidget(self._problem_note)
        layout.addWidget(self._table, 1)

    def show_preview(self, preview: "CsvPreview", column: int) -> None:
        """Show the rows of `preview` with the text in `column`."""
        self._model.show_preview(preview)
        refused = len(preview.problems)
        self._note.setText(
            f"The first {counted(len(preview.rows), 'row')}. Does the text look right? "
            "Then press Prepare."
            if preview.rows
            else "No rows were found with these options."
        )
        self._problem_note.setText(
            f"{counted(refused, 'row')} here cannot be read and would be left out; the first, "
            f"line {preview.problems[0].line}: {preview.problems[0].reason}"
            if refused
            else ""
        )
        self._problem_note.setVisible(refused > 0)
        self.set_text_column(column)

    def set_text_column(self, column: int) -> None:
        """Let `column` stand out and give it the room."""
        self._model.set_text_column(column)
        header = self._table.horizontalHeader()
        header.setStretchLastSection(False)
        for section in range(self._model.columnCount()):
            is_text = section == column
            mode = QHeaderView.ResizeMode
            header.setSectionResizeMode(section, mode.Stretch if is_text else mode.Interactive)
            if not is_text:
                self._table.setColumnWidth(section, NARROW)
        if self._model.columnCount() > 6:  # too many to stretch: let it scroll
            header.setSectionResizeMode(header.ResizeMode.Interactive)
            self._table.setColumnWidth(column, WIDE)
        self._table.scrollTo(self._model.index(0, max(column, 0)))
