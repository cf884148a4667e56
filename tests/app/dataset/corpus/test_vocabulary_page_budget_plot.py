"""The plot of what each vocabulary size costs: its labels and the sizes that are named fit."""

import math

import pytest
from pytestqt.qtbot import QtBot

from app.dataset.corpus.vocabulary_page import BudgetPlot, SizeAxis
from engine import VocabularyCost

NARROWEST = (180, 240)  # px, about as in a window of 1024 by 680


def sizes(width: float) -> list[int]:
    """Return the sizes named on an axis from 100 to 2,000 that is `width` px long."""
    [(_, ticks)] = SizeAxis("bottom").tickValues(2.0, math.log10(2000.0), width)
    return [round(10.0**tick) for tick in ticks]


def test_that_a_wide_axis_names_round_sizes(qtbot: QtBot) -> None:
    assert sizes(600.0) == [200, 500, 1000]


def test_that_sizes_do_not_overlap_on_a_narrow_axis(qtbot: QtBot) -> None:
    assert sizes(110.0) == [200, 1000]


LARGE_TEXT = ((100, 0.46, 1.0), (500, 0.22, 0.5), (2200, 0.0, 0.0))
SMALL_TEXT = ((10, 0.81, 1.0), (30, 0.6, 1.0), (60, 0.4, 0.97), (100, 0.0, 0.0))


@pytest.mark.parametrize("shares", [LARGE_TEXT, SMALL_TEXT])
def test_that_the_names_of_the_curves_do_not_lie_on_each_other(
    qtbot: QtBot, shares: tuple[tuple[int, float, float], ...]
) -> None:
    plot = BudgetPlot()
    qtbot.addWidget(plot)
    plot.resize(*NARROWEST)
    plot.show_costs(
        [
            VocabularyCost(
                vocabulary_size=size, unknown_share=unknown, touched_share=touched, parameters=1
            )
            for size, unknown, touched in shares
        ]
    )
    plot.show()
    plot.grab()  # a label takes its place when it is painted

    box = plot._canvas.getPlotItem().getViewBox().sceneBoundingRect()
    touched, unknown = (
        label.mapRectToScene(label.boundingRect())
        for label in (plot._touched_label, plot._unknown_label)
    )

    assert box.left() <= touched.left() < touched.right() < box.right()
    assert box.left() <= unknown.left() < unknown.right() < box.right()
    assert touched.bottom() <= unknown.top() + 8.0  # px, of the empty edges of both
