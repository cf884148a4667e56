"""Kept runs side by side: the settings that differ, their results, and what to beware of."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QHeaderView, QPushButton, QVBoxLayout, QWidget

from app.shared.labels import describe, make_label
from app.shared.tables import RecordTable
from app.shared.theme import scaled
from app.widgets.run_comparison import ComparedRow, RunComparison

HEIGHT, WIDTH, LARGEST_WIDTH = 480, 240, 1200  # px
RUN_WIDTH = 176  # px, of each run, at least
PADDING = 32  # px, left and right of its name together
SAME = "All settings of these runs are the same."


class ComparisonDialog(QDialog):
    """Show one comparison, without blocking any window."""

    def __init__(self, comparison: RunComparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models.comparison")
        self.setWindowTitle("Compare runs")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        is_same = all(row.is_result for row in comparison.rows)
        hint = SAME if is_same else "Only the settings that differ are listed, and the results."
        layout.addWidget(make_label("Compare runs", "title", self))
        layout.addWidget(make_label(hint, "hint", self, wrap=True))
        warning = make_label("\n".join(comparison.warnings), "warning", self, wrap=True)
        warning.setObjectName("models.comparison_warning")
        warning.setVisible(bool(comparison.warnings))
        layout.addWidget(warning)
        table = self._build_table(comparison)
        layout.addWidget(table, 1)
        close = describe(QPushButton("&Close", self), "models.comparison_close", "Close", "Esc")
        close.clicked.connect(self.close)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(self._fitting_width(table, comparison), scaled(HEIGHT))

    @staticmethod
    def _fitting_width(table: RecordTable, comparison: RunComparison) -> int:
        """Return the width at which every name is whole, as far as there is room for it."""
        metrics, least = table.horizontalHeader().fontMetrics(), scaled(RUN_WIDTH)
        widest = max(metrics.horizontalAdvance(name) for name in comparison.names)
        each = max(widest + scaled(PADDING), least)
        return min(scaled(WIDTH) + each * len(comparison.names), scaled(LARGEST_WIDTH))

    def _build_table(self, comparison: RunComparison) -> RecordTable:
        table = describe(
            RecordTable(self),
            "models.comparison_table",
            "Differing settings and results",
            "Select rows and press Ctrl+C to copy them",
        )
        model = QStandardItemModel(0, 1 + len(comparison.names), self)
        model.setHorizontalHeaderLabels(["", *comparison.names])
        for column, name in enumerate(comparison.names, start=1):
            model.horizontalHeaderItem(column).setToolTip(name)  # a narrow column cuts it
        for row in comparison.rows:
            model.appendRow(_items(row))
        table.setModel(model)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return table


def _items(row: ComparedRow) -> list[QStandardItem]:
    items = [QStandardItem(text) for text in (row.name, *row.values)]
    for item in items:
        item.setToolTip(item.text())
        if row.is_result:
            font = QFont(item.font())
            font.setBold(True)
            item.setFont(font)
    return items
