"""Where a text is chosen: before there is one, from the disk, or the sample comments."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.shared.file_dialogs import ask_folder, ask_open_paths, first_folder
from app.shared.labels import as_plain, describe, make_card, make_label, restyle
from app.shared.layouts import in_column, in_row
from app.shared.theme import scaled

NO_FILE = "No file yet"
NOT_USED = " (not used)"
MOST_PATHS = 20  # in the tool tip

FILE_FILTERS = (
    "Texts and tables (*.csv *.tsv *.tab *.xlsx *.ods *.txt *.md *.jsonl *.ndjson *.gz *.zip)",
    "Tables (*.csv *.tsv *.tab *.csv.gz *.tsv.gz)",
    "Spreadsheets (*.xlsx *.xlsm *.ods)",
    "Plain texts (*.txt *.text *.md *.txt.gz)",
    "JSON Lines (*.jsonl *.ndjson *.jsonl.gz)",
    "All files (*)",
)

_STEPS = {
    "Choose a text": (
        "Open a CSV file with one comment, review or message per row, or several as one text; "
        "drop them onto this window, or begin with the sample comments that come with the "
        "program."
    ),
    "Check how it is read": (
        "The first rows appear here. Pick the column that holds the text; the program "
        "guesses the rest, and you can overrule it."
    ),
    "Prepare it": (
        "The text is split into sentences and words. The most frequent words become the "
        "vocabulary: all that the network can read and say."
    ),
    "Then train and generate": (
        "On the Training tab a small recurrent network learns to guess each next word. "
        "On the Generation tab it writes sentences of its own."
    ),
}
WIDTH = 600  # px, of the card


class FilePanel(QWidget):
    """Three buttons and the file's name.

    Signals
    -------
    open_requested(), open_folder_requested(), sample_requested()
        A button was pressed.
    """

    open_requested = Signal()
    open_folder_requested = Signal()
    sample_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = NO_FILE
        self._paths: tuple[Path, ...] = (Path(),)
        self._open = describe(
            QPushButton("&Open CSV…", self),
            "dataset.open_button",
            "Open CSV",
            "Choose a file of text (Ctrl+O): a CSV, TSV or spreadsheet with one text per row, "
            "plain text, or JSON Lines, packed with gzip or ZIP or not. Several files become one "
            "text; you can also drop them onto the window",
        )
        self._open_folder = describe(
            QPushButton("Folder…", self),
            "dataset.open_folder_button",
            "Open a folder",
            "Choose a folder: all files of text in it, and in its folders, become one text",
        )
        self._sample = describe(
            QPushButton("Use the sa&mple comments", self),
            "dataset.sample_button",
            "Use the sample comments",
            "Use the several thousand comments, written for this program, that come with it",
        )
        self._file = make_label(NO_FILE, "hint", self, name="dataset.file_label")
        self._file.setMinimumWidth(1)  # a long name is cut in the middle
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        row = in_row((self._open, 1), self._open_folder, spacing=8)
        layout.addLayout(row)
        layout.addWidget(self._sample)
        layout.addWidget(self._file)
        self._lead_to_open(is_first_step=True)
        self._open.clicked.connect(self.open_requested)
        self._open_folder.clicked.connect(self.open_folder_requested)
        self._sample.clicked.connect(self.sample_requested)

    @property
    def has_file(self) -> bool:
        """Whether a file was chosen."""
        return self._text != NO_FILE

    def show_file(self, path: Path, others: Sequence[Path] = ()) -> None:
        """Name the files that are being looked at."""
        self._paths = (path, *others)
        self.show_use(is_used=True)
        self._lead_to_open(is_first_step=False)

    def show_use(self, *, is_used: bool) -> None:
        """Say beside the file's name if it could not be read."""
        use = "" if is_used else NOT_USED
        first, more = self._paths[0], len(self._paths) - 1
        others = f" and {more:,} more" if more else ""
        self._text = f"{first.name}{others}{use}"
        paths = [str(path) for path in self._paths[:MOST_PATHS]]
        if len(self._paths) > MOST_PATHS:
            paths.append(f"and {len(self._paths) - MOST_PATHS:,} more")
        self._file.setToolTip(as_plain("\n".join(paths) + use))
        self._file.setAccessibleName(f"File: {first}{others}{use}")
        self._elide()

    def set_offered(self, *, is_offered: bool) -> None:
        """Enable the buttons."""
        self._open.setEnabled(is_offered)
        self._open_folder.setEnabled(is_offered)
        self._sample.setEnabled(is_offered)

    def _lead_to_open(self, *, is_first_step: bool) -> None:
        """Let "Open CSV…" stand out while nothing else can be done."""
        restyle(self._open, "primary", "true" if is_first_step else "false")

    def _elide(self) -> None:
        metrics = QFontMetrics(self._file.font())
        mode = Qt.TextElideMode.ElideMiddle
        self._file.setText(metrics.elidedText(self._text, mode, self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the file's name to the panel."""
        super().resizeEvent(event)
        self._elide()


def ask_csv_paths(folder: str) -> list[Path]:
    """Ask for files of text; none when the user thinks better of it."""
    return ask_open_paths(
        QApplication.activeWindow(),
        "Open a CSV or another text, or several as one",
        first_folder(folder),
        FILE_FILTERS,
    )


def ask_text_folder(folder: str) -> Path | None:
    """Ask for a folder of texts; None when the user thinks better of it."""
    return ask_folder(
        QApplication.activeWindow(),
        "Open a folder whose files are one text",
        first_folder(folder),
    )


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
        for number, (title, text) in enumerate(_STEPS.items(), start=1):
            row = 2 * number
            grid.setRowMinimumHeight(row - 1, 12)
            digit = make_label(str(number), "title", card)
            digit.setProperty("accent", "true")
            step = in_column(
                make_label(title, "heading", card),
                make_label(text, "hint", card, wrap=True),
                spacing=2,
            )
            grid.addWidget(digit, row, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
            grid.addLayout(step, row, 1)
        outer = QGridLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addWidget(card, 1, 1)
        for edge in (0, 2):
            outer.setRowStretch(edge, 1)
            outer.setColumnStretch(edge, 1)
        outer.setColumnStretch(1, 20)
