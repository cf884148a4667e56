"""The first tab: choose a file, check how it is read, prepare it, see what came out.

It builds, emits requests and shows; what happens when is the controller's affair.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.state.run_state import Command
from app.widgets.corpus_form import CorpusChoices, CorpusForm
from app.widgets.corpus_page import CorpusPage
from app.widgets.csv_form import CsvForm
from app.widgets.describe import describe
from app.widgets.labels import make_card, make_label
from app.widgets.prepare_panel import PreparePanel
from app.widgets.preview_page import PreviewPage
from app.widgets.welcome_page import WelcomePage
from engine import CorpusConfig, CsvConfig, StageProgress

if TYPE_CHECKING:
    from engine import Corpus, CsvPreview

PANEL_WIDTH = 328  # px, of the column of controls
CORPUS_PAGE = 1
NO_FILE = "No file yet"


class DatasetTab(QWidget):
    """The dataset page.

    Signals
    -------
    open_requested(), sample_requested()
        A file is to be chosen; the sample comments are to be used.
    reading_changed()
        The file is to be looked at again with `reading_config`.
    prepare_requested(), cancel_requested()
        The corpus is to be prepared; the preparation is to be given up.
    vocabulary_changed(int)
        Another vocabulary size was chosen.
    """

    open_requested = Signal()
    sample_requested = Signal()
    reading_changed = Signal()
    prepare_requested = Signal()
    cancel_requested = Signal()
    vocabulary_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset.tab")
        self._file_text = NO_FILE
        self._commands: frozenset[Command] = frozenset()
        self._has_preview = False
        self._has_corpus = self._is_busy = False
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(self._build_panel())
        row.addWidget(self._build_pages(), 1)
        self._connect_signals()
        self._lead_to_open(is_first_step=True)
        self.show_idle()

    def reading_config(self) -> CsvConfig:
        """Return the options for looking at the file again."""
        return self._csv_form.reading_config()

    def csv_config(self) -> CsvConfig:
        """Return all options for reading the file."""
        return self._csv_form.config()

    def choices(self) -> CorpusChoices:
        """Return how the corpus is to be made."""
        return self._corpus_form.choices()

    def show_config(self, config: CorpusConfig) -> None:
        """Show the choices of an earlier session."""
        self._corpus_form.show_config(config)

    def show_commands(self, commands: frozenset[Command]) -> None:
        """Enable what can be asked for now."""
        self._commands = commands
        self._update_buttons()

    def show_new_file(self, path: Path) -> None:
        """Name the file that is being looked at, and forget the options of the former one."""
        self._file_text = path.name
        self._file.setToolTip(str(path))
        self._file.setAccessibleName(f"File: {path}")
        self._elide_file()
        self._csv_form.reset()
        self._lead_to_open(is_first_step=False)
        self._has_preview = False
        self._update_buttons()

    def show_no_preview(self) -> None:
        """Forget the preview: the options stay, to be changed until the file can be read."""
        self._has_preview = False
        self._update_buttons()

    def show_preview(self, preview: "CsvPreview") -> None:
        """Show the first rows and how they were read."""
        column = self._csv_form.show_preview(preview)
        self._preview_page.show_preview(preview, column)
        self._has_preview = True
        self._results.setCurrentWidget(self._preview_page)
        self._pages.setCurrentWidget(self._results)
        self._update_buttons()

    def show_corpus(self, corpus: "Corpus") -> None:
        """Show a prepared corpus."""
        self._corpus_page.show_corpus(corpus)
        self._has_corpus = True
        self._results.setTabVisible(CORPUS_PAGE, self._has_corpus)
        self._results.setCurrentWidget(self._corpus_page)
        self._pages.setCurrentWidget(self._results)

    def show_kept(self, vocabulary_size: int, coverage: str) -> None:
        """Show what another vocabulary size would mean."""
        self._corpus_page.show_kept(vocabulary_size)
        self._corpus_form.show_coverage(coverage)

    def show_busy(self, stage: str, *, can_cancel: bool) -> None:
        """Show that work goes on, of which it is not known yet how much."""
        self._is_busy = True
        self._prepare_panel.show_busy(stage, can_cancel=can_cancel)
        self._update_buttons()

    def show_progress(self, progress: StageProgress) -> None:
        """Show how far the present stage is."""
        self._prepare_panel.show_progress(progress)

    def show_idle(self) -> None:
        """Show that no work goes on."""
        self._is_busy = False
        self._prepare_panel.show_idle()
        self._update_buttons()

    def _build_panel(self) -> QWidget:
        scroll = QScrollArea(self)
        scroll.setObjectName("dataset.panel")
        scroll.setWidgetResizable(True)
        scroll.setFixedWidth(PANEL_WIDTH)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        panel = QWidget(scroll)
        panel.setObjectName("dataset.panel_content")
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        file_part = self._build_file_part(panel)  # made first: the Tab key goes by this order
        self._csv_form = CsvForm(panel)
        self._corpus_form = CorpusForm(panel)
        self._prepare_panel = PreparePanel(panel)
        layout.addWidget(self._card(panel, "1  Choose a text", file_part))
        layout.addWidget(self._card(panel, "2  Check how it is read", self._csv_form))
        prepare = self._card(panel, "3  Prepare", self._corpus_form, self._prepare_panel)
        layout.addWidget(prepare)
        layout.addStretch(1)
        scroll.setWidget(panel)
        return scroll

    @staticmethod
    def _card(parent: QWidget, title: str, *parts: QWidget) -> QFrame:
        card = make_card(parent)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(16, 12, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(make_label(title, "heading", card))
        for part in parts:
            layout.addWidget(part)
        return card

    def _build_file_part(self, parent: QWidget) -> QWidget:
        part = QWidget(parent)
        self._open = describe(
            QPushButton("&Open CSV…", part),
            "dataset.open_button",
            "Open CSV",
            "Choose a CSV file with one text a row (Ctrl+O); "
            "you can also drop a file onto the window",
        )
        self._sample = describe(
            QPushButton("Use the sa&mple comments", part),
            "dataset.sample_button",
            "Use the sample comments",
            "Use the several thousand comments, written for this program, that come with it",
        )
        self._file = make_label(NO_FILE, "hint", part)
        self._file.setObjectName("dataset.file_label")
        layout = QVBoxLayout(part)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._open)
        layout.addWidget(self._sample)
        layout.addWidget(self._file)
        return part

    def _build_pages(self) -> QStackedWidget:
        self._pages = QStackedWidget(self)
        self._pages.setObjectName("dataset.pages")
        self._results = QTabWidget(self._pages)
        self._results.setObjectName("dataset.results")
        self._results.setAccessibleName("The file and the corpus")
        self._results.setDocumentMode(True)
        self._preview_page = PreviewPage(self._results)
        self._corpus_page = CorpusPage(self._results)
        self._results.addTab(self._preview_page, "Preview of the file")
        self._results.addTab(self._corpus_page, "Prepared corpus")
        self._results.setTabVisible(CORPUS_PAGE, self._has_corpus)
        self._pages.addWidget(WelcomePage(self._pages))
        self._pages.addWidget(self._results)
        return self._pages

    def _connect_signals(self) -> None:
        self._open.clicked.connect(self.open_requested)
        self._sample.clicked.connect(self.sample_requested)
        self._prepare_panel.prepare_requested.connect(self.prepare_requested)
        self._prepare_panel.cancel_requested.connect(self.cancel_requested)
        self._csv_form.reading_changed.connect(self.reading_changed)
        self._csv_form.column_changed.connect(self._on_column_changed)
        self._corpus_form.vocabulary_changed.connect(self.vocabulary_changed)

    @Slot(int)
    def _on_column_changed(self, column: int) -> None:
        self._preview_page.set_text_column(column)
        self._results.setCurrentWidget(self._preview_page)

    def _update_buttons(self) -> None:
        can_open = Command.OPEN_DATA in self._commands
        can_prepare = Command.PREPARE in self._commands and not self._is_busy
        self._open.setEnabled(can_open)
        self._sample.setEnabled(can_open)
        self._csv_form.setEnabled(can_open and self._file_text != NO_FILE)
        self._corpus_form.setEnabled(can_open)
        self._prepare_panel.enable(
            can_prepare=can_prepare and self._has_preview,
            can_cancel=Command.CANCEL_PREPARING in self._commands,
        )

    def _lead_to_open(self, *, is_first_step: bool) -> None:
        """Let "Open CSV…" stand out while nothing else can be done."""
        self._open.setProperty("primary", "true" if is_first_step else "false")
        self._open.style().unpolish(self._open)
        self._open.style().polish(self._open)

    def _elide_file(self) -> None:
        metrics = QFontMetrics(self._file.font())
        width = PANEL_WIDTH - 48
        self._file.setText(metrics.elidedText(self._file_text, Qt.TextElideMode.ElideMiddle, width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the file's name to the panel."""
        super().resizeEvent(event)
        self._elide_file()
