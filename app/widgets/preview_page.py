"""The first rows of a file as it would be read, and the rows that could not be."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QSplitter, QTableView, QVBoxLayout, QWidget

from app.shared.formatting import counted
from app.shared.labels import describe, make_label
from app.shared.tables import prepare_table
from app.shared.theme import scaled
from app.widgets.csv_models import PreviewModel
from app.widgets.damage_delegate import DamageDelegate
from app.widgets.problem_panel import ProblemPanel

if TYPE_CHECKING:
    from engine import CsvPreview

NARROW, WIDE = 120, 480  # px, of a column that is not the text and of the text
MOST_STRETCHED = 6  # columns; more of them scroll
HEIGHTS = [480, 200]  # px, of the rows and of the refused rows
OUTDATED = "These rows were read before: the chosen file cannot be used as it is."
_KINDS = {
    "table": ("row", ""),
    "json": ("object", " of JSON, a column for each key"),
    "lines": ("line", " of text: each line is a document"),
    "paragraphs": ("paragraph", " of text: each is a document, a blank line ends it"),
}


class PreviewPage(QWidget):
    """Show a `CsvPreview`.

    Signals
    -------
    save_requested(object)
        The refused rows are to be saved.
    """

    save_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview: CsvPreview | None = None
        self._model = PreviewModel(self)
        self._note = make_label("", "hint", self, wrap=True)
        self._note.setObjectName("dataset.preview_note")
        self._damage_note = make_label("", "warning", self, wrap=True)
        self._damage_note.setObjectName("dataset.damage_note")
        self._damage_note.hide()
        self._problems = ProblemPanel("preview_", self, is_wide=True)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(12)
        splitter.addWidget(self._build_table())
        splitter.addWidget(self._problems)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes(HEIGHTS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._note)
        layout.addWidget(self._damage_note)
        layout.addWidget(splitter, 1)
        self._problems.line_chosen.connect(self._on_line_chosen)
        self._problems.save_requested.connect(self.save_requested)

    def show_preview(
        self, preview: "CsvPreview", columns: tuple[int, ...], *, stops: bool = False
    ) -> None:
        """Show the rows of `preview` with the text in `columns`."""
        self._preview = preview
        self._model.show_preview(preview)
        noun, explanation = _KINDS[preview.kind]
        self._note.setText(
            f"The first {counted(len(preview.rows), noun)}{explanation}. "
            f"Does the text look right? Then press Prepare.{entities_text(preview)}"
            if preview.rows
            else "No rows were found with these options."
        )
        damage = damage_text(preview)
        self._damage_note.setText(damage)
        self._damage_note.setVisible(bool(damage))
        self._problems.show_problems(preview.problems, "")
        self.show_policy(stops=stops)
        self.set_text_columns(columns)

    def show_outdated(self) -> None:
        """Say that the rows shown are not those of the chosen file, which cannot be read."""
        if self._preview is not None:
            self._note.setText(OUTDATED)

    def show_policy(self, *, stops: bool) -> None:
        """Say whether the refused rows are left out or stop the preparation."""
        if self._preview is None or not self._preview.problems:
            return
        count = len(self._preview.problems)
        fate = "the preparation would stop at the first" if stops else "they would be left out"
        if count == 1:
            fate = "the preparation would stop there" if stops else "it would be left out"
        self._problems.show_heading(f"{counted(count, 'row')} here cannot be read: {fate}")

    def set_text_columns(self, columns: tuple[int, ...]) -> None:
        """Let `columns` stand out and give them the room."""
        self._model.set_text_columns(columns)
        header, mode = self._table.horizontalHeader(), QHeaderView.ResizeMode
        has_room = self._model.columnCount() <= MOST_STRETCHED
        for section in range(self._model.columnCount()):
            is_text = section in columns
            header.setSectionResizeMode(
                section, mode.Stretch if is_text and has_room else mode.Interactive
            )
            if not (is_text and has_room):
                self._table.setColumnWidth(section, scaled(WIDE if is_text else NARROW))
        self._table.scrollTo(self._model.index(0, max(min(columns, default=0), 0)))

    def _build_table(self) -> QTableView:
        self._table = describe(
            QTableView(self),
            "dataset.preview_table",
            "First rows of the file",
            "The first rows of the file, as they are read with the options on the left; "
            "beside each is its line in the file",
        )
        self._table.setModel(self._model)
        prepare_table(self._table)
        self._delegate = DamageDelegate(self._table)  # the view does not keep its delegate alive
        self._table.setItemDelegate(self._delegate)
        self._table.verticalHeader().show()
        return self._table

    @Slot(int)
    def _on_line_chosen(self, line: int) -> None:
        row = self._model.row_of_line(line)
        if row >= 0:
            self._table.selectRow(row)


def entities_text(preview: "CsvPreview") -> str:
    """Say that the text has HTML entities, or that they were decoded; "" where there are none."""
    if not preview.entities:
        return ""
    count = counted(preview.entities, "HTML entity", "HTML entities")
    if preview.are_entities_decoded:
        return f" {count} here {'is' if preview.entities == 1 else 'are'} shown decoded."
    return (
        f" {count} here, such as &gt; for >: tick “Decode HTML entities” on the left to read "
        "what their authors wrote."
    )


def damage_text(preview: "CsvPreview") -> str:
    """Say what the marked numbers are; "" where there are none."""
    if preview.undecodable_bytes:
        return (
            f"{counted(preview.undecodable_bytes, 'byte')} here cannot be read as "
            f"{preview.encoding}; each is shown by its number, such as ‹92›. "
            "Choose another encoding until no number is left; rows with one are refused."
        )
    if preview.control_characters:
        return (
            f"{counted(preview.control_characters, 'control character')} here, shown by number, "
            f"such as ‹92›: the encoding is probably not {preview.encoding}. Try cp1252."
        )
    return ""
