"""One manner for the tables: whole rows, nothing of a spreadsheet."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.scale import scaled

ROW_HEIGHT = 30  # px
CELL_PADDING = 24  # px, left and right of a cell's text together


def prepare_rows(table: QTableView) -> None:
    """Make `table` read-only, with whole rows and no grid."""
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setCornerButtonEnabled(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setTextElideMode(Qt.TextElideMode.ElideRight)
    font = header.font()
    font.setWeight(QFont.Weight.DemiBold)  # as the style paints it: a heading is cut by its width
    header.setFont(font)


def prepare_table(table: QTableView) -> None:
    """Make `table` read-only with whole rows, of one height so that any number scrolls fast."""
    prepare_rows(table)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.setWordWrap(False)
    table.setAlternatingRowColors(False)
    rows = table.verticalHeader()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(scaled(ROW_HEIGHT))
    table.horizontalHeader().setMinimumSectionSize(40)


def fit_column(table: QTableView, column: int, sample: str) -> int:
    """Make a column wide enough for its heading and for `sample`, and return the width."""
    header = table.horizontalHeader()
    header.ensurePolished()  # the style says how much room a heading needs
    cell = table.fontMetrics().horizontalAdvance(sample) + CELL_PADDING
    width = max(header.sectionSizeHint(column), cell)
    table.setColumnWidth(column, width)
    return width
