"""The axis of vocabulary sizes names round sizes, and no more than have room."""

import math

from pytestqt.qtbot import QtBot

from app.widgets.budget_plot import SizeAxis


def sizes(width: float) -> list[int]:
    """Return the sizes named on an axis from 100 to 2,000 that is `width` px long."""
    [(_, ticks)] = SizeAxis("bottom").tickValues(2.0, math.log10(2000.0), width)
    return [round(10.0**tick) for tick in ticks]


def test_that_a_wide_axis_names_round_sizes(qtbot: QtBot) -> None:
    assert sizes(600.0) == [200, 500, 1000]


def test_that_sizes_do_not_overlap_on_a_narrow_axis(qtbot: QtBot) -> None:
    assert sizes(110.0) == [200, 1000]
