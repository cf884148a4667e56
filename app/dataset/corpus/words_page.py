"""Some sentences of the chosen file as the network will see them, before it is prepared."""

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QWidget,
)

from app.dataset.corpus.sentences import CELL_LENGTH, TOKENS_ROLE, TokenDelegate
from app.shared.formatting import counted, shorten
from app.shared.labels import describe, make_label
from app.shared.layouts import in_column
from app.shared.tables import Column, RowsModel, prepare_table
from engine import TokenizerConfig, known_languages

if TYPE_CHECKING:
    from engine import WordsPreview


class Word(NamedTuple):
    """A word as the table paints it; what is known, only Prepare can tell."""

    text: str
    is_known: bool = True


Row: TypeAlias = tuple[str, tuple[str, ...]]  # a sentence and its words

SENTENCE, WORDS = range(2)
NOTHING = "The rows in the preview have no sentences."


CASED, LOWER = "words, cased", "words, lower"  # the two that are one tokeniser
TOKENISED = "whitespace"
TOKENIZERS = {
    "auto": "Automatic, to suit the text",
    "tutorial": "The tutorial's: NLTK, lower case",
    CASED: "Any language, with capitals",
    LOWER: "Any language, lower case",
    TOKENISED: "Already tokenised: split at spaces",
    "characters": "Characters: Chinese, Japanese, Thai",
}
MERGING = ("auto", CASED, LOWER, "characters")
DETECT = "auto"
OTHER_LANGUAGE = ("", "Another language")


class WordsPage(QWidget):
    """Choose the language and what a word is; show a `WordsPreview` of it.

    Signals
    -------
    tokenizer_changed()
        The text is to be cut into words in another way.
    """

    tokenizer_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RowsModel(word_columns(), self)
        self._note = make_label("", "hint", self, wrap=True, name="dataset.words_preview_note")
        self._advice = make_label("", "warning", self, wrap=True, name="dataset.words_advice_note")
        self._advice.hide()
        self._build_choices()
        self._offer_options()
        in_column(
            _row(self._language, self._tokenizer),
            _row(self._numbers, self._links, self._unknown),
            self._note,
            self._advice,
            (self._build_table(), 1),
            of=self,
            margins=(0, 12, 0, 0),
            spacing=8,
        )

    def show_words(self, preview: "WordsPreview") -> None:
        """Show the first sentences and how they are cut."""
        told = known_languages().get(preview.proposal.language, "not recognised")
        self._language.setItemText(0, f"Detect ({told})")
        self._model.set_rows(preview.sentences)
        if not self._unknown.isModified():
            self._unknown.setText(preview.proposal.unknown_word)
        count = len(preview.sentences)
        self._note.setText(
            f"{preview.description}. The first {counted(count, 'sentence')}, and the words that "
            "the network will see:"
            if count
            else NOTHING
        )
        is_as_proposed = preview.tokenizer.name == preview.proposal.name
        self._advice.setText("" if is_as_proposed else f"Suits this text better: {preview.reason}")
        self._advice.setVisible(not is_as_proposed)

    def tokenizer(self) -> TokenizerConfig:
        """Return how the text is to be cut into words."""
        name = self._tokenizer.currentData()
        can_merge = name in MERGING
        return TokenizerConfig(
            name="words" if name in (CASED, LOWER) else name,
            language=self._language.currentData(),
            lower_case=name != CASED,
            merge_numbers=can_merge and self._numbers.isChecked(),
            merge_links=can_merge and self._links.isChecked(),
            unknown_word="".join(self._unknown.text().split()) if name == TOKENISED else "",
        )

    def show_tokenizer(self, config: TokenizerConfig) -> None:
        """Show how an earlier text was cut."""
        name: str = config.name
        if name == "words":
            name = LOWER if config.lower_case else CASED
        # One language was read before there was a choice.
        is_former = config.sentence_ends == "punkt"
        language = DETECT if is_former else config.language
        for box, value in ((self._tokenizer, name), (self._language, language)):
            with QSignalBlocker(box):
                box.setCurrentIndex(max(0, box.findData(value)))
        for check, is_on in (
            (self._numbers, config.merge_numbers),
            (self._links, config.merge_links),
        ):
            with QSignalBlocker(check):
                check.setChecked(is_on)
        self._unknown.setText(config.unknown_word)
        self._unknown.setModified(bool(config.unknown_word))
        self._offer_options()

    def _build_choices(self) -> None:
        self._language = describe(
            QComboBox(self),
            "dataset.language_combo",
            "Language of the text",
            "It decides which abbreviations do not end a sentence, where words have apostrophes "
            "and how quotation marks are written",
        )
        self._language.addItem("Detect", DETECT)
        for code, name in (*known_languages().items(), OTHER_LANGUAGE):
            self._language.addItem(name, code)
        self._tokenizer = describe(
            QComboBox(self),
            "dataset.tokenizer_combo",
            "What a word is",
            "How sentences are cut into words; the table below shows what comes of it",
        )
        for data, text in TOKENIZERS.items():
            self._tokenizer.addItem(text, data)
        self._numbers = describe(
            QCheckBox("Numbers as one word", self),
            "dataset.merge_numbers_check",
            "Numbers as one word",
            "Read every number as the same word, so that the vocabulary is not full of them",
        )
        self._links = describe(
            QCheckBox("Links as one word", self),
            "dataset.merge_links_check",
            "Links and user names as one word each",
            "Read every link as the same word, and every user name as another",
        )
        self._unknown = describe(
            QLineEdit(self),
            "dataset.unknown_word_edit",
            "The text's own word for unknown ones",
            "What an already tokenised text has in place of rare words; it is read as "
            "UNKNOWN_TOKEN",
        )
        self._unknown.setPlaceholderText("Unknown word")
        self._unknown.editingFinished.connect(self.tokenizer_changed)
        for box in (self._tokenizer, self._language):
            box.currentIndexChanged.connect(self._on_tokenizer_changed)
        for check in (self._numbers, self._links):
            check.toggled.connect(self.tokenizer_changed)

    @Slot()
    def _on_tokenizer_changed(self) -> None:
        self._offer_options()
        self.tokenizer_changed.emit()

    def _offer_options(self) -> None:
        self._unknown.setVisible(self._tokenizer.currentData() == TOKENISED)
        for check in (self._numbers, self._links):
            check.setEnabled(self._tokenizer.currentData() in MERGING)

    def _build_table(self) -> QTableView:
        table = describe(
            QTableView(self),
            "dataset.words_table",
            "Sentences as the network will see them",
            "Each sentence as it stands in the file, and its words",
        )
        table.setModel(self._model)
        prepare_table(table)
        self._delegate = TokenDelegate(table)  # the view does not keep its delegate alive
        table.setItemDelegateForColumn(WORDS, self._delegate)
        for column in (SENTENCE, WORDS):
            table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        return table


def word_columns() -> tuple[Column[Row], ...]:
    """Return the sentence and its words."""
    return (
        Column(
            title="Sentence",
            tip="The sentence as it stands in the file",
            text=lambda row: shorten(row[0], CELL_LENGTH),
            tooltip=lambda row: row[0],
        ),
        Column(
            title="Words",
            tip="What the network will see; how often each occurs is known after Prepare",
            text=lambda row: shorten(" ".join(row[1]), CELL_LENGTH),
            tooltip=lambda row: "  ·  ".join(row[1]),
            roles={
                int(Qt.ItemDataRole.AccessibleTextRole): lambda row: " ".join(row[1]),
                TOKENS_ROLE: lambda row: tuple(Word(text=word) for word in row[1]),
            },
        ),
    )


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
