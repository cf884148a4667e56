"""How a file is read: its text column, header, encoding and delimiter.

The form shows what was detected and lets a person overrule it; it reads no file.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from app.formatting import shorten
from app.widgets.corpus_figures import delimiter_name
from app.widgets.describe import describe
from app.widgets.labels import add_row, make_form, make_label
from engine import CsvConfig

if TYPE_CHECKING:
    from engine import CsvPreview

ENCODINGS = (
    "utf-8",
    "cp1252",
    "iso-8859-1",
    "utf-16",
    "iso-8859-15",
    "cp1250",
    "cp1251",
    "mac-roman",
    "shift_jis",
    "gb18030",
    "big5",
    "euc-kr",
)
DELIMITERS = (",", ";", "\t", "|")


class CsvForm(QWidget):
    """The options of reading a file.

    Signals
    -------
    reading_changed()
        The file has to be looked at again with the new options.
    column_changed(int)
        Another column holds the text.
    """

    reading_changed = Signal()
    column_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._has_header = False
        self._is_header_chosen = False
        self._chosen_column: int | None = None
        self._build_fields()
        self._build_layout()
        self._connect_signals()
        self.setEnabled(False)

    def show_preview(self, preview: "CsvPreview") -> int:
        """Show how the file was read and return the text column; choices made by hand stay."""
        column = self._chosen_column
        if column is None or column >= len(preview.columns):
            column = preview.guessed_column
        self._columns, self._has_header = preview.columns, preview.has_header
        blockers = [QSignalBlocker(widget) for widget in (self._column, self._header)]
        self._column.clear()
        for number, name in enumerate(preview.columns, start=1):
            self._column.addItem(f"{number}: {shorten(name, 40)}" if name else f"Column {number}")
        self._column.setCurrentIndex(column)
        self._header.setChecked(preview.has_header)
        blockers.clear()
        self._encoding.setItemText(0, f"Detect ({preview.encoding})")
        self._delimiter.setItemText(0, f"Detect ({delimiter_name(preview.delimiter)})")
        self._note.setText(f"Encoding: {preview.encoding_note}.")
        self._note.setVisible(bool(preview.encoding_note))
        return column

    def reset(self) -> None:
        """Go back to detecting everything, for a new file."""
        blockers = [QSignalBlocker(box) for box in (self._encoding, self._delimiter, self._column)]
        self._column.clear()
        self._note.hide()
        for box in (self._encoding, self._delimiter):
            box.setCurrentIndex(0)
            box.setItemText(0, "Detect")
        blockers.clear()
        self._is_header_chosen = False
        self._chosen_column = None
        self._columns = ()

    def reading_config(self) -> CsvConfig:
        """Return the options for looking at the file: no column is chosen in them."""
        return CsvConfig(
            has_header=self._has_header if self._is_header_chosen else None,
            encoding=self._encoding.currentData(),
            delimiter=self._delimiter.currentData(),
        )

    def config(self) -> CsvConfig:
        """Return all options for reading the file as it is shown."""
        index = self._column.currentIndex()
        return CsvConfig(
            columns=(self._column_key(index),) if index >= 0 else (),
            has_header=self._has_header,
            encoding=self._encoding.currentData(),
            delimiter=self._delimiter.currentData(),
        )

    def _column_key(self, index: int) -> str:
        """Return the column's name if it names one column only, else its number."""
        name = self._columns[index]
        is_clear = self._has_header and self._columns.count(name) == 1 and not name.isdecimal()
        return name if is_clear and name else str(index + 1)

    def _build_fields(self) -> None:
        self._column = describe(
            QComboBox(self),
            "dataset.column_combo",
            "Text column",
            "The column that holds the text to learn from",
        )
        self._column.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._column.setMinimumContentsLength(12)
        self._header = describe(
            QCheckBox("First row &names the columns", self),
            "dataset.header_check",
            "First row names the columns",
            "Tick it if the first row is a header and not a text",
        )
        self._encoding = describe(
            QComboBox(self),
            "dataset.encoding_combo",
            "Encoding",
            "How the file's bytes become letters; change it if letters look wrong in the preview",
        )
        self._encoding.addItem("Detect", None)
        for encoding in ENCODINGS:
            self._encoding.addItem(encoding, encoding)
        self._delimiter = describe(
            QComboBox(self),
            "dataset.delimiter_combo",
            "Delimiter",
            "The character between two columns; change it if columns look wrong in the preview",
        )
        self._delimiter.addItem("Detect", None)
        for delimiter in DELIMITERS:
            self._delimiter.addItem(delimiter_name(delimiter), delimiter)
        for box in (self._encoding, self._delimiter):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self._note = make_label("", "hint", self, wrap=True)
        self._note.setObjectName("dataset.encoding_note")
        self._note.hide()

    def _build_layout(self) -> None:
        form = make_form(self)
        add_row(form, "Text &column", self._column)
        form.addRow("", self._header)
        add_row(form, "&Encoding", self._encoding)
        add_row(form, "&Delimiter", self._delimiter)
        form.addRow(self._note)

    def _connect_signals(self) -> None:
        self._column.currentIndexChanged.connect(self._on_column_changed)
        self._header.toggled.connect(self._on_header_toggled)
        self._encoding.currentIndexChanged.connect(self._on_reading_changed)
        self._delimiter.currentIndexChanged.connect(self._on_reading_changed)

    @Slot(int)
    def _on_column_changed(self, index: int) -> None:
        self._chosen_column = index
        self.column_changed.emit(index)

    @Slot(bool)
    def _on_header_toggled(self, is_checked: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._has_header = is_checked
        self._is_header_chosen = True
        self.reading_changed.emit()

    @Slot(int)
    def _on_reading_changed(self, index: int) -> None:
        self.reading_changed.emit()
