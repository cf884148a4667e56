"""How a file is read: its text columns, header, encoding, delimiter, and damaged rows.

The form shows what was detected and lets a person overrule it; it reads no file.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from app.dataset.file.description import delimiter_name
from app.shared.fields.column_picker import ColumnPicker
from app.shared.formatting import shorten
from app.shared.labels import add_row, describe, make_form, make_label, offer_choices
from engine import CsvConfig, RowPolicy

if TYPE_CHECKING:
    from engine import CsvPreview

ENCODINGS = (
    "utf-8",
    "cp1252",
    "iso8859_15",
    "mac_roman",
    "utf-16",
    "cp1250",
    "iso8859_2",
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1257",
    "cp850",
    "cp437",
    "cp866",
    "shift_jis",
    "gb18030",
    "big5",
    "euc-kr",
)
DELIMITERS = (",", ";", "\t", "|", "~", "^", "||", "^|^", "::", "\x01", "\x1f", "\n")
QUOTINGS = (
    ('Double quotes, "" inside', "double"),
    ('Double quotes, \\" inside', "backslash"),
    ("Single quotes", "single"),
    ("Curly quotes", "curly"),
    ("None: they are text", "none"),
)
ESCAPE = re.compile(r"\\(t|x[0-9a-fA-F]{2})")
LONGEST_DELIMITER = 5  # characters
MOST_FILES = 2000  # offered to be shown
DETECT = -1  # lines above the table
DETECTED = ("Detect", None)  # a choice, and what it stands for
NARROW = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
UNITS = (("Lines", "lines"), ("Paragraphs", "paragraphs"))
POLICIES = (("Leave out and list", "skip"), ("Stop preparing", "stop"))


def typed_delimiter(text: str) -> str:
    r"""Return a delimiter as it was typed, with a tab for \t and others for their number."""
    return ESCAPE.sub(lambda found: "\t" if found[1] == "t" else chr(int(found[1][1:], 16)), text)


class CsvForm(QWidget):
    """The options of reading a file; `column_picker` ticks the text columns.

    Signals
    -------
    reading_changed()
        The file has to be looked at again with the new options.
    columns_changed(object)
        Other columns hold the text: a tuple of indexes.
    policy_changed()
        Damaged rows are to be treated in another way.
    """

    reading_changed = Signal()
    columns_changed = Signal(object)
    policy_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._has_entities = False
        self._kind = ""  # how the file is read but for its columns
        self._has_header = False
        self._is_table = False
        self._is_header_chosen = False
        self._chosen: tuple[int, ...] | None = None  # columns
        self._keys: tuple[str, ...] = ()  # of the text columns, where there are several files
        self._is_one_of_several = False
        self._wanted: tuple[str, ...] = ()  # the columns of a corpus that was opened again
        self._build_fields()
        self._build_boxes()
        self._build_layout()
        self._connect_signals()
        self.setEnabled(False)

    def show_preview(self, preview: "CsvPreview") -> tuple[int, ...]:
        """Show how the file was read and return the text columns; choices made by hand stay."""
        if self._wanted:
            self._chosen = _indexes(self._wanted, preview.columns)
            self._wanted = ()
        elif preview.files and self._keys:  # another file may have them in other places
            places = {name: index for index, name in enumerate(preview.columns)}
            places |= {str(index + 1): index for index in range(len(preview.columns))}
            self._chosen = tuple(places[key] for key in self._keys if key in places)
        columns = tuple(index for index in self._chosen or () if index < len(preview.columns))
        columns = columns or (preview.guessed_column,)
        self._columns, self._has_header = preview.columns, preview.has_header
        names = [
            f"{number}: {shorten(name, 40)}" if name else f"Column {number}"
            for number, name in enumerate(preview.columns, start=1)
        ]
        self.column_picker.set_names(names, columns)
        with QSignalBlocker(self._header):
            self._header.setChecked(preview.has_header)
        self._encoding.setItemText(0, f"Detect ({preview.encoding})")
        self._delimiter.setItemText(0, f"Detect ({delimiter_name(preview.delimiter)})")
        self._quoting.setItemText(0, f"Detect ({'double quotes' if preview.is_quoted else 'none'})")
        self._units.setItemText(0, f"Detect ({preview.kind})")
        self._show_sheets(preview)
        self._show_files(preview)
        is_text = preview.kind in ("lines", "paragraphs")
        is_table = self._is_table = preview.kind == "table"
        is_csv = is_table and not preview.sheets
        self._skipped.setSpecialValueText(f"Detect ({preview.lines_above})")
        for field, is_shown in (
            (self.column_picker, not is_text),
            (self._header, is_table),
            (self._sheet, len(preview.sheets) > 1),
            (self._encoding, not preview.sheets),
            (self._delimiter, is_csv),
            (self._quoting, is_csv),
            (self._skipped, is_csv),
            (self._units, is_text),
            (self._entities, preview.entities > 0 or self._entities.isChecked()),
        ):
            self._form.setRowVisible(field, is_shown)
        note = f"Encoding: {preview.encoding_note}." if preview.encoding_note else ""
        if self._is_one_of_several:
            if not self._keys:
                self._keys = tuple(map(self._column_key, columns))
            elif not self._chosen and not is_text:
                note = f"This file has no column {' or '.join(self._keys)}. {note}"
        self._note.setText(note)
        self._note.setVisible(bool(note))
        return columns

    def _show_files(self, preview: "CsvPreview") -> None:
        """Offer the files of a text that has several."""
        self._is_one_of_several = len(preview.files) > 1
        with QSignalBlocker(self._file):
            self._file.clear()
            self._file.addItems([shorten(name, 40) for name in preview.files[:MOST_FILES]])
            self._file.setCurrentIndex(preview.file)
        for field in (self._file, self._bad_files):
            self._form.setRowVisible(field, self._is_one_of_several)

    def summary(self, preview: "CsvPreview | None" = None) -> str:
        """Return in one line how the file is read: "CSV, utf-8, comma, column body"."""
        if preview is not None:
            self._kind = _kind(preview)
            self._has_entities = preview.entities > 0
        is_raw = self._has_entities and not self._entities.isChecked()
        rest = "; HTML entities are not decoded" if is_raw else ""
        chosen = [self._columns[index] or str(index + 1) for index in self.column_picker.picked()]
        if not self.column_picker.isVisibleTo(self) or not chosen:
            return f"{self._kind}{rest}"
        columns = "column" if len(chosen) == 1 else "columns"
        return f"{self._kind}, {columns} {shorten(', '.join(chosen), 40)}{rest}"

    def _show_sheets(self, preview: "CsvPreview") -> None:
        with QSignalBlocker(self._sheet):
            self._sheet.clear()
            for name in preview.sheets:
                self._sheet.addItem(shorten(name, 40), name)
            self._sheet.setCurrentIndex(self._sheet.findData(preview.sheet))

    def reset(self) -> None:
        """Go back to detecting everything, for a new file."""
        self.column_picker.set_names((), ())
        self._note.hide()
        for box in self._detecting:
            with QSignalBlocker(box):
                box.setCurrentIndex(0)
            box.setItemText(0, "Detect")
        with QSignalBlocker(self._sheet):
            self._sheet.clear()
        with QSignalBlocker(self._entities):
            self._entities.setChecked(False)
        with QSignalBlocker(self._skipped):
            self._skipped.setValue(DETECT)
        self._skipped.setSpecialValueText("Detect")
        self._form.setRowVisible(self._entities, False)  # noqa: FBT003 - Qt's signature
        with QSignalBlocker(self._file):
            self._file.clear()
        for field in (self._file, self._bad_files):
            self._form.setRowVisible(field, False)  # noqa: FBT003 - Qt's signature
        self._is_header_chosen = self._is_one_of_several = False
        self._chosen, self._keys, self._wanted = None, (), ()
        self._columns = ()

    def show_config(self, config: CsvConfig) -> None:
        """Show how a corpus was read that is opened again; its columns come with the preview."""
        for box, value in (
            (self._encoding, config.encoding),
            (self._delimiter, config.delimiter),
            (self._quoting, config.quoting),
            (self._units, config.documents),
        ):
            if value is not None and box.findData(value) < 0:
                box.addItem(str(value), value)
            with QSignalBlocker(box):
                box.setCurrentIndex(max(0, box.findData(value)))
        with QSignalBlocker(self._sheet):
            if config.sheet is not None:
                self._sheet.addItem(config.sheet, config.sheet)
                self._sheet.setCurrentIndex(self._sheet.findData(config.sheet))
        with QSignalBlocker(self._entities):
            self._entities.setChecked(config.decode_entities)
        with QSignalBlocker(self._skipped):
            self._skipped.setValue(DETECT if config.skip_rows is None else config.skip_rows)
        self._has_header = bool(config.has_header)
        self._is_header_chosen = config.has_header is not None
        self._wanted = config.columns
        self.show_policy(config.bad_rows)

    def show_policy(self, policy: str) -> None:
        """Show what was to be done with damaged rows in an earlier session."""
        with QSignalBlocker(self._policy):
            self._policy.setCurrentIndex(max(0, self._policy.findData(policy)))

    @Slot(str)
    def choose_encoding(self, name: str) -> None:
        """Read the file in an encoding that may not be in the list."""
        index = self._encoding.findData(name)
        if index < 0:
            self._encoding.addItem(name, name)
            index = self._encoding.count() - 1
        self._encoding.setCurrentIndex(index)

    def choose_quoting(self, quoting: str) -> None:
        """Read the file with other quotes, as if they had been chosen by hand."""
        self._quoting.setCurrentIndex(self._quoting.findData(quoting))

    def reading_config(self) -> CsvConfig:
        """Return the options for looking at the file: no column is chosen in them."""
        return CsvConfig(
            has_header=self._has_header if self._is_header_chosen else None,
            encoding=self._encoding.currentData(),
            delimiter=self._delimiter.currentData(),
            skip_rows=None if self._skipped.value() == DETECT else self._skipped.value(),
            quoting=self._quoting.currentData(),
            sheet=self._sheet.currentData(),
            documents=self._units.currentData(),
            decode_entities=self._entities.isChecked(),
        )

    def config(self) -> CsvConfig:
        """Return all options for reading the file as it is shown."""
        reading = self.reading_config()
        picked = tuple(self._column_key(index) for index in self.column_picker.picked())
        has_header = self._has_header if self._is_table else None
        if self._is_one_of_several:  # each is told by itself
            picked, has_header = self._keys, reading.has_header
        return replace(
            reading,
            columns=picked,
            has_header=has_header,
            bad_rows=self._policy.currentData(),
        )

    def _column_key(self, index: int) -> str:
        """Return the column's name if it names one column only, else its number."""
        name = self._columns[index]
        is_clear = self._has_header and self._columns.count(name) == 1 and not name.isdecimal()
        return name if is_clear and name else str(index + 1)

    def _build_fields(self) -> None:
        self.column_picker = describe(
            ColumnPicker("Text columns", self),
            "dataset.column_combo",
            "Text columns",
            "The column that holds the text to learn from; tick several to join them, "
            "each as a paragraph",
        )
        self.column_picker.setMinimumContentsLength(12)
        self.column_picker.setSizeAdjustPolicy(NARROW)
        self._header = describe(
            QCheckBox("First row &names the columns", self),
            "dataset.header_check",
            "First row names the columns",
            "Tick this if the first row is a header rather than text",
        )
        self._entities = describe(
            QCheckBox("Decode HTML entities (&&amp; → &&)", self),
            "dataset.entities_check",
            "Decode HTML entities",
            "Read &gt; as >, &quot; as a quotation mark and so on: texts from web pages are often "
            "stored like this. The tutorial does not decode them",
        )
        self._note = make_label("", "hint", self, wrap=True, name="dataset.encoding_note")
        self._note.hide()

    @property
    def file_shown(self) -> int:
        """The number of the file whose first rows are to be seen."""
        return max(0, self._file.currentIndex())

    @property
    def bad_files(self) -> RowPolicy:
        """What is done with a file, of several, that cannot be read."""
        policy: RowPolicy = self._bad_files.currentData()
        return policy

    def _box(
        self, role: str, name: str, tip: str, choices: Iterable[tuple[str, object]] = ()
    ) -> QComboBox:
        box = describe(QComboBox(self), f"dataset.{role}_combo", name, tip)
        offer_choices(box, choices)
        box.setSizeAdjustPolicy(NARROW)
        return box

    def _build_boxes(self) -> None:
        self._file = self._box(
            "file",
            "File",
            "Which of the files is shown on the right; all of them are read, each with its own "
            "encoding and delimiter",
        )
        self._bad_files = self._box(
            "bad_files",
            "Damaged files",
            "What is done with a file that cannot be read, or lacks the text column: the "
            "preparation stops before anything is read and names it, or it is left out and listed",
            reversed(POLICIES),
        )
        self._policy = self._box(
            "bad_rows",
            "Damaged rows",
            "What is done with a row that cannot be read: it is left out and listed with its "
            "line and the reason, or the preparation stops there",
            POLICIES,
        )
        self._sheet = self._box("sheet", "Sheet", "Which sheet of the spreadsheet holds the text")
        self._encoding = self._box(
            "encoding",
            "Encoding",
            "How the file's bytes become letters; change it if letters look wrong in the preview",
            (DETECTED, *((encoding, encoding) for encoding in ENCODINGS)),
        )
        self._delimiter = self._box(
            "delimiter",
            "Delimiter",
            "What stands between two columns; change it if columns look wrong in the preview. Any "
            "1 to 5 characters can be typed, also \\t for a tab and \\x01 for others by number",
            (DETECTED, *((delimiter_name(delimiter), delimiter) for delimiter in DELIMITERS)),
        )
        self._delimiter.setEditable(True)
        self._typed = QLineEdit(self._delimiter)
        self._delimiter.setLineEdit(self._typed)
        self._delimiter.setCompleter(None)  # type: ignore[arg-type]  # what is typed is meant so
        self._delimiter.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._quoting = self._box(
            "quoting",
            "Quotes",
            "Whether double quotes enclose fields, or are characters like any other; "
            "change it if rows are refused for their quotes",
            (DETECTED, *QUOTINGS),
        )
        self._skipped = describe(
            QSpinBox(self),
            "dataset.skip_rows_spin",
            "Lines above the table",
            "How many lines at the beginning of the file are not part of the table, such as a "
            "title; change it if the names of the columns are not those of the table",
        )
        self._skipped.setRange(DETECT, 10_000)
        self._skipped.setValue(DETECT)
        self._skipped.setSpecialValueText("Detect")
        self._skipped.setKeyboardTracking(False)  # 12 is not first 1
        self._units = self._box(
            "documents",
            "Documents",
            "What counts as one text in this file: a line, or a paragraph with a blank line "
            "after it",
            (DETECTED, *UNITS),
        )
        self._detecting = (self._encoding, self._delimiter, self._quoting, self._units)

    def _build_layout(self) -> None:
        self._form = form = make_form(self)
        add_row(form, "File", self._file)
        add_row(form, "Sheet", self._sheet)
        add_row(form, "Text &column", self.column_picker)
        form.addRow("", self._header)
        add_row(form, "Bad &rows", self._policy)  # above what is detected: it is always chosen
        add_row(form, "Bad files", self._bad_files)
        add_row(form, "&Encoding", self._encoding)
        add_row(form, "&Delimiter", self._delimiter)
        add_row(form, "&Quotes", self._quoting)
        add_row(form, "Lines above", self._skipped)
        add_row(form, "Documen&ts", self._units)
        form.addRow(self._entities)
        form.addRow(self._note)
        for field in (self._file, self._bad_files, self._sheet, self._units, self._entities):
            form.setRowVisible(field, False)  # noqa: FBT003 - Qt's signature

    def _connect_signals(self) -> None:
        self.column_picker.picked_changed.connect(self._on_picked_changed)
        self._header.toggled.connect(self._on_header_toggled)
        for box in (self._file, self._sheet, *self._detecting):
            box.currentIndexChanged.connect(self.reading_changed)
        self._typed.editingFinished.connect(self._on_delimiter_typed)
        self._skipped.valueChanged.connect(self.reading_changed)
        self._entities.toggled.connect(self.reading_changed)
        self._policy.currentIndexChanged.connect(self.policy_changed)

    @Slot()
    def _on_delimiter_typed(self) -> None:
        """Take a delimiter that is not in the list; what is none is taken back."""
        typed = self._delimiter.currentText()
        if typed == self._delimiter.itemText(self._delimiter.currentIndex()):
            return
        delimiter = typed_delimiter(typed)
        names = [self._delimiter.itemText(index) for index in range(self._delimiter.count())]
        if typed in names:
            self._delimiter.setCurrentIndex(names.index(typed))
        elif 1 <= len(delimiter) <= LONGEST_DELIMITER:
            index = self._delimiter.findData(delimiter)
            if index < 0:
                index = self._delimiter.count()
                self._delimiter.addItem(delimiter_name(delimiter), delimiter)
            self._delimiter.setCurrentIndex(index)
        self._delimiter.setEditText(self._delimiter.itemText(self._delimiter.currentIndex()))

    @Slot(object)
    def _on_picked_changed(self, columns: tuple[int, ...]) -> None:
        self._chosen = columns
        self._keys = tuple(map(self._column_key, columns))
        self.columns_changed.emit(columns)

    @Slot(bool)
    def _on_header_toggled(self, is_checked: bool) -> None:  # noqa: FBT001 - Qt's signature
        self._has_header = is_checked
        self._is_header_chosen = True
        self.reading_changed.emit()


def _indexes(keys: tuple[str, ...], columns: tuple[str, ...]) -> tuple[int, ...]:
    """Return where the columns of these names, or numbers from 1 on, stand."""
    places = {name: index for index, name in enumerate(columns)}
    found = (int(key) - 1 if key.isdecimal() else places.get(key, -1) for key in keys)
    return tuple(index for index in found if 0 <= index < len(columns))


def _kind(preview: "CsvPreview") -> str:
    if preview.sheets:
        return "Spreadsheet"
    if preview.kind != "table":
        kinds = {
            "lines": "Plain text, one text per line",
            "paragraphs": "Plain text, in paragraphs",
        }
        return f"{kinds.get(preview.kind, 'JSON Lines')}, {preview.encoding}"
    return f"Table, {preview.encoding}, {delimiter_name(preview.delimiter)}"
