"""What a person sees before any file is chosen: what this is and what to do first."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.shared.labels import make_card, make_label
from app.shared.theme import scaled

_STEPS = (
    (
        "Choose a text",
        (
            "Open a CSV file with one comment, review or message a row, drop it onto this window, "
            "or begin with the sample comments that come with the program."
        ),
    ),
    (
        "Check how it is read",
        (
            "The first rows appear here. Pick the column that holds the text; the program "
            "guesses the rest, and you can overrule it."
        ),
    ),
    (
        "Prepare it",
        (
            "The text is split into sentences and words. The most frequent words become the "
            "vocabulary: all that the network can read and say."
        ),
    ),
    (
        "Then train and generate",
        (
            "On the Training tab a small recurrent network learns to guess each next word. "
            "On the Generation tab it writes sentences of its own."
        ),
    ),
)
WIDTH = 600  # px, of the card


class WelcomePage(QWidget):
    """A friendly page in place of an empty one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dataset.welcome_page")
        card = make_card(self)
        card.setMaximumWidth(scaled(WIDTH))
        grid = QGridLayout(card)
        grid.setContentsMargins(32, 32, 32, 32)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        headline = make_label(
            "Teach a network to write from your own text", "title", card, wrap=True
        )
        grid.addWidget(headline, 0, 0, 1, 2)
        for number, (title, text) in enumerate(_STEPS, start=1):
            row = 2 * number
            grid.setRowMinimumHeight(row - 1, 12)
            digit = make_label(str(number), "title", card)
            digit.setProperty("accent", "true")
            step = QVBoxLayout()
            step.setSpacing(2)
            step.addWidget(make_label(title, "heading", card))
            step.addWidget(make_label(text, "hint", card, wrap=True))
            grid.addWidget(digit, row, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
            grid.addLayout(step, row, 1)
        outer = QGridLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addWidget(card, 1, 1)
        for edge in (0, 2):
            outer.setRowStretch(edge, 1)
            outer.setColumnStretch(edge, 1)
        outer.setColumnStretch(1, 20)
