"""The window of one comparison: which run is the best, the curves, losses and settings."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.runs.comparison import MOST_CURVES, ComparedRow, RunComparison
from app.runs.curves_plot import CurvesPlot
from app.shared.labels import describe, make_label, offer_choices
from app.shared.layouts import in_column, in_row
from app.shared.plots import AXES, Axis
from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import scaled

HEIGHT, WIDTH, SMALLEST_WIDTH, LARGEST_WIDTH = 760, 240, 880, 1240  # px
MOST_WHOLE_NAMES = 4  # of more runs, the table's titles are what tells them apart
RUN_WIDTH = 176  # px, of each run, at least
HEIGHTS = (320, 300)  # px, of the curves and of the table
PADDING = 32  # px, left and right of its name together
SAME = "All settings of these runs are the same."
HINT = "The best run first; below its results, only the settings that differ."
PLAIN_HINT = "Only the settings that differ are listed."
LOSS_LABEL, OWN_LOSS_LABEL = "loss, nats per word", "loss of each run’s own task, nats per word"
AXIS_ORDER: tuple[Axis, ...] = ("epoch", "step", "words", "elapsed")


class ComparisonDialog(QDialog):
    """Show one comparison, without blocking any window."""

    def __init__(self, comparison: RunComparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.comparison")
        self.setWindowTitle("Compare runs")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = in_column(self._build_head(comparison), of=self, margins=16, spacing=8)
        warning = make_label(
            "\n".join(comparison.warnings),
            "warning",
            self,
            wrap=True,
            name="runs.comparison_warning",
        )
        warning.setVisible(bool(comparison.warnings))
        layout.addWidget(warning)
        table = self._build_table(comparison)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setChildrenCollapsible(False)
        curves = comparison.curves[:MOST_CURVES]
        if any(curve.losses for curve in curves):
            label = LOSS_LABEL if comparison.headline else OWN_LOSS_LABEL
            self._plot = CurvesPlot(curves, label, splitter)
            splitter.addWidget(self._plot)
            self._axis.currentIndexChanged.connect(self._on_axis_index_changed)
        else:
            self._axis.hide()
        splitter.addWidget(table)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([scaled(height) for height in HEIGHTS])
        layout.addWidget(splitter, 1)
        close = describe(QPushButton("&Close", self), "runs.comparison_close", "Close", "Esc")
        close.clicked.connect(self.close)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(self._fitting_width(table, comparison), scaled(HEIGHT))

    def _build_head(self, comparison: RunComparison) -> QHBoxLayout:
        is_same = all(row.is_result for row in comparison.rows)
        hint = HINT if comparison.headline else PLAIN_HINT
        left_out = len(comparison.curves) - MOST_CURVES
        more = f" The curves are those of the first {MOST_CURVES} runs." if left_out > 0 else ""
        texts = QVBoxLayout()
        texts.setSpacing(2)
        headline = make_label(
            comparison.headline or "Compare runs",
            "heading",
            self,
            wrap=True,
            name="runs.comparison_headline",
        )
        texts.addWidget(headline)
        texts.addWidget(make_label((SAME if is_same else hint) + more, "hint", self, wrap=True))
        self._axis = describe(
            QComboBox(self), "runs.comparison_axis", "Axis", "What the curves are drawn over"
        )
        offer_choices(self._axis, ((AXES[axis][0], axis) for axis in AXIS_ORDER))
        return in_row((texts, 1), (self._axis, 0, Qt.AlignmentFlag.AlignBottom), spacing=16)

    @staticmethod
    def _fitting_width(table: RecordTable, comparison: RunComparison) -> int:
        """Return the width at which every name is whole, as far as there is room for it."""
        metrics, least = table.horizontalHeader().fontMetrics(), scaled(RUN_WIDTH)
        widest = max(metrics.horizontalAdvance(name) for name in comparison.names)
        each = max(widest + scaled(PADDING), least)
        wanted = scaled(WIDTH) + each * len(comparison.names)
        return max(min(wanted, scaled(LARGEST_WIDTH)), scaled(SMALLEST_WIDTH))

    def _build_table(self, comparison: RunComparison) -> RecordTable:
        table = describe(
            RecordTable(self),
            "runs.comparison_table",
            "Results and differing settings",
            "Select rows and press Ctrl+C to copy them",
        )
        are_many = len(comparison.names) > MOST_WHOLE_NAMES
        titles = [curve.name for curve in comparison.curves] if are_many else comparison.names
        names = enumerate(zip(("", *titles), ("", *comparison.names), strict=True))
        model = RowsModel((_column(place, *name) for place, name in names), self)
        model.set_rows(comparison.rows)
        table.setModel(model)
        header, mode = table.horizontalHeader(), QHeaderView.ResizeMode
        # Of many runs each cell is whole, and one scrolls.
        header.setSectionResizeMode(mode.ResizeToContents if are_many else mode.Stretch)
        header.setSectionResizeMode(0, mode.ResizeToContents)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        return table

    @Slot(int)
    def _on_axis_index_changed(self, _index: int) -> None:
        self._plot.show_axis(self._axis.currentData())


def _column(place: int, title: str, whole_name: str) -> Column[ComparedRow]:
    def text(row: ComparedRow) -> str:
        return (row.name, *row.values)[place]

    # A narrow column cuts its title and its cells: the tooltips have them whole.
    return Column(
        title=title,
        tip=whole_name,
        text=text,
        tooltip=text,
        is_number=place > 0,
        roles={Qt.ItemDataRole.FontRole: _font},
    )


def _font(row: ComparedRow) -> QFont | None:
    if not row.is_result:
        return None
    font = QFont()
    font.setBold(True)
    return font
