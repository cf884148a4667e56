"""The upper half of the generation tab: the form, its buttons, the sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from app.generation.records import Batch
from app.generation.writing.novelty_line import NoveltyLine
from app.generation.writing.sample_form import SampleForm
from app.generation.writing.sentence_list import SentenceList
from app.generation.writing.source_menu import build_source_menu
from app.shared.fields.suggesting_line import SuggestingLine
from app.shared.formatting import counted
from app.shared.labels import ElidedLabel, as_plain, describe, make_label, restyle
from app.shared.layouts import in_column, in_row
from app.shared.scrolling import FittingScrollArea
from app.shared.theme import scaled
from engine import Copy, Novelty, SampleConfig, SentenceGenerated

NO_MODEL_TEXT = (
    "There is no model yet.\n\nTrain one on the Training tab: its first snapshot can be used "
    "here while it still learns.\nOr open one with File > Open model…"
)
NO_SENTENCES_TEXT = (
    "Press Generate (Ctrl+Return) and the model's sentences arrive here, one by one.\n"
    "Click a word to see what else could stand there; double-click to see how probable each is."
)
_FORM_WIDTH = 360  # pixels
_LIST_HEIGHT = 150  # of three sentences below their title
_SEARCH_WIDTHS, _SEARCH_STRETCH = (72, 220), 4  # px, least and most; share of the room
_LONGEST_START = 2000  # characters


class GeneratePanel(QFrame):
    """Ask for sentences and show them.

    Signals
    -------
    generate_requested(object)
        The `SampleConfig` of the form.
    stop_requested(), save_requested()
        The user pressed the button.
    settings_changed(object)
        The `SampleConfig` of the form are different now.
    suggesting_chosen(bool)
        Words are to be suggested while the person writes, or not.
    records_changed()
        Sentences came, were taken away, or were marked.
    cleared(object)
        The list was cleared: the sentences with their batches, for `show_records`.
    sentences_written()
        A batch has come to its end, or other sentences are shown.
    surprise_toggled(bool)
        The words of the sentences are to be coloured by surprise, or not.
    source_chosen(int)
        The user wants to see this sentence of the training text, from 0.

    Attributes
    ----------
    form : SampleForm
    start_line : SuggestingLine
        What the sentences are to begin with.
    sentences : SentenceList
    """

    generate_requested = Signal(object)
    stop_requested = Signal()
    save_requested = Signal()
    settings_changed = Signal(object)
    suggesting_chosen = Signal(bool)
    records_changed = Signal()
    cleared = Signal(object)
    sentences_written = Signal()
    surprise_toggled = Signal(bool)
    source_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)  # noqa: FBT003 - Qt's signature
        self._is_available = False
        self._is_generating = False
        self.form = SampleForm(self)
        self._build_start()
        self._build_buttons()
        self._build_list()
        self._build_layout()
        self._connect_signals()
        self._update_enabled()

    def _build_start(self) -> None:
        self.start_line = describe(
            SuggestingLine(self),
            "generation.start_edit",
            "Begin with",
            "Words that each sentence begins with; empty: the model begins by itself. "
            "Return writes.",
        )
        self.start_line.setMaxLength(_LONGEST_START)
        self.start_line.setPlaceholderText("Begin with…")
        self._suggest_check = describe(
            QCheckBox("Suggest", self),
            "generation.suggest_check",
            "Suggest words while you write",
            "While you write, here or in the line below, grey letters show what the model would "
            "write next: Tab accepts them, Esc dismisses them",
        )
        self._start_hint = make_label("", "hint", self, wrap=True, name="generation.start_hint")

    def _build_buttons(self) -> None:
        self._generate_button = describe(
            QPushButton("&Generate", self),
            "generation.generate_button",
            "Generate sentences",
            "Draw sentences from the model (Ctrl+Return)",
        )
        self._generate_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self._stop_button = describe(
            QPushButton("Stop", self),
            "generation.stop_button",
            "Stop generating",
            "Keep the sentences so far and draw no more (Esc)",
        )

    def _build_list(self) -> None:
        self.sentences = describe(
            SentenceList(self), "generation.sentence_list", "Generated sentences"
        )
        self.sentences.setMinimumHeight(scaled(_LIST_HEIGHT))  # else a low window has a title alone
        self._copy_button = describe(
            QPushButton("&Copy", self),
            "generation.copy_button",
            "Copy sentences",
            "Copy the selected sentences, or all of them, one per line (Ctrl+C)",
        )
        self._save_button = describe(
            QPushButton("&Save…", self),
            "generation.save_button",
            "Save sentences",
            "Write all sentences to a text file, or with probabilities, seeds and settings to "
            "a CSV or to JSON lines",
        )
        self._clear_button = describe(
            QPushButton("C&lear", self),
            "generation.clear_button",
            "Clear sentences",
            "Remove all sentences from the list",
        )
        self._search_edit = describe(
            QLineEdit(self),
            "generation.search_edit",
            "Search the sentences",
            "Show only the sentences with this text",
        )
        self._search_edit.setPlaceholderText("Search")
        self._search_edit.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._search_edit.setMinimumWidth(scaled(_SEARCH_WIDTHS[0]))
        self._search_edit.setMaximumWidth(scaled(_SEARCH_WIDTHS[1]))
        self._favourites_check = describe(
            QCheckBox("★ only", self),
            "generation.favourites_check",
            "Only favourites",
            "Show only the sentences that you have marked",
        )
        self._surprise_check = describe(
            QCheckBox("Surpr&ise", self),
            "generation.surprise_check",
            "Colour words by surprise",
            "Colour each word by how far down the model's list it stood, as for the typed "
            "sentence; otherwise the run of words that is copied from the training text is tinted",
        )
        self._status_label = ElidedLabel(self, role="hint", name="generation.status_label")
        self._novelty = NoveltyLine(self)

    def _build_layout(self) -> None:
        heading = QLabel("Write", self)
        heading.setProperty("role", "heading")
        top = in_row(
            heading,
            8,
            (self.start_line, 1),
            self._suggest_check,
            self._generate_button,
            self._stop_button,
        )
        # in a narrow window it yields first
        below = in_row(
            self._status_label,
            (None, 1),
            self._surprise_check,
            self._favourites_check,
            (self._search_edit, _SEARCH_STRETCH),
            self._copy_button,
            self._save_button,
            self._clear_button,
        )
        right = in_column((self.sentences, 1), self._novelty, below)
        area = FittingScrollArea(self)
        area.setObjectName("generation.form_area")
        area.setWidget(self.form)
        self.form.setAutoFillBackground(False)  # the card shows through
        area.viewport().setAutoFillBackground(False)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedWidth(scaled(_FORM_WIDTH))
        columns = in_row((area, 0, Qt.AlignmentFlag.AlignTop), 12, (right, 1))
        in_column(top, self._start_hint, (columns, 1), of=self, margins=(16, 12, 16, 12))

    def _connect_signals(self) -> None:
        self.form.changed.connect(self._on_form_changed)
        self.start_line.returnPressed.connect(self.request_generate)
        self.start_line.editingFinished.connect(self._on_form_changed)
        self._search_edit.textChanged.connect(self._on_filter_changed)
        self._favourites_check.toggled.connect(self._on_filter_changed)
        self._surprise_check.toggled.connect(self.surprise_toggled)
        self._suggest_check.toggled.connect(self.suggesting_chosen)
        self.sentences.favourites_changed.connect(self._on_favourites_changed)
        self._generate_button.clicked.connect(self.request_generate)
        self._stop_button.clicked.connect(self.request_stop)
        self._copy_button.clicked.connect(self.sentences.copy_selected_or_all)
        self._save_button.clicked.connect(self.save_requested)
        self._clear_button.clicked.connect(self._on_clear_clicked)
        self.sentences.count_changed.connect(self._on_count_changed)

    @Slot()
    def request_generate(self) -> None:
        """Ask for sentences, if that is possible now."""
        if self._generate_button.isEnabled():
            self.generate_requested.emit(self.settings())

    def settings(self) -> SampleConfig:
        """Return what the form says, with the words to begin with."""
        return replace(self.form.settings(), start=self.start_line.text().strip())

    @Slot()
    def request_stop(self) -> None:
        """Ask for an end, if sentences are being drawn."""
        if self._stop_button.isEnabled():
            self.stop_requested.emit()

    def show_available(self, *, is_available: bool) -> None:
        """Enable the panel when there is a model."""
        self._is_available = is_available
        self.sentences.set_placeholder(NO_SENTENCES_TEXT if is_available else NO_MODEL_TEXT)
        self._update_enabled()

    def show_generating(self, *, is_generating: bool) -> None:
        """Show whether sentences are being drawn."""
        self._is_generating = is_generating
        self._update_enabled()

    def show_stopping(self) -> None:
        """Show that the end was asked for."""
        self._stop_button.setEnabled(False)
        self._status_label.setText("Stopping…")

    def show_settings(self, settings: SampleConfig) -> None:
        """Show stored settings."""
        self.form.show_settings(settings)
        if isinstance(settings.start, str):
            self.start_line.setText(settings.start)

    def clear_start(self) -> None:
        """Begin with no words."""
        self.start_line.clear()
        self._on_form_changed()

    def show_suggesting(self, *, is_suggesting: bool) -> None:
        """Show whether words are suggested."""
        with QSignalBlocker(self._suggest_check):
            self._suggest_check.setChecked(is_suggesting)

    def show_start_hint(self, text: str, *, is_warning: bool = False) -> None:
        """Say below the start words what the model makes of them."""
        self._start_hint.setText(text)
        self._start_hint.setVisible(bool(text))
        restyle(self._start_hint, "role", "bad" if is_warning else "hint")

    def show_copies(
        self,
        copies: Mapping[str, Copy],
        text: str,
        written: Novelty | None = None,
        held_out: Novelty | None = None,
    ) -> None:
        """Show what was copied of the sentences with these keys, and of the batch as a whole."""
        self.sentences.show_copies(copies)
        self._novelty.show_novelty(text, written, held_out)

    @property
    def wants_surprise(self) -> bool:
        """Whether words are to be coloured by surprise."""
        return self._surprise_check.isChecked()

    def show_sources(
        self, title: str, sources: Sequence[tuple[int, str]], *, can_be_shown: bool
    ) -> None:
        """List sentences of the training text, each with its number; a click chooses one."""
        menu = build_source_menu(title, sources, self, can_be_shown=can_be_shown)
        menu.triggered.connect(self._on_source_triggered)
        menu.popup(QCursor.pos())

    @Slot(QAction)
    def _on_source_triggered(self, action: QAction) -> None:
        self.source_chosen.emit(action.data())

    def show_batch(self, batch: Batch) -> None:
        """Begin a new batch."""
        self.sentences.start_batch(batch)

    def update_batch(self, batch: Batch) -> None:
        """Show what became of the newest batch."""
        self.sentences.update_batch(batch)
        if batch.state != "running":
            self.sentences_written.emit()
        if batch.seed is not None:
            self.form.show_used_seed(batch.seed)

    def show_records(
        self,
        records: Sequence[tuple[Batch, SentenceGenerated]],
        favourites: set[str] | None = None,
    ) -> None:
        """Show sentences of an earlier time in place of those in the list, marked as then."""
        self._novelty.show_novelty("", None, None)
        with QSignalBlocker(self):
            self.sentences.clear()
            self.sentences.show_former(
                records, self.sentences.favourites if favourites is None else favourites
            )
        self.sentences_written.emit()
        self._update_enabled()

    def tab_chain(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        return [
            self.start_line,
            self._suggest_check,
            self._generate_button,
            self._stop_button,
            *self.form.tab_chain(),
            self.sentences,
            self._novelty.button,
            self._surprise_check,
            self._favourites_check,
            self._search_edit,
            self._copy_button,
            self._save_button,
            self._clear_button,
        ]

    def _update_enabled(self) -> None:
        has_sentences = self.sentences.count > 0
        self.form.setEnabled(self._is_available)
        self.start_line.setEnabled(self._is_available)
        self._suggest_check.setEnabled(self._is_available)
        self._generate_button.setEnabled(self._is_available and not self._is_generating)
        self._stop_button.setEnabled(self._is_generating)
        self._copy_button.setEnabled(has_sentences)
        self._save_button.setEnabled(has_sentences)
        self._clear_button.setEnabled(has_sentences and not self._is_generating)
        self._show_status()

    def _show_status(self) -> None:
        self._status_label.setText(self._status_text())
        self._status_label.setToolTip(as_plain(self._status_text()))  # a narrow window cuts it

    def _status_text(self) -> str:
        count = self.sentences.count
        if count == 0:
            return "Drawing…" if self._is_generating else ""
        return counted(count, "sentence") + ("  ·  drawing…" if self._is_generating else "")

    @Slot()
    def _on_form_changed(self) -> None:
        self.settings_changed.emit(self.settings())

    @Slot()
    def _on_filter_changed(self) -> None:
        self.sentences.show_only(
            self._search_edit.text(), only_favourites=self._favourites_check.isChecked()
        )

    @Slot()
    def _on_favourites_changed(self) -> None:
        self._on_filter_changed()
        self.records_changed.emit()

    @Slot()
    def _on_clear_clicked(self) -> None:
        records = self.sentences.records()
        self._novelty.show_novelty("", None, None)
        self.sentences.clear()
        self.cleared.emit(records)

    @Slot(int)
    def _on_count_changed(self, count: int) -> None:
        self.records_changed.emit()
        if count <= 1:
            self._update_enabled()
        else:
            self._show_status()
