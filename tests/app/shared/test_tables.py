"""The one model with columns as data, and columns with room for what stands in them."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QStandardItemModel
from pytestqt.qtbot import QtBot

from app.shared.tables import Column, RecordTable, RowsModel

Role = Qt.ItemDataRole
HORIZONTAL = Qt.Orientation.Horizontal
PLACE, WORD, LENGTH = range(3)
COLUMNS: tuple[Column[str], ...] = (
    Column(title="#", is_number=True, title_alignment=Qt.AlignmentFlag.AlignCenter),
    Column(
        title="Word",
        tip="As typed",
        text=str.upper,
        tooltip=lambda word: f"“{word}”",
        editable=str,
        roles={Role.UserRole: len},
    ),
    Column(title="Length", text=lambda word: str(len(word)), sort_key=len, is_number=True),
)


@pytest.fixture
def model(qtbot: QtBot) -> RowsModel[str]:
    model = RowsModel(COLUMNS)
    model.set_rows(["pear", "fig", "mirabelle"])
    return model


def column(model: RowsModel[str], number: int) -> list[str]:
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_that_each_column_says_what_stands_in_its_cells(model: RowsModel[str]) -> None:
    cells = [column(model, number) for number in range(model.columnCount())]

    assert cells == [["1", "2", "3"], ["PEAR", "FIG", "MIRABELLE"], ["4", "3", "9"]]


def test_that_a_cell_has_a_tooltip_and_answers_roles_of_its_column(model: RowsModel[str]) -> None:
    cell = model.index(0, WORD)

    assert (cell.data(Role.ToolTipRole), cell.data(Role.UserRole)) == ("“pear”", 4)
    assert model.index(0, LENGTH).data(Role.ToolTipRole) is None
    assert model.index(2, PLACE).data(Role.ToolTipRole) == "3"


def test_that_numbers_stand_at_the_right_and_titles_over_them(model: RowsModel[str]) -> None:
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

    assert model.index(0, LENGTH).data(Role.TextAlignmentRole) == right
    titles = [model.headerData(n, HORIZONTAL, Role.TextAlignmentRole) for n in (PLACE, LENGTH)]
    assert titles == [Qt.AlignmentFlag.AlignCenter, right]


def test_that_a_title_is_explained_where_there_is_something_to_say(model: RowsModel[str]) -> None:
    assert [model.headerData(n, HORIZONTAL) for n in range(3)] == ["#", "Word", "Length"]
    tips = [model.headerData(n, HORIZONTAL, Role.ToolTipRole) for n in range(3)]
    assert tips == [None, "As typed", None]
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_that_rows_are_ordered_by_the_column_s_key_now_and_later(model: RowsModel[str]) -> None:
    model.sort(LENGTH, Qt.SortOrder.DescendingOrder)
    assert column(model, WORD) == ["MIRABELLE", "PEAR", "FIG"]

    model.set_rows(["a", "abc", "ab"])

    assert column(model, LENGTH) == ["3", "2", "1"]


def test_that_a_column_without_a_key_is_ordered_by_its_text(model: RowsModel[str]) -> None:
    model.set_rows(["b", "C", "a"])

    model.sort(WORD)

    assert column(model, WORD) == ["A", "B", "C"]


def test_that_rows_can_be_appended_and_replaced(model: RowsModel[str]) -> None:
    model.set_rows(("pear",))

    model.append_rows(["fig", "nut"])
    model.replace_row(1, "date")

    assert column(model, WORD) == ["PEAR", "DATE", "NUT"]


def test_that_other_text_over_a_cell_is_told_and_not_shown(
    qtbot: QtBot, model: RowsModel[str]
) -> None:
    with qtbot.waitSignal(model.edited) as told:
        assert model.setData(model.index(1, WORD), " a  date ")

    assert told.args == ["fig", WORD, "a date"]
    assert column(model, WORD)[1] == "FIG"


def test_that_the_same_text_over_a_cell_is_no_request(qtbot: QtBot, model: RowsModel[str]) -> None:
    with qtbot.assertNotEmitted(model.edited):
        assert not model.setData(model.index(1, WORD), " fig ")


def test_that_only_a_column_with_something_to_write_over_is_editable(
    model: RowsModel[str],
) -> None:
    editable = Qt.ItemFlag.ItemIsEditable

    assert [bool(model.index(0, n).flags() & editable) for n in range(3)] == [False, True, False]
    model.is_editable = False
    assert not model.index(0, WORD).flags() & editable


def test_that_no_record_is_made_before_a_cell_needs_it(model: RowsModel[str]) -> None:
    class Made(Sequence[str]):
        def __init__(self) -> None:
            self.places: list[object] = []

        def __len__(self) -> int:
            return 1_000_000

        def __getitem__(self, place: object) -> str:  # type: ignore[override]
            self.places.append(place)
            return "word"

    made = Made()
    model.set_rows(made)

    assert model.rowCount() == 1_000_000
    assert model.index(999_999, PLACE).data() == "1,000,000"
    assert model.index(5, WORD).data(Role.TextAlignmentRole) is not None
    assert made.places == []
    assert model.index(5, WORD).data() == "WORD"
    assert made.places == [5]


def test_that_a_change_of_the_colour_scheme_redraws_the_rows(
    qtbot: QtBot, model: RowsModel[str]
) -> None:
    with qtbot.waitSignal(model.dataChanged):
        QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)


def test_that_a_column_has_room_for_its_heading_and_for_its_cells(qtbot: QtBot) -> None:
    table, model = RecordTable(), QStandardItemModel(0, 2)
    qtbot.addWidget(table)
    model.setHorizontalHeaderLabels(["a rather long heading", "short"])
    table.setModel(model)

    table.fit_columns({0: "1", 1: "a rather long cell in the column"})

    advance = table.fontMetrics().horizontalAdvance
    assert table.columnWidth(0) > advance("a rather long heading")
    assert table.columnWidth(1) > advance("a rather long cell in the column")


def test_that_columns_are_fitted_to_a_style_put_on_later_but_not_those_chosen(qtbot: QtBot) -> None:
    table = RecordTable()
    qtbot.addWidget(table)
    table.setModel(QStandardItemModel(0, 2))
    table.fit_columns({0: "some text", 1: "some text"})
    fitted = table.columnWidth(0)
    table.setColumnWidth(1, fitted + 1)

    table.setStyleSheet("QHeaderView::section { padding: 60px; }")

    assert table.columnWidth(0) > fitted
    assert table.columnWidth(1) == fitted + 1
