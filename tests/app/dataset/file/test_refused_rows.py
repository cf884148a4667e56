"""The table of refused rows in its narrowest panel: what stands in it is not cut."""

from PySide6.QtWidgets import QApplication, QTableView
from pytestqt.qtbot import QtBot

from app.dataset.file.refused_rows import SMALLEST_PANEL, ProblemPanel
from app.shared.theme import Theme, scaled
from engine import RowProblem


def test_that_titles_and_line_numbers_are_whole(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp)  # the widths of letters are those of the style
    panel = ProblemPanel("")
    qtbot.addWidget(panel)
    panel.resize(scaled(SMALLEST_PANEL), 260)
    panel.show()

    panel.show_problems([RowProblem(line=12_345, reason="a quote", text="So it is")], "1 row")

    table = panel.findChild(QTableView)
    assert theme is not None
    assert table is not None
    header = table.horizontalHeader()
    assert table.columnWidth(0) >= table.sizeHintForColumn(0)
    for column in range(3):
        assert header.sectionSize(column) >= header.sectionSizeHint(column)
