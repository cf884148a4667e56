"""Columns have room for what stands in them."""

from PySide6.QtGui import QStandardItemModel
from pytestqt.qtbot import QtBot

from app.shared.tables import RecordTable, fit_column


def test_that_a_column_has_room_for_its_heading_and_for_its_cells(qtbot: QtBot) -> None:
    table, model = RecordTable(), QStandardItemModel(0, 2)
    qtbot.addWidget(table)
    model.setHorizontalHeaderLabels(["a rather long heading", "short"])
    table.setModel(model)

    fit_column(table, 0, "1")
    fit_column(table, 1, "a rather long cell in the column")

    advance = table.fontMetrics().horizontalAdvance
    assert table.columnWidth(0) > advance("a rather long heading")
    assert table.columnWidth(1) > advance("a rather long cell in the column")
