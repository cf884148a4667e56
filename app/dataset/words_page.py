"""Some sentences of the chosen file as the network will see them, before it is prepared."""

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QVBoxLayout, QWidget

from app.dataset.corpus_sentences import CELL_LENGTH, TOKENS_ROLE, TokenDelegate
from app.shared.formatting import shorten
from app.shared.labels import describe, make_label
from app.shared.tables import Column, RowsModel, prepare_table
from engine import TokenView

if TYPE_CHECKING:
    from engine import WordsPreview

Row: TypeAlias = tuple[str, tuple[str, ...]]  # a sentence and its words

SENTENCE, WORDS = range(2)
NOTHING = "The rows in the preview have no sentences."


class WordsPage(QWidget):
    """Show a `WordsPreview`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RowsModel(word_columns(), self)
        self._note = make_label("", "hint", self, wrap=True)
        self._note.setObjectName("dataset.words_preview_note")
        self._advice = make_label("", "warning", self, wrap=True)
        self._advice.setObjectName("dataset.words_advice_note")
        self._advice.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._note)
        layout.addWidget(self._advice)
        layout.addWidget(self._build_table(), 1)

    def show_words(self, preview: "WordsPreview") -> None:
        """Show the first sentences and how they are cut."""
        self._model.set_rows(preview.sentences)
        count = len(preview.sentences)
        self._note.setText(
            f"{preview.description}. The first {count} sentences as the network will see them; "
            "another language or other words can be chosen on the left."
            if count
            else NOTHING
        )
        is_as_proposed = preview.tokenizer.name == preview.proposal.name
        self._advice.setText("" if is_as_proposed else f"Suits this text better: {preview.reason}")
        self._advice.setVisible(not is_as_proposed)

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
            tip="What the network will see; how often each occurs, only Prepare can tell",
            text=lambda row: shorten(" ".join(row[1]), CELL_LENGTH),
            tooltip=lambda row: "  ·  ".join(row[1]),
            roles={
                int(Qt.ItemDataRole.AccessibleTextRole): lambda row: " ".join(row[1]),
                TOKENS_ROLE: lambda row: tuple(
                    TokenView(text=word, is_known=True) for word in row[1]
                ),
            },
        ),
    )
