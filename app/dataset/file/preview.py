"""The first rows of a file as it would be read, damaged bytes marked, and the rows refused."""

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHeaderView,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.dataset.file.encoding_choice import EncodingChoice
from app.dataset.file.refused_rows import CELL_LENGTH, ItemRole, ProblemPanel
from app.shared.direction import TextDelegate
from app.shared.formatting import counted, format_bytes, format_count, shorten
from app.shared.labels import as_plain, describe, make_label, make_splitter
from app.shared.layouts import in_column
from app.shared.tables import Index, prepare_table
from app.shared.theme import current_palette, scaled

if TYPE_CHECKING:
    from app.dataset.file.description import TextSize
    from engine import CsvPreview, RowProblem

NARROW, WIDE = 120, 480  # px, of a column that is not the text and of the text
MOST_STRETCHED = 6  # columns; more of them scroll
HEIGHTS = [480, 200]  # px, of the rows and of the refused rows
OUTDATED = "These rows were read before: the chosen file cannot be used as it is."
_KINDS = {
    "table": ("row", ""),
    "json": ("object", " of JSON, a column for each key"),
    "lines": ("line", " of text: each line is a document"),
    "paragraphs": ("paragraph", " of text: each is a document, a blank line ends it"),
}

DAMAGE_ROLE = ItemRole.UserRole + 1  # whether a cell has bytes that were not decoded
TIP_LENGTH = 1500
DAMAGE_TIP = "A number such as ‹92› stands for a byte that is no letter in this encoding.\n\n"

HEADER_TIP = "Click: this column is the text. Ctrl+click: this one as well, or no longer"
NUMBER = re.compile(r"[-+−]?[\d.,\s]*\d[\d.,]*(?:[eE][-+]?\d+)?\s*%?")
MARK = re.compile("(‹[0-9A-F]{2,4}›)")  # as the engine writes them
MARGIN = 3  # px that Qt leaves beside a cell's text
FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class PreviewPage(QWidget):
    """Show a `CsvPreview`.

    Signals
    -------
    save_requested(object)
        The refused rows are to be saved.
    encoding_chosen(str)
        The file is to be read in this encoding.
    column_chosen(int), column_toggled(int)
        A column's title was clicked, or with Ctrl: it is the text, or it is text as well.
    """

    save_requested = Signal(object)
    encoding_chosen = Signal(str)
    column_chosen = Signal(int)
    column_toggled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview: CsvPreview | None = None
        self._model = PreviewModel(self)
        self._note = make_label("", "hint", self, wrap=True, name="dataset.preview_note")
        self._doubt_note = make_label("", "warning", self, wrap=True, name="dataset.doubt_note")
        self._doubt_note.hide()
        self._damage_note = make_label("", "warning", self, wrap=True, name="dataset.damage_note")
        self._damage_note.hide()
        self._encodings = EncodingChoice(self)
        self._problems = ProblemPanel("preview_", self, is_wide=True)
        rows = self._build_table()
        splitter = make_splitter(Qt.Orientation.Vertical, rows, self._problems, parent=self)
        splitter.setHandleWidth(12)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes(HEIGHTS)
        in_column(
            self._note,
            self._doubt_note,
            self._damage_note,
            self._encodings,
            (splitter, 1),
            of=self,
            margins=(0, 12, 0, 0),
            spacing=8,
        )
        self._problems.line_chosen.connect(self._on_line_chosen)
        self._problems.save_requested.connect(self.save_requested)
        self._encodings.encoding_chosen.connect(self.encoding_chosen)

    def show_preview(
        self,
        preview: "CsvPreview",
        columns: tuple[int, ...],
        *,
        stops: bool = False,
        size: "TextSize | None" = None,
    ) -> None:
        """Show the rows of `preview` with the text in `columns`; `size` is that of the file."""
        self._preview = preview
        self._model.show_preview(preview)
        noun, explanation = _KINDS[preview.kind]
        self._note.setText(
            f"The first {counted(len(preview.rows), noun)}{size_text(preview, size)}{explanation}. "
            f"Does the text look right? Then press Prepare.{entities_text(preview)}"
            if preview.rows
            else "No rows were found with these options."
        )
        doubt = doubt_text(preview.doubts)
        self._doubt_note.setText(doubt)
        self._doubt_note.setVisible(bool(doubt))
        damage = damage_text(preview)
        self._damage_note.setText(damage)
        self._damage_note.setVisible(bool(damage))
        self._encodings.show_readings(preview.encoding_readings)
        self._problems.show_problems(preview.problems, "")
        self.show_policy(stops=stops)
        self.set_text_columns(columns)

    def texts(self) -> tuple[str, ...]:
        """Return the texts of the rows shown."""
        if self._preview is None:
            return ()
        columns = self._model.text_columns()
        return tuple(
            "\n\n".join(row[column] for column in columns if column < len(row))
            for row in self._preview.rows
        )

    def show_outdated(self) -> None:
        """Say that the rows shown are not those of the chosen file, which cannot be read."""
        if self._preview is not None:
            self._note.setText(OUTDATED)

    def show_policy(self, *, stops: bool) -> None:
        """Say whether the refused rows are left out or stop the preparation."""
        if self._preview is None or not self._preview.problems:
            return
        self._problems.show_heading(problem_heading(self._preview.problems, stops=stops))

    def set_text_columns(self, columns: tuple[int, ...]) -> None:
        """Let `columns` stand out and give them the room."""
        self._model.set_text_columns(columns)
        header, mode = self._table.horizontalHeader(), QHeaderView.ResizeMode
        has_room = self._model.columnCount() <= MOST_STRETCHED
        for section in range(self._model.columnCount()):
            is_text = section in columns
            header.setSectionResizeMode(
                section, mode.Stretch if is_text and has_room else mode.Interactive
            )
            if not (is_text and has_room):
                self._table.setColumnWidth(section, scaled(WIDE if is_text else NARROW))
        self._table.scrollTo(self._model.index(0, max(min(columns, default=0), 0)))

    def _build_table(self) -> QTableView:
        self._table = describe(
            QTableView(self),
            "dataset.preview_table",
            "First rows of the file",
            "The first rows of the file, as they are read with the options on the left, "
            "each with its line in the file",
        )
        self._table.setModel(self._model)
        prepare_table(self._table)
        self._delegate = DamageDelegate(self._table)  # the view does not keep its delegate alive
        self._table.setItemDelegate(self._delegate)
        self._table.verticalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self._table.verticalHeader().show()
        self._label_lines()
        header = self._table.horizontalHeader()
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._on_header_clicked)
        return self._table

    def _label_lines(self) -> None:
        """Say above the numbers at the left what they are."""
        corner = self._table.findChild(QAbstractButton)  # of Qt's own; it has no text to set
        if corner is not None:
            label = make_label("Line", "caption", corner, name="dataset.line_label")
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setContentsMargins(0, 0, scaled(6), 0)
            in_column(label, of=corner, margins=0)

    @Slot(int)
    def _on_header_clicked(self, section: int) -> None:
        self._table.clearSelection()
        is_added = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
        (self.column_toggled if is_added else self.column_chosen).emit(section)

    @Slot(int)
    def _on_line_chosen(self, line: int) -> None:
        row = self._model.row_of_line(line)
        if row >= 0:
            self._table.selectRow(row)


def size_text(preview: "CsvPreview", size: "TextSize | None") -> str:
    """Return how large the whole file is, such as " of about 1,000 (112 kB)"."""
    if size is None:
        return ""
    lines = preview.row_lines
    if size.lines is None or len(lines) < 2 or lines[-1] <= lines[0]:
        return f" ({format_bytes(size.bytes)})"
    lines_per_row = (lines[-1] - lines[0]) / (len(lines) - 1)
    rows = round((size.lines - lines[0] + 1) / lines_per_row)
    if rows <= len(preview.rows) + 1:  # they are all here
        return f" ({format_bytes(size.bytes)})"
    digits = max(0, len(str(rows)) - 2)  # it is not counted, so two digits of it are enough
    return f" of about {format_count(round(rows, -digits))} ({format_bytes(size.bytes)})"


def entities_text(preview: "CsvPreview") -> str:
    """Say that the text has HTML entities, or that they were decoded; "" where there are none."""
    if not preview.entities:
        return ""
    count = counted(preview.entities, "HTML entity", "HTML entities")
    if preview.are_entities_decoded:
        return f" {count} here {'is' if preview.entities == 1 else 'are'} shown decoded."
    return (
        f" {count} here, such as &gt; for >: press “change” on the left and tick “Decode HTML "
        "entities” to read what their authors wrote."
    )


def problem_heading(problems: "Sequence[RowProblem]", *, stops: bool) -> str:
    """Tell how many rows cannot be read, and what becomes of them; how many lines are no rows."""
    repaired = sum(problem.is_repaired for problem in problems)
    others = sum(problem.is_no_row for problem in problems)
    refused = len(problems) - repaired - others
    parts = []
    if refused == 1:
        fate = "the preparation would stop there" if stops else "it would be left out"
        parts.append(f"1 row here cannot be read: {fate}")
    elif refused:
        fate = "the preparation would stop at the first" if stops else "they would be left out"
        parts.append(f"{format_count(refused)} rows here cannot be read: {fate}")
    if others:
        are = "is no row" if others == 1 else "are no rows"
        parts.append(f"{counted(others, 'line')} here {are} of the table")
    if repaired:
        parts.append(f"{counted(repaired, 'row')} here {'is' if repaired == 1 else 'are'} mended")
    return "; ".join(parts)


def doubt_text(doubts: Sequence[str], name: str = "this file") -> str:
    """Say what is doubtful in how a file is read; "" where nothing is."""
    if not doubts:
        return ""
    return (
        f"Check how {name} is read: {'; '.join(doubts)}. Delimiter, quotes, header "
        "and the lines above the table can be chosen on the left."
    )


def damage_text(preview: "CsvPreview") -> str:
    """Say what the marked numbers are; "" where there are none."""
    if preview.undecodable_bytes:
        return (
            f"{counted(preview.undecodable_bytes, 'byte')} here cannot be read as "
            f"{preview.encoding}; each is shown by its number, such as ‹92›. "
            "Choose another encoding until no number is left; rows with one are refused."
        )
    if preview.control_characters:
        return (
            f"{counted(preview.control_characters, 'control character')} here, shown by number, "
            f"such as ‹92›: the encoding is probably not {preview.encoding}. Try cp1252."
        )
    return ""


class PreviewModel(QAbstractTableModel):
    """The first rows of a file; the text columns stand out, the others are faint."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._rows: tuple[tuple[str, ...], ...] = ()
        self._row_lines: tuple[int, ...] = ()
        self._damaged: Collection[tuple[int, int]] = ()
        self._text_columns: Collection[int] = ()
        self._number_columns: Collection[int] = ()

    def show_preview(self, preview: "CsvPreview | None") -> None:
        """Show the rows of `preview` in place of the present ones."""
        self.beginResetModel()
        self._columns = () if preview is None else preview.columns
        self._rows = () if preview is None else preview.rows
        self._row_lines = () if preview is None else preview.row_lines
        self._damaged = () if preview is None else preview.damaged_cells
        self._text_columns = () if preview is None else (preview.guessed_column,)
        self._number_columns = number_columns(self._rows, len(self._columns))
        self.endResetModel()

    def text_columns(self) -> Collection[int]:
        """Return the columns that hold the text."""
        return self._text_columns

    def set_text_columns(self, columns: Collection[int]) -> None:
        """Let other columns stand out."""
        self._text_columns = columns
        if self._rows and self._columns:
            last = self.index(len(self._rows) - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def row_of_line(self, line: int) -> int:
        """Return the row that begins at a line of the file, -1 if it is not shown."""
        return self._row_lines.index(line) if line in self._row_lines else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns of the file."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = ItemRole.DisplayRole) -> Any:
        """Return a cell; a short row has empty cells at its end."""
        row = self._rows[index.row()]
        text = row[index.column()] if index.column() < len(row) else ""
        if role == ItemRole.DisplayRole:
            return shorten(text, CELL_LENGTH)
        if role == ItemRole.TextAlignmentRole:
            return self._alignment(index.column())
        is_damaged = (index.row(), index.column()) in self._damaged
        if role == DAMAGE_ROLE:
            return is_damaged
        if role == ItemRole.ToolTipRole:
            return as_plain((DAMAGE_TIP if is_damaged else "") + text[:TIP_LENGTH])
        if role == ItemRole.ForegroundRole:
            palette = current_palette()
            is_text = index.column() in self._text_columns
            return QColor(palette.foreground if is_text else palette.faint)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = ItemRole.DisplayRole
    ) -> Any:
        """Return a column's name, marked if it is text, or the line where a row begins."""
        if orientation is Qt.Orientation.Vertical:
            return self._line_data(section, role)
        is_text = section in self._text_columns
        if role == ItemRole.DisplayRole:
            name = shorten(self._columns[section], 40)
            says_so = name.strip().casefold() == "text"
            return f"{name}  (text)" if is_text and not says_so else name
        if role == ItemRole.FontRole and is_text:
            font = QFont()
            font.setBold(True)
            return font
        if role == ItemRole.TextAlignmentRole:
            return self._alignment(section)
        if role == ItemRole.ToolTipRole:
            return HEADER_TIP
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        is_number = column in self._number_columns
        side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _line_data(self, row: int, role: int) -> Any:
        line = self._row_lines[row] if row < len(self._row_lines) else row + 1
        if role == ItemRole.ToolTipRole:
            return f"Line {format_count(line)} of the file"
        return str(line) if role == ItemRole.DisplayRole else None


def number_columns(rows: Sequence[Sequence[str]], count: int) -> frozenset[int]:
    """Return which of `count` columns hold nothing but numbers, and at least one."""
    found = set()
    for column in range(count):
        cells = [row[column].strip() for row in rows if column < len(row)]
        filled = list(filter(None, cells))
        if filled and all(NUMBER.fullmatch(cell) for cell in filled):
            found.add(column)
    return frozenset(found)


class DamageDelegate(TextDelegate):
    """Paint cells that offer `DAMAGE_ROLE` part by part; others as usual."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the cell's background as usual, its text with the marks standing out."""
        if not index.data(DAMAGE_ROLE):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        widget: QWidget = option.widget
        style = widget.style()
        area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, option, widget)
        area = area.adjusted(MARGIN, 0, -MARGIN, 0)
        metrics = option.fontMetrics
        text = metrics.elidedText(option.text, Qt.TextElideMode.ElideRight, area.width())
        option.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        painter.setFont(option.font)
        plain = option.palette.color(QPalette.ColorRole.Text)
        self._paint_parts(painter, option, area, text, plain)
        painter.restore()

    @staticmethod
    def _paint_parts(
        painter: QPainter, option: QStyleOptionViewItem, area: QRect, text: str, plain: QColor
    ) -> None:
        palette, metrics = current_palette(), option.fontMetrics
        left = area.left()
        for part in MARK.split(text):
            width = metrics.horizontalAdvance(part)
            cell = QRect(left, area.top(), width, area.height())
            if MARK.fullmatch(part):
                top = area.top() + (area.height() - metrics.height()) // 2
                wash = QRect(left, top, width, metrics.height())
                painter.fillRect(wash, QColor(palette.warning_wash))
                painter.setPen(QColor(palette.warning))
            else:
                painter.setPen(plain)
            painter.drawText(cell, FLAGS, part)
            left += width
