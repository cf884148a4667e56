"""Undecodable bytes are painted on a wash, in light and in dark."""

import dataclasses

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QTableView
from pytestqt.qtbot import QtBot

from app.dataset.file.preview import MARK, DamageDelegate, PreviewModel
from app.shared.theme import DARK, LIGHT, Theme
from tests.app.support.dataset_fakes import PREVIEW


def colours(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }


@pytest.mark.parametrize("choice", ["light", "dark"])
@pytest.mark.parametrize("is_damaged", [True, False])
def test_that_only_a_damaged_cell_is_painted_with_the_warning_wash(
    qtbot: QtBot, qapp: QApplication, choice: str, is_damaged: bool
) -> None:
    theme = Theme(qapp)
    theme.choose(choice)  # type: ignore[arg-type]
    model, table = PreviewModel(), QTableView()
    qtbot.addWidget(table)
    delegate = DamageDelegate(table)
    cells = frozenset({(0, 0)}) if is_damaged else frozenset()
    model.show_preview(dataclasses.replace(PREVIEW, rows=(("It‹92›s", ""),), damaged_cells=cells))
    table.setModel(model)
    table.setItemDelegate(delegate)

    seen = colours(table.grab().toImage())

    wash = (DARK if choice == "dark" else LIGHT).warning_wash
    assert (QColor(wash).name() in seen) is is_damaged
    theme.choose("light")


def test_that_a_mark_is_told_from_other_quotes() -> None:
    assert MARK.findall("a ‹92› ‹b› ‹D83D› ‹no›") == ["‹92›", "‹D83D›"]
