"""The training tab: settings on the left, the run on the right, tools below it.

A view: it builds, reports what was asked for and shows what it is told.
"""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QTabWidget, QVBoxLayout, QWidget

from app.shared.labels import ElidedLabel, as_plain, make_card, make_label, make_splitter
from app.shared.layouts import in_column, in_row
from app.shared.scrolling import prepare_scrolling
from app.shared.theme import QWIDGETSIZE_MAX, scaled
from app.training.figures_strip import FiguresStrip
from app.training.form.config_form import ConfigForm
from app.training.plot.loss_history import LossHistory
from app.training.plot.loss_plot import LossPlot
from app.training.run_buttons import RunButtons
from app.training.run_log import RunLog
from app.training.tool_page import ToolPage, ToolTexts

FORM_WIDTH_PX = 372
SEARCH_WIDTH_PX = 220
LOW_PX = 600  # the height of the tab below which log and tools are folded

GRADIENT_TEXTS = ToolTexts(
    role="check_gradients",
    button="Check &gradients",
    tooltip="Compare backpropagation with plain differences of the loss on a small network",
    explanation=(
        "The gradient says how the loss changes with each number of the network. It is computed "
        "by backpropagation, in each way that training does it, and by actually changing each "
        "number a little."
    ),
    columns=("Way", "Matrix", "Numbers", "Worst error", "Where", "Result"),
    placeholder="One row for each way and parameter matrix appears here.",
)
STEP_TEXTS = ToolTexts(
    role="time_step",
    button="Time o&ne step",
    tooltip="Measure one training step of each implementation, in milliseconds",
    explanation=(
        "One step reads one sentence and corrects the network once. The tutorial's NumPy version "
        "and this program do the same arithmetic."
    ),
    columns=("Implementation", "Device", "One step", "Against NumPy"),
    placeholder="One row for each implementation and device appears here.",
)


class TrainingTab(QWidget):
    """Everything about one training run.

    Attributes
    ----------
    form : ConfigForm
    buttons : RunButtons
    figures : FiguresStrip
    plot : LossPlot
    log : RunLog
    gradient_page, step_page : ToolPage
        The parts; each has its own signals and `show_…` methods.
    """

    def __init__(self, history: LossHistory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = ConfigForm(self)
        self.buttons = RunButtons(self)
        self.figures = FiguresStrip(self)
        self.plot = LossPlot(history, self)
        self.log = RunLog(self)
        self.gradient_page = ToolPage(GRADIENT_TEXTS, self)
        self.step_page = ToolPage(STEP_TEXTS, self)
        self._is_opened = False  # log and tools, by hand, in a low window
        self._corpus = make_label("", "body", self, wrap=True)
        in_row(
            self._build_settings(),
            (self._build_run(), 1),
            of=self,
            margins=(16, 12, 16, 12),
            spacing=16,
        )

    def _build_settings(self) -> QWidget:
        self._corpus.setObjectName("training.corpus_label")
        self._corpus.setAccessibleName("Text")
        area = QScrollArea(self)
        area.setObjectName("training.form_area")
        prepare_scrolling(area)
        area.setWidget(self.form)
        area.viewport().setAutoFillBackground(False)  # the card shows through
        self.form.setAutoFillBackground(False)
        card = make_card(self)
        card.setFixedWidth(scaled(FORM_WIDTH_PX))
        inside = QVBoxLayout(card)
        inside.setContentsMargins(8, 8, 4, 8)
        self._corpus.setContentsMargins(8, 0, 8, 0)
        inside.addWidget(self._corpus)
        inside.addWidget(area, stretch=1)
        return card

    def _build_run(self) -> QVBoxLayout:
        self._verdict = ElidedLabel(self, name="training.verdict_label")
        self._verdict.setAccessibleName("How the run is going")
        self._verdict.setTextFormat(Qt.TextFormat.PlainText)
        plot_card = make_card(self)
        in_column(self._verdict, self.plot, of=plot_card, margins=(9, 6, 9, 4), spacing=4)
        self._pages = QTabWidget(self)
        self._pages.setObjectName("training.tools")
        self._pages.setAccessibleName("Log and tools")
        self._pages.setDocumentMode(True)
        self.log.search_line.setMaximumWidth(scaled(SEARCH_WIDTH_PX))
        self._pages.setCornerWidget(self.log.search_line)
        for page, title in (
            (self.log, "Log"),
            (self.gradient_page, "Gradient check"),
            (self.step_page, "Time one step"),
        ):
            self._pages.addTab(page, title)
        splitter = make_splitter(
            Qt.Orientation.Vertical, plot_card, self._pages, parent=self, name="training.splitter"
        )
        self._pages.tabBar().tabBarClicked.connect(self._on_tab_bar_clicked)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([520, 170])
        return in_column(self.buttons, self.figures, (splitter, 1), spacing=6)

    def _fold(self) -> None:
        """Show of log and tools the titles alone in a low window: the plot has the right of way."""
        around = self.parentWidget()  # the tab itself may be taller than what is seen of it
        room = self.height() if around is None else min(self.height(), around.height())
        is_folded = room < scaled(LOW_PX) and not self._is_opened
        bar = self._pages.tabBar().sizeHint().height()
        self._pages.setMaximumHeight(bar if is_folded else QWIDGETSIZE_MAX)
        self._pages.setMinimumHeight(bar if is_folded else 0)
        for page in (self.log, self.gradient_page, self.step_page):
            page.setVisible(not is_folded and page is self._pages.currentWidget())

    @Slot(int)
    def _on_tab_bar_clicked(self, index: int) -> None:
        is_again = index == self._pages.currentIndex()
        self._is_opened = not (self._is_opened and is_again)
        self._fold()

    def focus_search(self) -> None:
        """Go to the field that finds in the log, and show the log."""
        self._pages.setCurrentWidget(self.log)
        self._is_opened = True
        self._fold()
        self.log.search_line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.log.search_line.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold log and tools where the window is low."""
        super().resizeEvent(event)
        self._fold()

    def show_corpus(self, text: str) -> None:
        """Say which corpus the next run learns from."""
        self._corpus.setText(text)

    def show_verdict(self, text: str) -> None:
        """Say in words how the run is going."""
        self._verdict.setText(text)
        self._verdict.setToolTip(as_plain(text))

    def show_outdated(self, *, is_outdated: bool) -> None:
        """Grey the text's line where another file was chosen since."""
        self._corpus.setEnabled(not is_outdated)

    def show_hint(self, text: str, on_empty_plot: str) -> None:
        """Say beside the buttons, and in place of missing curves, what is going on."""
        self.buttons.show_status(text)
        self.plot.show_empty_text(on_empty_plot)

    def show_form_enabled(self, *, is_enabled: bool, is_rate_open: bool = False) -> None:
        """Let the settings be changed, or keep them as they are during a run.

        While it is paused, the learning rate alone is open.
        """
        self.form.show_enabled(is_enabled=is_enabled, is_rate_open=is_rate_open)
