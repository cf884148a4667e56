"""The first tab: choose a file, check how it is read, prepare it, see what came out.

It builds, emits requests and shows; what happens when is the controller's affair.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.dataset.corpus.figures import words_text
from app.dataset.corpus.form import CorpusForm, PreparePanel
from app.dataset.corpus.page import CorpusPage
from app.dataset.corpus.vocabulary_page import VocabularyPage
from app.dataset.corpus.words_page import WordsPage
from app.dataset.file.csv_form import CsvForm
from app.dataset.file.panel import FilePanel, WelcomePage
from app.dataset.file.preview import PreviewPage
from app.dataset.strip import Strip
from app.session import Command
from app.shared.formatting import shorten
from app.shared.labels import describe, make_card, make_label
from app.shared.layouts import in_column, in_row
from app.shared.scrolling import FittingScrollArea
from app.shared.theme import scaled
from engine import CorpusConfig

if TYPE_CHECKING:
    from app.dataset.file.description import TextSize
    from engine import Corpus, CsvPreview, WordsPreview

SCROLL_BAR = 12  # px, as style.qss says
PANEL_WIDTH = 340  # px, of the column of controls
WORDS_PAGE, CORPUS_PAGE, VOCABULARY_PAGE = 1, 2, 3


class DatasetTab(QWidget):
    """The dataset page.

    Attributes
    ----------
    file_panel, csv_form, corpus_form, prepare_panel : FilePanel, CsvForm, CorpusForm, PreparePanel
        The column of controls.
    preview_page, words_page, corpus_page, vocabulary_page : the pages beside it
    outdated_strip : Strip
        Says that another file was chosen since; its step is back to the text that is prepared.

    Signals
    -------
    words_requested()
        The rows in the preview are to be cut into words as the form says.
    """

    words_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset.tab")
        self._commands: frozenset[Command] = frozenset()
        self._has_preview = False
        self._has_corpus = self._is_busy = self._is_looking = self._is_outdated = False
        self._is_changed = False
        self._prepared_words, self._looked_at = "", ("", "")  # as it says how words are cut
        row = in_row(self._build_panel(), of=self, margins=16, spacing=16)
        self.outdated_strip = Strip("dataset.outdated_strip", self)
        right = in_column(self.outdated_strip, (self._build_pages(), 1), spacing=8)
        row.addLayout(right, 1)
        self._connect_signals()
        self.show_idle()

    def show_config(self, config: CorpusConfig) -> None:
        """Show the choices of an earlier session."""
        self.words_page.show_tokenizer(config.tokenizer)
        self.corpus_form.show_config(config)
        self.csv_form.show_policy(config.csv.bad_rows)

    def show_corpus_config(self, config: CorpusConfig) -> None:
        """Show the file and the choices of a corpus that was opened, before its first rows."""
        self.show_new_file(config.path, config.others)
        self.show_config(config)
        self.csv_form.show_config(config.csv)

    def show_no_corpus(self) -> None:
        """Take the pages of a corpus away: there is none."""
        self._has_corpus = False
        for page in (CORPUS_PAGE, VOCABULARY_PAGE):
            self._results.setTabVisible(page, self._has_corpus)
        if not self._has_preview:
            self._pages.setCurrentIndex(0)
        self.show_outdated("")

    def show_outdated(self, name: str) -> None:
        """Grey what belongs to the text `name`, as another file was chosen; "" if none was."""
        is_outdated = bool(name)
        title = f"Prepared text ({shorten(name, 12)})" if name else "Prepared text"
        self._results.setTabText(CORPUS_PAGE, title.replace("&", "&&"))
        for page in (self.corpus_page, self.vocabulary_page):
            page.setEnabled(not is_outdated)
        self.outdated_strip.say(
            f"“Prepared text” and “Vocabulary” are still those of {name}. Prepare the file "
            "that you see now, or go back."
            if is_outdated
            else "",
            button=f"Back to {shorten(name, 24)}".replace("&", "&&"),
            tip="Go back to the prepared text; nothing has to be prepared again",
        )
        self._is_outdated = is_outdated
        self._tell_words()
        self._update_buttons()

    def show_changed(self, *, is_changed: bool) -> None:
        """Say whether the prepared text was made with other choices than those shown now."""
        self._is_changed = is_changed
        self._tell_words()
        self._update_buttons()

    def show_commands(self, commands: frozenset[Command]) -> None:
        """Enable what can be asked for now."""
        self._commands = commands
        self._update_buttons()

    def show_new_file(self, path: Path, others: Sequence[Path] = ()) -> None:
        """Name the files that are being looked at, and forget the options of the former ones."""
        self.file_panel.show_file(path, others)
        self.csv_form.reset()
        self._reading.setText("Reading the first rows…")
        self._change.setChecked(False)
        self._has_preview = False
        self._update_buttons()

    def show_no_preview(self) -> None:
        """Forget the preview: the options stay, to be changed until the file can be read."""
        self.file_panel.show_use(is_used=False)
        self.preview_page.show_outdated()
        self._reading.setText("It cannot be read as it is.")
        self._change.setChecked(True)
        self._has_preview = False
        self._update_buttons()

    def show_preview(
        self,
        preview: "CsvPreview",
        *,
        comes_forward: bool = True,
        size: "TextSize | None" = None,
    ) -> None:
        """Show the first rows and how they were read; without a wish for them, in the back."""
        self.file_panel.show_use(is_used=True)
        columns = self.csv_form.show_preview(preview)
        self.preview_page.show_preview(preview, columns, stops=self._stops, size=size)
        self._has_preview = True
        if comes_forward:
            self._results.setCurrentWidget(self.preview_page)
        self._pages.setCurrentWidget(self._results)
        self._results.setTabVisible(WORDS_PAGE, True)  # noqa: FBT003 - Qt's signature
        self._update_buttons()
        self.words_requested.emit()
        self._reading.setText(self.csv_form.summary(preview))
        is_unsure = (
            preview.undecodable_bytes or preview.control_characters or preview.encoding_readings
        )
        are_several = len(preview.files) > 1
        if preview.doubts or is_unsure or are_several:  # something is to be decided
            self._change.setChecked(True)
        if preview.doubts:
            self._scroll.ensureWidgetVisible(self.csv_form)

    def show_words(self, preview: "WordsPreview") -> None:
        """Show how the rows in the preview are cut into words."""
        self.words_page.show_words(preview)
        self._looked_at = preview.description, preview.reason
        self._tell_words()

    def _tell_words(self) -> None:
        """Tell how the prepared text was cut into words; once that is over, how it would be."""
        if self._has_corpus and not (self._is_outdated or self._is_changed):
            self.corpus_form.show_words(self._prepared_words)
        else:
            self.corpus_form.show_words(*self._looked_at)

    def show_sentences(self) -> None:
        """Bring the sentences of the prepared text to the front, where there are some."""
        if self._has_corpus:
            self._results.setCurrentWidget(self.corpus_page)

    def show_sentence(self, corpus: "Corpus", number: int) -> None:
        """Show a sentence of the prepared corpus, from 0, among the others."""
        self._results.setCurrentWidget(self.corpus_page)
        self.corpus_page.show_sentence(corpus, number)

    def show_corpus(self, corpus: "Corpus") -> None:
        """Show a prepared corpus."""
        self.corpus_page.show_corpus(corpus)
        self._prepared_words = words_text(corpus.summary)
        self._has_corpus = True
        self._tell_words()
        for page in (CORPUS_PAGE, VOCABULARY_PAGE):
            self._results.setTabVisible(page, self._has_corpus)
        if self._results.currentIndex() != VOCABULARY_PAGE:  # there a new size is shown too
            self._results.setCurrentWidget(self.corpus_page)
        self._pages.setCurrentWidget(self._results)

    def show_kept(self, vocabulary_size: int, coverage: str) -> None:
        """Show what another vocabulary size would mean."""
        self.corpus_page.show_kept(vocabulary_size)
        self.corpus_form.show_coverage(coverage)

    def show_looking(self, stage: str) -> None:
        """Show that the file is being looked at; that can be cancelled at any time."""
        self._is_looking = True
        self.show_busy(stage, can_cancel=True)

    def show_busy(self, stage: str, *, can_cancel: bool) -> None:
        """Show that work goes on, of which it is not known yet how much."""
        self._is_busy = True
        self.prepare_panel.show_busy(stage, can_cancel=can_cancel)
        self._update_buttons()

    def show_idle(self) -> None:
        """Show that no work goes on."""
        self._is_busy = self._is_looking = False
        self.prepare_panel.show_idle()
        self._update_buttons()

    def _build_panel(self) -> QWidget:
        """Return the column of controls, which scrolls where the window is low.

        What prepares stays in sight below it.
        """
        column = QWidget(self)
        column.setObjectName("dataset.column")
        column.setFixedWidth(scaled(PANEL_WIDTH))
        self._scroll = scroll = FittingScrollArea(self)
        scroll.setObjectName("dataset.panel")
        scroll.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        panel = QWidget(scroll)
        panel.setObjectName("dataset.panel_content")
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, SCROLL_BAR, 0)  # its place, so that nothing moves
        layout.setSpacing(12)
        self.file_panel = FilePanel(panel)  # made first: the Tab key goes by this order
        self._reading_line = self._build_reading_line(panel)
        self.csv_form = CsvForm(panel)
        self.csv_form.hide()
        self.corpus_form = CorpusForm(panel)
        reading = self._card(panel, "2  Check how it is read", self._reading_line, self.csv_form)
        layout.addWidget(self._card(panel, "1  Choose a text", self.file_panel))
        layout.addWidget(reading)
        layout.addWidget(self._card(panel, "3  Prepare", self.corpus_form))
        layout.addStretch(1)
        scroll.setWidget(panel)
        self.prepare_panel = PreparePanel(column)
        rows = in_column((scroll, 1), of=column, margins=0)
        below = in_row(self.prepare_panel, margins=(0, 0, SCROLL_BAR, 0))
        rows.addLayout(below)
        return column

    def _build_reading_line(self, parent: QWidget) -> QWidget:
        """Return how the file is read in one line, and the button that shows all of it."""
        line = QWidget(parent)
        self._reading = make_label("", "hint", line, wrap=True, name="dataset.reading_label")
        self._reading.setText("This is detected when you choose a file.")
        self._change = describe(
            QToolButton(line),
            "dataset.change_reading_button",
            "Change how the file is read",
            "Show columns, encoding, delimiter and quotes, to overrule what was detected",
        )
        self._change.setProperty("flat", "true")
        self._change.setCheckable(True)
        self._change.setText("change")
        self._change.toggled.connect(self._on_change_toggled)
        in_row((self._reading, 1), (self._change, 0, Qt.AlignmentFlag.AlignTop), of=line, margins=0)
        return line

    @staticmethod
    def _card(parent: QWidget, title: str, *parts: QWidget) -> QFrame:
        card = make_card(parent)
        layout = in_column(
            make_label(title, "heading", card), of=card, margins=(16, 8, 16, 12), spacing=8
        )
        for part in parts:
            layout.addWidget(part)
        return card

    def _build_pages(self) -> QStackedWidget:
        self._pages = QStackedWidget(self)
        self._pages.setObjectName("dataset.pages")
        self._results = QTabWidget(self._pages)
        self._results.setObjectName("dataset.results")
        self._results.setAccessibleName("The file and the prepared text")
        self._results.setDocumentMode(True)
        self.preview_page = PreviewPage(self._results)
        self.corpus_page = CorpusPage(self._results)
        self.words_page = WordsPage(self._results)
        self._results.addTab(self.preview_page, "Preview of the file")
        self._results.addTab(self.words_page, "In words")
        self.vocabulary_page = VocabularyPage(self._results)
        self._results.addTab(self.corpus_page, "Prepared text")
        self._results.addTab(self.vocabulary_page, "Vocabulary")
        for page in (WORDS_PAGE, CORPUS_PAGE, VOCABULARY_PAGE):
            self._results.setTabVisible(page, self._has_corpus)
        self._pages.addWidget(WelcomePage(self._pages))
        self._pages.addWidget(self._results)
        return self._pages

    def _connect_signals(self) -> None:
        self.csv_form.columns_changed.connect(self._on_columns_changed)
        self.csv_form.policy_changed.connect(self._on_policy_changed)
        self.preview_page.column_chosen.connect(self.csv_form.column_picker.pick)
        self.preview_page.column_toggled.connect(self.csv_form.column_picker.toggle)
        self.preview_page.encoding_chosen.connect(self.csv_form.choose_encoding)
        self.corpus_form.words_requested.connect(self._on_words_page_requested)
        self.words_page.tokenizer_changed.connect(self._on_tokenizer_changed)
        self.vocabulary_page.size_chosen.connect(self.corpus_form.set_vocabulary_size)

    def press_bright(self) -> None:
        """Press what stands out, as Ctrl+Return does: prepare, or open a file."""
        if self.prepare_panel.can_prepare:
            self.prepare_panel.press()
        elif not self.file_panel.has_file:
            self.file_panel.open_requested.emit()

    def press_cancel(self) -> None:
        """Give up what runs here, as Esc does."""
        if self._is_busy:
            self.prepare_panel.cancel_requested.emit()

    @Slot(bool)
    def _on_change_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - Qt's signature
        self.csv_form.setVisible(is_open)
        self._change.setText("fold" if is_open else "change")

    @Slot(object)
    def _on_columns_changed(self, columns: tuple[int, ...]) -> None:
        self._reading.setText(self.csv_form.summary())
        self.preview_page.set_text_columns(columns)
        self._results.setCurrentWidget(self.preview_page)
        self.words_requested.emit()

    @Slot()
    def _on_tokenizer_changed(self) -> None:
        if self._has_preview:
            self.words_requested.emit()

    @Slot()
    def _on_words_page_requested(self) -> None:
        self._results.setTabVisible(WORDS_PAGE, True)  # noqa: FBT003 - Qt's signature
        self._results.setCurrentWidget(self.words_page)

    @Slot()
    def _on_policy_changed(self) -> None:
        self.preview_page.show_policy(stops=self._stops)

    @property
    def _stops(self) -> bool:
        """Whether a damaged row ends the preparation."""
        return self.csv_form.config().bad_rows == "stop"

    def _update_buttons(self) -> None:
        can_open = Command.OPEN_DATA in self._commands
        can_prepare = Command.PREPARE in self._commands and not self._is_busy
        self.file_panel.set_offered(is_offered=can_open)
        self.csv_form.setEnabled(can_open and self.file_panel.has_file)
        self._change.setEnabled(self.file_panel.has_file)
        self._change.setVisible(self.file_panel.has_file)
        self.corpus_form.setEnabled(can_open)
        self.prepare_panel.enable(
            can_prepare=can_prepare and self._has_preview,
            can_train=self._has_corpus and not self._is_outdated and not self._is_busy,
            can_cancel=self._is_looking or Command.CANCEL_PREPARING in self._commands,
            is_changed=self._is_changed,
        )
