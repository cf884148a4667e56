"""Decimal numbers with a comma or a point, in any language."""

import pytest
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

from app.shared.fields.decimals import DecimalSpinBox


@pytest.mark.parametrize("language", ["en_US", "de_DE", "fr_FR"])
@pytest.mark.parametrize("text", ["0.5", "0,5"])
def test_that_comma_and_point_are_read_alike(qtbot: QtBot, language: str, text: str) -> None:
    spin = DecimalSpinBox()
    spin.setLocale(QLocale(language))
    spin.setRange(0.0, 10.0)
    qtbot.addWidget(spin)
    spin.selectAll()

    qtbot.keyClicks(spin, text)

    assert spin.value() == 0.5
