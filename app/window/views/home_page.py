"""The start page: go on where one was, another run, another file, the sample, and how it works.

A view: `HomeController` says what is listed. Nothing here reads a disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.runs.recovery_bar import RecoveryBar
from app.shared.labels import ElidedLabel, as_plain, describe, make_card, make_label, restyle
from app.shared.layouts import in_column, in_row
from app.shared.scrolling import prepare_scrolling
from app.shared.sparkline import CURVE, Sparkline, paint_curve
from app.shared.theme import current_palette, scaled

STEPS = "1  Choose a text    →    2  Train a network on it    →    3  Let it write"
HOW = {
    "1  Choose a text": (
        "A CSV file with one comment, review or message per row, a spreadsheet or a plain "
        "text. The program works out how to read it, and you can overrule it."
    ),
    "2  Train a network on it": (
        "A small recurrent network learns to guess each next word. You watch it learn, and "
        "stop it when you like: everything is kept."
    ),
    "3  Let it write": (
        "It writes sentences of its own at a click, and tells how probable it finds a "
        "sentence that you type. Nothing leaves this computer."
    ),
}
WIDTH = 1080  # px, of all at most
ROW_HEIGHT, ROWS_SEEN = 44, 6
_ABOVE_STRETCH, _LISTS_STRETCH = 2, 3  # shares of the room that is left
_ENTRY = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeEntry:
    """One row: what it is called, what is known of it, what it stands for."""

    key: str  # the id of a run, or the path of a file
    title: str
    detail: str
    curve: tuple[float, ...] = ()
    is_there: bool = True  # False: the file is gone
    tip: str = ""


class HomePage(QScrollArea):
    """What a person can begin with.

    Attributes
    ----------
    recovery_bar : RecoveryBar
        The offer after a crash.

    Signals
    -------
    continue_requested()
        Back to what was open.
    run_chosen(str), file_chosen(str)
        The id of a kept run, or the path of a recent file.
    locate_requested(str)
        A recent file is gone: the person wants to say where it is now.
    open_requested(), sample_requested(), runs_requested()
        A button was pressed.
    """

    continue_requested = Signal()
    run_chosen = Signal(str)
    file_chosen = Signal(str)
    locate_requested = Signal(str)
    open_requested = Signal()
    sample_requested = Signal()
    runs_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("home.page")
        self.setAccessibleName("Start page")
        prepare_scrolling(self)
        content = QWidget(self)
        self.recovery_bar = RecoveryBar(content)
        column = self._column = QVBoxLayout()
        column.setSpacing(16)
        column.addStretch()
        column.addWidget(self._build_head(content))
        column.addWidget(self.recovery_bar)
        column.addWidget(self._build_continue(content))
        column.addWidget(self._build_start(content))
        column.addWidget(self._build_how(content))
        column.addWidget(self._build_lists(content), _LISTS_STRETCH)
        in_row((None, 1), (column, 100), (None, 1), of=content, margins=24)
        for part in range(column.count()):
            item = column.itemAt(part)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setMaximumWidth(scaled(WIDTH))
        self.setWidget(content)
        self._connect_signals()
        self.show_continue("", "", ())
        self.show_runs(())
        self.show_files(())

    def show_continue(self, title: str, detail: str, curve: Sequence[float]) -> None:
        """Offer to go on with what was open; "" where nothing was."""
        self._continue_title.setText(title)
        self._continue_detail.setText(detail)
        self._continue_curve.show_curve(curve)
        self._continue_card.setVisible(bool(title))
        self._lead()

    @Slot()
    def _lead(self) -> None:
        """Let one button stand out: to recover, to continue, or the sample."""
        is_recovery, can_continue = bool(self.recovery_bar.text), self._can_continue
        restyle(self._continue, "primary", "true" if not is_recovery else "false")
        is_sample_next = not (is_recovery or can_continue)
        restyle(self._sample, "primary", "true" if is_sample_next else "false")

    @property
    def _can_continue(self) -> bool:
        return not self._continue_card.isHidden()

    def show_runs(self, entries: Sequence[HomeEntry]) -> None:
        """List the newest kept runs."""
        self._runs.show_entries(entries)
        self._run_card.setVisible(bool(entries))
        self._how.setVisible(not entries)  # whoever has trained knows it
        self._balance()

    def show_files(self, entries: Sequence[HomeEntry]) -> None:
        """List the recent files; one that is gone is greyed."""
        self._files.show_entries(entries)
        self._file_card.setVisible(bool(entries))
        self._balance()

    def _balance(self) -> None:
        """Stand at the top with lists; without them a little above the middle of the page."""
        has_lists = not (self._run_card.isHidden() and self._file_card.isHidden())
        self._column.setStretch(0, 0 if has_lists else _ABOVE_STRETCH)

    def set_offered(self, *, is_offered: bool) -> None:
        """Enable what brings another text or run: not while a job needs the present one."""
        for widget in (self._open, self._sample, self._runs, self._files):
            widget.setEnabled(is_offered)

    def press_bright(self) -> None:
        """Press what stands out, as Ctrl+Return does."""
        if self.recovery_bar.text:
            self.recovery_bar.press_accept()
        else:
            (self._continue if self._can_continue else self._sample).click()

    def _build_head(self, parent: QWidget) -> QWidget:
        head = QWidget(parent)
        in_column(
            make_label("Teach a network to write from your own text", "title", head, wrap=True),
            make_label(STEPS, "hint", head, wrap=True),
            of=head,
            margins=0,
            spacing=4,
        )
        return head

    def _build_continue(self, parent: QWidget) -> QFrame:
        self._continue_card = make_card(parent)
        self._continue_card.setObjectName("home.continue_card")
        self._continue = describe(
            QPushButton("&Continue", self._continue_card),
            "home.continue_button",
            "Continue",
            "Go back to what was open (Ctrl+Return)",
        )
        self._continue.setProperty("primary", "true")
        self._continue_title = ElidedLabel(
            self._continue_card, role="heading", name="home.continue_title"
        )
        self._continue_detail = make_label(
            "", "hint", self._continue_card, name="home.continue_detail"
        )
        self._continue_curve = Sparkline(self._continue_card)
        texts = in_column(self._continue_title, self._continue_detail, spacing=2)
        in_row(
            self._continue,
            (texts, 1),
            self._continue_curve,
            of=self._continue_card,
            margins=(16, 12, 16, 12),
            spacing=16,
        )
        return self._continue_card

    def _build_start(self, parent: QWidget) -> QFrame:
        card = make_card(parent)
        self._open = describe(
            QPushButton("&Open CSV…", card),
            "home.open_button",
            "Open a file of text",
            "A CSV or spreadsheet with one text per row, a plain text or JSON Lines (Ctrl+O)",
        )
        self._sample = describe(
            QPushButton("Use the sa&mple comments", card),
            "home.sample_button",
            "Use the sample comments",
            "Several thousand comments, written for this program, that come with it",
        )
        in_row(
            self._sample,
            self._open,
            8,
            make_label("or drop a file onto this window", "hint", card),
            (None, 1),
            of=card,
            margins=(16, 12, 16, 12),
            spacing=8,
        )
        return card

    def _build_how(self, parent: QWidget) -> QWidget:
        self._how = QWidget(parent)
        row = QHBoxLayout(self._how)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        for title, text in HOW.items():
            card = make_card(self._how)
            in_column(
                make_label(title, "heading", card),
                make_label(text, "hint", card, wrap=True),
                (None, 1),
                of=card,
                margins=(16, 12, 16, 16),
                spacing=4,
            )
            row.addWidget(card, 1)
        return self._how

    def _build_lists(self, parent: QWidget) -> QWidget:
        box = QWidget(parent)
        self._runs = _EntryList("home.run_list", "Recent runs", box)
        self._files = _EntryList("home.file_list", "Recent files", box)
        self._all_runs = describe(
            QPushButton("All &runs…", box),
            "home.all_runs_button",
            "All runs",
            "Open, compare, rename and delete kept runs (Ctrl+R)",
        )
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        self._run_card = self._build_list_card("Recent runs", self._runs, box, self._all_runs)
        self._file_card = self._build_list_card("Recent files", self._files, box)
        grid.addWidget(self._run_card, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._file_card, 0, 1, Qt.AlignmentFlag.AlignTop)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        return box

    @staticmethod
    def _build_list_card(
        title: str, entries: "_EntryList", parent: QWidget, button: QWidget | None = None
    ) -> QFrame:
        card = make_card(parent)
        head = QHBoxLayout()
        head.addWidget(make_label(title, "heading", card), 1)
        if button is not None:
            head.addWidget(button)
        in_column(head, entries, of=card, margins=(16, 12, 16, 12), spacing=8)
        return card

    def _connect_signals(self) -> None:
        self.recovery_bar.offering_changed.connect(self._lead)
        self._continue.clicked.connect(self.continue_requested)
        self._open.clicked.connect(self.open_requested)
        self._sample.clicked.connect(self.sample_requested)
        self._all_runs.clicked.connect(self.runs_requested)
        self._runs.chosen.connect(self._on_run_chosen)
        self._files.chosen.connect(self._on_file_chosen)

    @Slot(object)
    def _on_run_chosen(self, entry: HomeEntry) -> None:
        self.run_chosen.emit(entry.key)

    @Slot(object)
    def _on_file_chosen(self, entry: HomeEntry) -> None:
        (self.file_chosen if entry.is_there else self.locate_requested).emit(entry.key)


class _EntryList(QListWidget):
    """Rows of entries; one is chosen by a click or with the Return key."""

    chosen = Signal(object)

    def __init__(self, role: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        describe(self, role, name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self._delegate = _EntryDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._on_item_chosen)
        self.itemActivated.connect(self._on_item_chosen)
        self._is_choosing = False

    def show_entries(self, entries: Sequence[HomeEntry]) -> None:
        """Replace the rows."""
        self.clear()
        for entry in entries:
            item = QListWidgetItem(f"{entry.title}: {entry.detail}")
            item.setData(_ENTRY, entry)
            item.setToolTip(as_plain(entry.tip))
            self.addItem(item)
        seen = min(max(len(entries), 1), ROWS_SEEN)
        self.setFixedHeight(seen * scaled(ROW_HEIGHT) + 2 * self.frameWidth())

    @Slot(QListWidgetItem)
    def _on_item_chosen(self, item: QListWidgetItem) -> None:
        if not self._is_choosing:  # a style may activate by the same click
            self._is_choosing = True
            self.chosen.emit(item.data(_ENTRY))
            self._is_choosing = False


class _EntryDelegate(QStyledItemDelegate):
    """Paint the name, what is known below it, and a small curve at the end."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the height of two lines."""
        return QSize(scaled(160), scaled(ROW_HEIGHT))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one entry."""
        entry = index.data(_ENTRY)
        palette = current_palette()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        state = option.state
        for flag, colour in (
            (QStyle.StateFlag.State_Selected, palette.selection),
            (QStyle.StateFlag.State_MouseOver, palette.hover),
        ):
            if state & flag:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colour))
                painter.drawRoundedRect(rect, 6, 6)
                break
        inside = rect.adjusted(scaled(8), scaled(4), -scaled(8), -scaled(4))
        if entry.curve:
            width, height = map(scaled, CURVE)
            place = QRectF(inside.right() - width, inside.center().y() - height / 2, width, height)
            paint_curve(painter, place, entry.curve, QColor(palette.accent))
            inside.setRight(inside.right() - width - scaled(12))
        half = inside.height() // 2
        lines = (
            (inside.adjusted(0, 0, 0, -half), entry.title, palette.foreground, True),
            (inside.adjusted(0, half, 0, 0), entry.detail, palette.faint, False),
        )
        for place_of_line, text, colour, is_title in lines:
            font = QFont(option.font)
            font.setWeight(QFont.Weight.DemiBold if is_title else QFont.Weight.Normal)
            painter.setFont(font)
            painter.setPen(QColor(colour if entry.is_there else palette.faint))
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideMiddle, place_of_line.width()
            )
            painter.drawText(place_of_line, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()
