"""The first rows of a file and its refused rows as tables."""

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.dataset.file.preview import DAMAGE_ROLE, PreviewModel
from app.dataset.file.refused_rows import problem_columns
from app.shared.tables import RowsModel
from app.shared.theme import current_palette
from tests.app.support.dataset_fakes import PREVIEW, PROBLEM

Role = Qt.ItemDataRole
HORIZONTAL = Qt.Orientation.Horizontal


def shown(**changes: object) -> PreviewModel:
    model = PreviewModel()
    model.show_preview(dataclasses.replace(PREVIEW, **changes))  # type: ignore[arg-type]
    return model


def test_that_the_text_column_is_named_in_its_header() -> None:
    model = shown()

    assert model.headerData(1, HORIZONTAL) == "body  (text)"
    assert model.headerData(0, HORIZONTAL) == "author"


def test_that_another_column_can_be_the_text() -> None:
    model = shown()

    model.set_text_columns((0,))

    assert model.headerData(0, HORIZONTAL) == "author  (text)"
    foreground = model.index(0, 0).data(Role.ForegroundRole)
    assert foreground == QColor(current_palette().foreground)


def test_that_joined_columns_are_both_named_as_text() -> None:
    model = shown()

    model.set_text_columns((0, 1))

    headers = [model.headerData(column, HORIZONTAL) for column in range(2)]
    assert headers == ["author  (text)", "body  (text)"]


def test_that_each_row_is_headed_by_its_line_in_the_file() -> None:
    model = shown(row_lines=(2, 7))

    lines = [model.headerData(row, Qt.Orientation.Vertical) for row in range(2)]

    assert lines == ["2", "7"]
    assert (model.row_of_line(7), model.row_of_line(3)) == (1, -1)


def test_that_a_cell_with_undecodable_bytes_says_what_the_numbers_are() -> None:
    model = shown(rows=(("ann", "It‹92›s"),), damaged_cells=frozenset({(0, 1)}))

    assert model.index(0, 1).data(DAMAGE_ROLE)
    assert not model.index(0, 0).data(DAMAGE_ROLE)
    assert "stands for a byte" in model.index(0, 1).data(Role.ToolTipRole)


def test_that_a_short_row_has_empty_cells() -> None:
    model = shown(rows=(("only one",),))

    assert model.index(0, 1).data() == ""


def test_that_a_text_of_several_lines_is_shown_on_one_and_whole_in_the_tooltip() -> None:
    model = shown(rows=(("ann", "one\ntwo"),))

    assert model.index(0, 1).data() == "one two"
    assert model.index(0, 1).data(Role.ToolTipRole) == "one\ntwo"


def test_that_no_preview_is_an_empty_table() -> None:
    model = PreviewModel()
    model.show_preview(None)

    assert (model.rowCount(), model.columnCount()) == (0, 0)


def test_that_a_refused_row_has_its_line_reason_and_beginning() -> None:
    model = RowsModel(problem_columns())
    model.set_rows([PROBLEM])

    row = [model.index(0, column).data() for column in range(model.columnCount())]

    assert row == ["12", "3 fields instead of 2", "ann,hello,there"]


def test_that_a_column_called_text_is_not_called_so_twice() -> None:
    model = shown(columns=("author", "Text"))

    assert model.headerData(1, HORIZONTAL) == "Text"
    assert model.headerData(1, HORIZONTAL, Role.FontRole).bold()
