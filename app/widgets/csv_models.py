"""The first rows of a file, and its refused rows, as tables."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from app.shared.formatting import format_count, shorten
from app.shared.theme import current_palette

if TYPE_CHECKING:
    from engine import CsvPreview, RowProblem

Index: TypeAlias = QModelIndex | QPersistentModelIndex
ItemRole = Qt.ItemDataRole

DAMAGE_ROLE = ItemRole.UserRole + 1  # whether a cell has bytes that were not decoded
CELL_LENGTH = 300  # characters shown of one cell
TIP_LENGTH = 1500
DAMAGE_TIP = "A number such as ‹92› stands for a byte that is no letter in this encoding.\n\n"


class PreviewModel(QAbstractTableModel):
    """The first rows of a file; the text columns stand out, the others are faint."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._rows: tuple[tuple[str, ...], ...] = ()
        self._row_lines: tuple[int, ...] = ()
        self._damaged: Collection[tuple[int, int]] = ()
        self._text_columns: Collection[int] = ()

    def show_preview(self, preview: "CsvPreview | None") -> None:
        """Show the rows of `preview` in place of the present ones."""
        self.beginResetModel()
        self._columns = () if preview is None else preview.columns
        self._rows = () if preview is None else preview.rows
        self._row_lines = () if preview is None else preview.row_lines
        self._damaged = () if preview is None else preview.damaged_cells
        self._text_columns = () if preview is None else (preview.guessed_column,)
        self.endResetModel()

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
        is_damaged = (index.row(), index.column()) in self._damaged
        if role == DAMAGE_ROLE:
            return is_damaged
        if role == ItemRole.ToolTipRole:
            return (DAMAGE_TIP if is_damaged else "") + text[:TIP_LENGTH]
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
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _line_data(self, row: int, role: int) -> Any:
        line = self._row_lines[row] if row < len(self._row_lines) else row + 1
        if role == ItemRole.ToolTipRole:
            return f"Line {format_count(line)} of the file"
        return str(line) if role == ItemRole.DisplayRole else None


class ProblemModel(QAbstractTableModel):
    """The refused rows: where, why, and how each begins."""

    HEADERS = ("Line", "Why it was refused", "Its beginning")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[RowProblem, ...] = ()

    def show_problems(self, problems: "Sequence[RowProblem]") -> None:
        """Show `problems` in place of the present ones."""
        self.beginResetModel()
        self._problems = tuple(problems)
        self.endResetModel()

    @property
    def problems(self) -> "tuple[RowProblem, ...]":
        """The rows that are shown."""
        return self._problems

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of refused rows."""
        return 0 if parent.isValid() else len(self._problems)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return line, reason and text: three."""
        return 0 if parent.isValid() else len(self.HEADERS)

    def data(self, index: Index, role: int = ItemRole.DisplayRole) -> Any:
        """Return one part of a refused row."""
        problem = self._problems[index.row()]
        if role == ItemRole.DisplayRole:
            line, text = format_count(problem.line), shorten(problem.text, CELL_LENGTH)
            return (line, problem.reason, text)[index.column()]
        if role == ItemRole.ToolTipRole:
            return f"Line {format_count(problem.line)}: {problem.reason}\n{problem.text}"
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = ItemRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == ItemRole.DisplayRole:
            return self.HEADERS[section]
        if role == ItemRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None
