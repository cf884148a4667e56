"""What a vocabulary of each size would mean, before anything is trained with it.

The shares that each size leaves out are drawn, and a logarithmic slider chooses among the sizes.
It shows and asks; the counting and the measuring are done elsewhere.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from pyqtgraph import AxisItem, InfiniteLine, TextItem
from PySide6.QtCore import QModelIndex, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QWidget,
)

from app.dataset.corpus.figure_grid import Figure, FigureGrid
from app.shared.formatting import counted, format_count, format_percent
from app.shared.labels import describe, make_card, make_label
from app.shared.layouts import in_column, in_row
from app.shared.plots import StillPlot, round_powers, spread
from app.shared.scrolling import prepare_scrolling
from app.shared.tables import Column, RecordTable, RowsModel
from app.shared.theme import current_palette, scaled

if TYPE_CHECKING:
    from engine import VocabularyCost

COLUMNS = {
    "Words": "Size of the vocabulary, including the three special tokens",
    "Unknown": "Share of all words that would be unknown",
    "Touched": "Share of the sentences with at least one unknown word",
    "Parameters": "Numbers that the network learns",
    "Epoch": "About how long one pass over the text takes on this machine",
}
SMALLEST_PLOT = 240  # px, of height
SMALLEST_SLIDER = 24  # px, of height
SAMPLES = ("8,000", "10.0 %", "10.0 %", "1,610,000", "1 min 05 s")  # wide cells
MEASURE = "Measure an epoch's t&ime"
SizeRow: TypeAlias = tuple[int, Sequence[str]]  # a size and its cells

LABEL_AT = 0.01  # of the way along the curves: a narrow plot has just room for a label
TICKS_APART = 44  # px, at least: a size with its comma
UNDER_AT = 0.7  # where the upper curve is as low as its label, which lies under it
LABELS_APART = 30.0  # %, at least: three lines of text in the smallest plot
LABEL_HEIGHT = 12.0  # %, about: a line of text in the smallest plot
HIGHEST = 100.0  # %, where a label may begin

SMALLEST = 100  # words, where the text has twice as many
STEPS = 400
DIGITS = 2  # to which sizes between the ends are rounded


class VocabularyPage(QScrollArea):
    """A slider over vocabulary sizes, and what each size costs.

    Signals
    -------
    shown()
        The page came to the front.
    size_chosen(int)
        A vocabulary size was chosen with the slider or in the table.
    use_requested()
        The corpus is to have the chosen size.
    measure_requested(), stop_requested()
        The time of an epoch is to be measured; the measuring is to be ended.
    """

    shown = Signal()
    size_chosen = Signal(int)
    use_requested = Signal()
    measure_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_running = False
        prepare_scrolling(self)
        content = QWidget(self)
        content.setObjectName("dataset.vocabulary_content")
        layout = in_column(
            self._build_choice(content), of=content, margins=(0, 12, 0, 0), spacing=12
        )
        below = in_row((self._build_plot(content), 4), (self._build_table(content), 5), spacing=12)
        layout.addLayout(below, 1)
        self.setWidget(content)
        self._connect_signals()

    def show_sizes(self, costs: "Sequence[VocabularyCost]", advice: str) -> None:
        """Draw the curves through `costs`, let the slider go as far, and give advice."""
        self._slider.set_largest(costs[-1].vocabulary_size)
        self._plot.show_costs(costs)
        self._advice.setText(advice)

    def show_rows(self, rows: Sequence[SizeRow]) -> None:
        """Show a table: of each row its size and its cells."""
        self._model.set_rows(rows)

    def show_chosen(self, cost: "VocabularyCost", figures: Sequence[Figure], note: str) -> None:
        """Show what the chosen size means."""
        self._slider.show_size(cost.vocabulary_size)
        self._figures.show_figures(figures)
        self._plot.show_chosen(cost)
        self._note.setText(note)

    def show_status(self, text: str) -> None:
        """Say how far the measuring is, or what it was measured with."""
        self._status.setText(text)

    def show_running(self, *, is_running: bool) -> None:
        """Let the button end the measuring while it goes on."""
        self._is_running = is_running
        self._measure.setText("Stop measur&ing" if is_running else MEASURE)

    def set_offered(self, *, can_choose: bool, can_use: bool, can_measure: bool) -> None:
        """Enable what can be asked for now."""
        self._slider.setEnabled(can_choose)
        self._table.setEnabled(can_choose)
        self._use.setEnabled(can_use)
        self._measure.setEnabled(can_measure)

    def _build_choice(self, parent: QWidget) -> QFrame:
        card = make_card(parent)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._figures = FigureGrid("dataset.budget", len(COLUMNS), card)
        self._slider = describe(
            SizeSlider(card),
            "dataset.vocabulary_slider",
            "Vocabulary size",
            "How many words the network should know, on a logarithmic scale: from few to all",
        )
        self._slider.setMinimumHeight(SMALLEST_SLIDER)
        self._use = describe(
            QPushButton("Use this si&ze", card),
            "dataset.use_vocabulary_button",
            "Use this vocabulary size",
            "Give the prepared text this vocabulary; nothing is split into words again",
        )
        self._use.setProperty("primary", "true")
        self._measure = describe(
            QPushButton(MEASURE, card),
            "dataset.measure_button",
            "Measure the time of an epoch",
            "Train throw-away networks on this text for about two seconds, with the settings of "
            "the Training tab, to measure how long a pass over the text takes on this machine",
        )
        self._note = make_label("", "hint", card, wrap=True, name="dataset.budget_note")
        self._status = make_label("", "hint", card, wrap=True, name="dataset.measure_status")
        buttons = in_row(self._use, self._measure, (self._status, 1), spacing=8)
        in_column(
            make_label("How many words should the network know?", "heading", card),
            self._figures,
            self._slider,
            self._note,
            buttons,
            of=card,
            margins=(16, 12, 16, 16),
            spacing=8,
        )
        return card

    def _build_plot(self, parent: QWidget) -> QFrame:
        card = make_card(parent)
        self._plot = BudgetPlot(card)
        self._plot.setMinimumHeight(scaled(SMALLEST_PLOT))
        self._advice = make_label("", "hint", card, wrap=True, name="dataset.budget_advice")
        in_column(
            make_label("What is left out", "heading", card),
            self._advice,
            (self._plot, 1),
            of=card,
            margins=(16, 12, 8, 8),
            spacing=4,
        )
        return card

    def _build_table(self, parent: QWidget) -> QFrame:
        card = make_card(parent)
        self._table = describe(
            _CostTable(card),
            "dataset.budget_table",
            "Vocabulary sizes and their costs",
            "Choose a row to choose its size; select rows and press Ctrl+C to copy them",
        )
        columns = (_cost_column(place, *texts) for place, texts in enumerate(COLUMNS.items()))
        self._model = RowsModel(columns, self)
        self._table.setModel(self._model)
        self._table.fit_columns(dict(enumerate(SAMPLES)))
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        in_column(
            make_label("What each size costs", "heading", card),
            (self._table, 1),
            of=card,
            margins=(16, 12, 16, 16),
            spacing=8,
        )
        return card

    def _connect_signals(self) -> None:
        self._slider.size_chosen.connect(self.size_chosen)
        self._use.clicked.connect(self.use_requested)
        self._measure.clicked.connect(self._on_measure_clicked)
        self._table.clicked.connect(self._on_row_activated)
        self._table.activated.connect(self._on_row_activated)

    @Slot()
    def _on_measure_clicked(self) -> None:
        (self.stop_requested if self._is_running else self.measure_requested).emit()

    @Slot(QModelIndex)
    def _on_row_activated(self, index: QModelIndex) -> None:
        self.size_chosen.emit(self._model.rows[index.row()][0])

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that the page came to the front."""
        super().showEvent(event)
        self.shown.emit()


def _cost_column(place: int, title: str, tip: str) -> Column[SizeRow]:
    return Column(title=title, tip=tip, text=lambda row: row[1][place], is_number=True)


class _CostTable(RecordTable):
    """A table that has room for all its columns."""

    def minimumSizeHint(self) -> QSize:
        """Return what headings and samples need."""
        needed = sum(map(self.fitted_width, range(len(SAMPLES)))) + 2 * self.frameWidth()
        return QSize(needed, super().minimumSizeHint().height())


class SizeAxis(AxisItem):  # type: ignore[misc]
    """A logarithmic axis of sizes: 1, 2 and 5 times the powers of ten, where there is room."""

    def tickValues(
        self,
        minVal: float,
        maxVal: float,
        size: float,
    ) -> list[tuple[float, list[float]]]:
        """Return the ticks between two logarithms."""
        apart = (maxVal - minVal) * scaled(TICKS_APART) / max(size, 1.0)
        low, high = minVal + apart / 2, maxVal - apart / 2  # an end has no room for its name
        return [(1.0, spread(round_powers(10.0**low, 10.0**high), apart))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Write the sizes in full."""
        return [format_count(round(10.0**value)) for value in values]


class BudgetPlot(QWidget):
    """Two curves over the vocabulary size, and a line at the chosen one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset.budget_plot")
        self.setToolTip(
            "Share of the words that would be unknown, and of the sentences with at least one "
            "such word, by the size of the vocabulary (right, on a logarithmic axis)"
        )
        self._costs: Sequence[VocabularyCost] = ()
        self._build_canvas()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._paint_in_theme)
        self._paint_in_theme()

    def show_costs(self, costs: "Sequence[VocabularyCost]") -> None:
        """Draw the curves through `costs`, in ascending order of size."""
        self._costs = costs
        sizes = [cost.vocabulary_size for cost in costs]
        touched = [100.0 * cost.touched_share for cost in costs]
        unknown = [100.0 * cost.unknown_share for cost in costs]
        self._touched.setData(sizes, touched)
        self._unknown.setData(sizes, unknown)
        left, right = math.log10(sizes[0]), math.log10(sizes[-1])
        self._canvas.getPlotItem().setRange(
            xRange=(left, max(right, left + 0.1)), yRange=(0.0, 105.0), padding=0.01
        )
        at = round(LABEL_AT * (len(sizes) - 1))
        under = round(UNDER_AT * (len(sizes) - 1))
        top, is_above = unknown[at], unknown[at] + LABELS_APART <= HIGHEST
        if not is_above:  # a small text: the lower curve begins high, too, and has its name below
            top = min(max(unknown[under], LABEL_HEIGHT), HIGHEST - LABELS_APART)
        below = max(touched[under], top + LABELS_APART)
        self._unknown_label.setAnchor((0, 1 if is_above else 0))
        self._touched_label.setPos(math.log10(sizes[at]), min(below, HIGHEST))
        self._unknown_label.setPos(math.log10(sizes[at]), top)

    def show_chosen(self, cost: "VocabularyCost") -> None:
        """Move the line to the chosen size."""
        self._line.setPos(math.log10(cost.vocabulary_size))
        self.setAccessibleName(
            f"With a vocabulary of {format_count(cost.vocabulary_size)} words, "
            f"{format_percent(cost.unknown_share)} of the words are unknown and "
            f"{format_percent(cost.touched_share)} of the sentences have an unknown word"
        )

    def _build_canvas(self) -> None:
        self._canvas = StillPlot(
            "dataset.budget_canvas",
            "Unknown words by vocabulary size",
            axes={"bottom": SizeAxis("bottom")},
            labels={"bottom": "vocabulary size, words", "left": "share, %"},
            parent=self,
        )
        plot = self._canvas.getPlotItem()
        plot.setLogMode(x=True, y=False)
        self._touched = plot.plot(antialias=True)
        self._unknown = plot.plot(antialias=True)
        self._line = InfiniteLine(angle=90)
        self._touched_label = TextItem("sentences\ntouched", anchor=(0, 0))
        self._unknown_label = TextItem("unknown words", anchor=(0, 1))
        for item in (self._line, self._touched_label, self._unknown_label):
            self._canvas.addItem(item, ignoreBounds=True)

    @Slot()
    def _paint_in_theme(self) -> None:
        palette = current_palette()
        self._canvas.restyle(palette)
        self._touched.setPen(self._canvas.pen(palette.second, 2))
        self._unknown.setPen(self._canvas.pen(palette.accent, 2))
        self._touched_label.setColor(palette.second)
        self._unknown_label.setColor(palette.accent)
        self._line.setPen(self._canvas.pen(palette.foreground, 1, Qt.PenStyle.DashLine))


class SizeSlider(QSlider):
    """Choose a vocabulary size.

    Signals
    -------
    size_chosen(int)
        The handle was moved by the user.
    """

    size_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._smallest, self._largest = SMALLEST, SMALLEST + 1
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 20)
        self.valueChanged.connect(self._on_value_changed)

    def set_largest(self, largest: int) -> None:
        """Let the right end mean `largest` words."""
        self._largest = largest
        self._smallest = smallest_offered(largest)

    def show_size(self, size: int) -> None:
        """Put the handle where `size` is, without a signal."""
        with QSignalBlocker(self):
            self.setValue(self._position(size))
        self.setAccessibleDescription(counted(min(size, self._largest), "word"))

    def size_at(self, position: int) -> int:
        """Return the size that a position stands for."""
        if position >= STEPS:
            return self._largest
        share = position / STEPS
        exact = self._smallest * math.pow(self._largest / self._smallest, share)
        step = int(math.pow(10, max(0, math.floor(math.log10(exact)) + 1 - DIGITS)))
        return max(self._smallest, min(self._largest, round(exact / step) * step))

    def _position(self, size: int) -> int:
        clipped = min(max(size, self._smallest), self._largest)
        span = math.log(self._largest / self._smallest)
        return round(STEPS * math.log(clipped / self._smallest) / span) if span > 0 else STEPS

    @Slot(int)
    def _on_value_changed(self, position: int) -> None:
        self.size_chosen.emit(self.size_at(position))


def smallest_offered(largest: int) -> int:
    """Return the size at the left end where `largest` is at the right one."""
    return min(SMALLEST, max(4, largest // 2))
