"""The rows of a file that were refused: how many, a table of them, and where they are saved."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QHeaderView, QPushButton, QTableView, QWidget

from app.dataset.strip import Strip
from app.shared.formatting import format_count, shorten
from app.shared.labels import describe, make_label
from app.shared.layouts import in_column, in_row
from app.shared.saving import ask_save_path
from app.shared.tables import Column, RowsModel, prepare_table
from app.shared.theme import scaled

if TYPE_CHECKING:
    from engine import RowProblem

LINE_WIDTH, TEXT_WIDTH = 60, 88  # px
WIDEST_LINE = 120  # px, with the name of its file
SMALLEST_PANEL = 344  # px, of width: the reason can be read
TWO_LINES = 48  # px, of a row
SMALLEST_TABLE = 96  # px, of height

ItemRole = Qt.ItemDataRole
CELL_LENGTH = 300  # characters shown of one cell


class ProblemPanel(QFrame):
    """Show refused rows; hidden while there are none.

    Signals
    -------
    save_requested(object)
        The rows are to be saved to a file: the `RowProblem`s that are listed.
    line_chosen(int)
        A row was chosen: its line in the file.
    plain_quotes_requested()
        Quotes are to be read as text, since one that is never closed took many lines.
    """

    save_requested = Signal(object)
    plain_quotes_requested = Signal()
    line_chosen = Signal(int)

    def __init__(self, role: str, parent: QWidget | None = None, *, is_wide: bool = False) -> None:
        """Make the panel; `role` is the middle of its parts' names, such as "preview_"."""
        super().__init__(parent)
        self.setProperty("card", "true")
        self._model = RowsModel(problem_columns(), self)
        self._heading = make_label(
            "", "heading", self, wrap=True, name=f"dataset.{role}problems_label"
        )
        self._save = describe(
            QPushButton("Save the refused ro&ws…" if is_wide else "&Save…", self),
            f"dataset.{role}save_problems_button",
            "Save the refused rows",
            "Save the refused rows as a CSV: the line in the file, the reason, how the row begins",
        )
        self._cost = Strip(f"dataset.{role}open_quote_strip", self)
        self._cost.accepted.connect(self.plain_quotes_requested)
        self._table = self._build_table(role, is_wide=is_wide)
        head = in_row((self._heading, 1), self._save)
        in_column(head, self._cost, (self._table, 1), of=self, margins=(16, 12, 16, 16), spacing=8)
        self._save.clicked.connect(self._on_save_clicked)
        self._table.selectionModel().currentRowChanged.connect(self._on_current_row_changed)
        self.hide()

    def show_problems(self, problems: "Sequence[RowProblem]", heading: str) -> None:
        """List `problems` under `heading`, or hide the panel if there are none."""
        self._model.set_rows(tuple(problems))
        self.show_heading(heading)
        self.setVisible(bool(problems))
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Widen the columns that are not stretched, so that numbers and titles are whole."""
        header = self._table.horizontalHeader()
        line = min(self._table.sizeHintForColumn(0), scaled(WIDEST_LINE))
        for column, needed in ((0, line), (2, 0)):
            needed = max(needed, header.sectionSizeHint(column), header.sectionSize(column))
            header.resizeSection(column, needed)

    def show_cost(self, text: str) -> None:
        """Say what a quote that is never closed cost, and offer the way out; "" for nothing."""
        tip = "Prepare the file again with its quotation marks as characters like any other"
        self._cost.say(text, button="Read quotes as text", tip=tip, kind="warning")

    def show_heading(self, heading: str) -> None:
        """Replace the heading."""
        self._heading.setText(heading)

    def _build_table(self, role: str, *, is_wide: bool) -> QTableView:
        table = describe(
            QTableView(self),
            f"dataset.{role}problems_table",
            "Refused rows",
            "Rows that could not be read: the line in the file, the reason, how the row begins",
        )
        table.setModel(self._model)
        prepare_table(table)
        table.setMinimumHeight(scaled(SMALLEST_TABLE))
        table.setColumnWidth(0, scaled(LINE_WIDTH))
        header = table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        if is_wide:
            header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        else:
            table.setWordWrap(True)
            table.verticalHeader().setDefaultSectionSize(scaled(TWO_LINES))
            table.setColumnWidth(2, scaled(TEXT_WIDTH))
            self.setMinimumWidth(scaled(SMALLEST_PANEL))
        return table

    @Slot()
    def _on_save_clicked(self) -> None:
        self.save_requested.emit(self._model.rows)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_row_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.line_chosen.emit(self._model.rows[current.row()].line)


def problem_columns() -> "tuple[Column[RowProblem], ...]":
    """Return where a row was refused, why, and how it begins."""
    return (
        Column(title="Line", text=_place, tooltip=_whole_problem),
        Column(
            title="What was wrong",
            text=lambda problem: problem.reason,
            tooltip=_whole_problem,
        ),
        Column(
            title="Row begins",
            text=lambda problem: shorten(problem.text, CELL_LENGTH),
            tooltip=_whole_problem,
        ),
    )


def _place(problem: "RowProblem") -> str:
    """Return the line, with the file where there are several."""
    return f"{problem.file}: {problem.line:,}" if problem.file else format_count(problem.line)


def _whole_problem(problem: "RowProblem") -> str:
    of_file = f" of {problem.file}" if problem.file else ""
    return f"Line {format_count(problem.line)}{of_file}: {problem.reason}\n{problem.text}"


def ask_refused_rows_path(suggested: Path) -> Path | None:
    """Ask where the refused rows go; None when the user thinks better of it."""
    window = QApplication.activeWindow()
    return ask_save_path(window, "Save the refused rows", suggested, ("CSV (*.csv)",))
