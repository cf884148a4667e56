"""One manner for the tables: whole rows, nothing of a spreadsheet, one model with columns as data.

What the records are, and what a column says of one, is the affair of each table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from app.shared.direction import TextDelegate
from app.shared.formatting import format_count
from app.shared.labels import as_plain
from app.shared.theme import current_palette, scaled

ROW_HEIGHT = 30  # px
CELL_PADDING = 24  # px, left and right of a cell's text together

_ROW_PADDING = 10  # pixels
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_NUMBER_ROLES = {  # of a column that shows the number of the row
    int(Qt.ItemDataRole.DisplayRole),
    int(Qt.ItemDataRole.ToolTipRole),
    int(Qt.ItemDataRole.AccessibleTextRole),
}

Index: TypeAlias = QModelIndex | QPersistentModelIndex
RecordT = TypeVar("RecordT")


def prepare_rows(table: QTableView) -> None:
    """Make `table` read-only, with whole rows and no grid, each cell in its text's direction."""
    table.setItemDelegate(TextDelegate(table))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setCornerButtonEnabled(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setTextElideMode(Qt.TextElideMode.ElideRight)
    font = header.font()
    font.setWeight(QFont.Weight.DemiBold)  # as the style paints it: a heading is cut by its width
    header.setFont(font)


def prepare_table(table: QTableView) -> None:
    """Make `table` read-only with whole rows, of one height so that any number scrolls fast."""
    prepare_rows(table)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.setWordWrap(False)
    table.setAlternatingRowColors(False)
    rows = table.verticalHeader()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(scaled(ROW_HEIGHT))
    table.horizontalHeader().setMinimumSectionSize(40)


class RecordTable(QTableView):
    """Show rows that are selected whole and copied as text.

    Signals
    -------
    editing_ended()
        A cell is not written in any more; what was written was taken over or given up.
    """

    editing_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placeholder = ""
        self._samples: dict[int, str] = {}
        self._fitted: dict[int, int] = {}  # column -> width
        prepare_rows(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + _ROW_PADDING)
        self._copy_shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        self._copy_shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._copy_shortcut.activated.connect(self.copy_selected)

    @property
    def is_edited(self) -> bool:
        """Whether a cell is being written in: to replace the rows would lose it."""
        return self.state() == QAbstractItemView.State.EditingState

    @property
    def placeholder(self) -> str:
        """What is said while no row is shown."""
        return self._placeholder

    def set_placeholder(self, text: str) -> None:
        """Say `text` while there are no rows, or none is shown."""
        self._placeholder = text
        self.viewport().update()

    def fit_columns(self, samples: Mapping[int, str]) -> None:
        """Make columns wide enough for heading and sample, also in each style put on later."""
        self._samples |= samples
        self._fit()

    def fitted_width(self, column: int) -> int:
        """Return the width that heading and sample need."""
        return self._fitted[column]

    def _fit(self) -> None:
        """Fit the columns that have their fitted width; nobody has chosen another for them."""
        header = self.horizontalHeader()
        header.ensurePolished()  # the style says how much room a heading needs
        for column, sample in self._samples.items():
            cell = self.fontMetrics().horizontalAdvance(sample) + CELL_PADDING
            width = max(header.sectionSizeHint(column), cell)
            present = self.columnWidth(column)
            if self.isColumnHidden(column) or present == self._fitted.get(column, present):
                self.setColumnWidth(column, width)
            self._fitted[column] = width

    def changeEvent(self, event: QEvent) -> None:
        """Fit the columns to another style."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def selected_rows(self) -> list[int]:
        """Return the selected rows from top to bottom."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def text_of_rows(self, rows: Sequence[int]) -> str:
        """Return the rows as lines of cells with tabs between them."""
        model = self.model()
        columns = range(model.columnCount())
        return "\n".join(
            "\t".join(str(model.index(row, column).data() or "") for column in columns)
            for row in rows
        )

    @Slot()
    def copy_selected(self) -> None:
        """Put the selected rows on the clipboard; nothing selected leaves it alone."""
        text = self.text_of_rows(self.selected_rows())
        if text:
            QGuiApplication.clipboard().setText(text)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Close it as Qt does, and tell."""
        super().closeEditor(editor, hint)
        self.editing_ended.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, or the placeholder where there are none."""
        super().paintEvent(event)
        if not self._placeholder or self.verticalHeader().length() > 0:
            return
        painter = QPainter(self.viewport())
        painter.setPen(QColor(current_palette().faint))  # the palette's own would be half as strong
        area = self.viewport().rect().adjusted(24, 4, -24, -4)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, self._placeholder)
        painter.end()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[RecordT]):
    """One column of a table as data: what stands in its cell for a record, and how."""

    title: str
    tip: str = ""  # of the title
    text: Callable[[RecordT], str] | None = None  # None: the number of the row, from 1
    tooltip: Callable[[RecordT], str] | None = None  # of a cell
    sort_key: Callable[[RecordT], Any] | None = None  # None: by the text
    editable: Callable[[RecordT], str] | None = None  # what is written over; None: nothing is
    is_number: bool = False  # numbers stand at the right
    title_alignment: Qt.AlignmentFlag | None = None  # None: as the cells
    roles: Mapping[int, Callable[[RecordT], object]] = field(default_factory=dict)  # others of Qt's

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        """Where the cells stand."""
        side = Qt.AlignmentFlag.AlignRight if self.is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def readers(self) -> dict[int, Callable[[RecordT], object]]:
        """Return what answers each of Qt's roles for a record."""
        role = Qt.ItemDataRole
        named = {
            role.DisplayRole: self.text,
            role.ToolTipRole: self.tooltip,
            role.EditRole: self.editable,
        }
        return {int(key): read for key, read in (named | dict(self.roles)).items() if read}


class RowsModel(QAbstractTableModel, Generic[RecordT]):
    """Records as rows, a cell asking its column for what it shows.

    A record is fetched only where a cell needs it, so that `set_rows` may be given a sequence
    of millions that makes its records when they are seen.
    The preview of a file has a model of its own: its columns are those of the file.

    Attributes
    ----------
    columns : tuple of Column
        From left to right.
    rows : sequence
        The records from top to bottom.
    is_editable : bool
        Whether columns with something to write over may be written in.

    Signals
    -------
    edited(object, int, str)
        The person wrote other text over the cell of a record in a column; the row changes when
        its owner shows it anew.
    """

    edited = Signal(object, int, str)

    def __init__(self, columns: Iterable[Column[RecordT]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: Sequence[RecordT] = []
        self.is_editable = True
        self._readers = [column.readers() for column in self.columns]
        self._alignments = [column.alignment for column in self.columns]
        self._order: tuple[int, bool] | None = None  # the column and whether it falls
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    def set_rows(self, rows: Sequence[RecordT]) -> None:
        """Show `rows` in place of the present ones, in the order that was asked for."""
        self.beginResetModel()
        self.rows = rows
        if self._order is not None:
            column, is_falling = self._order
            self.rows = sorted(rows, key=self._sort_key(column), reverse=is_falling)
        self.endResetModel()

    def append_rows(self, records: Sequence[RecordT]) -> None:
        """Add `records` below, in the order given."""
        first = len(self.rows)
        self.beginInsertRows(QModelIndex(), first, first + len(records) - 1)
        if not isinstance(self.rows, list):
            self.rows = list(self.rows)
        self.rows.extend(records)
        self.endInsertRows()

    def remove_last_row(self) -> None:
        """Take the lowest row away."""
        last = len(self.rows) - 1
        self.beginRemoveRows(QModelIndex(), last, last)
        self.rows = list(self.rows)[:last]
        self.endRemoveRows()

    def replace_row(self, row: int, record: RecordT) -> None:
        """Show another record in `row`, of a list that `append_rows` made."""
        if isinstance(self.rows, list):
            self.rows[row] = record
        self._announce(row, row)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows by `column`, now and whenever others come."""
        self._order = column, order == Qt.SortOrder.DescendingOrder
        self.set_rows(self.rows)

    def _sort_key(self, column: int) -> Callable[[RecordT], Any]:
        text = self.columns[column].text or str
        return self.columns[column].sort_key or (lambda record: text(record).casefold())

    def _announce(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    @Slot()
    def _on_scheme_changed(self) -> None:
        if len(self.rows):
            self._announce(0, len(self.rows) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of records."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let be written over what a column says can be."""
        flags = super().flags(index)
        if self.is_editable and self.columns[index.column()].editable is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what one cell shows."""
        if not index.isValid():
            return None
        column = index.column()
        read = self._readers[column].get(role)
        if read is not None:
            shown = read(self.rows[index.row()])
            return as_plain(shown) if role == _TIP and isinstance(shown, str) else shown
        if role == _ALIGNMENT:
            return self._alignments[column]
        is_number = role in _NUMBER_ROLES and self.columns[column].text is None
        return format_count(index.row() + 1) if is_number else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell that other text was written over a cell."""
        text = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or text == self.data(index, role):
            return False
        self.edited.emit(self.rows[index.row()], index.column(), text)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title or its explanation."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_plain(column.tip) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.title_alignment or column.alignment
        return None
