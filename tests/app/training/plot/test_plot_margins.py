"""What stands around the curves: names in the margin, the strip of the rate, the box of values."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from pyqtgraph import InfiniteLine, PlotDataItem, PlotWidget
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from app.training.plot.loss_history import LossHistory
from app.training.plot.loss_plot import LossPlot
from app.training.plot.reference_lines import Reference, apart
from tests.app.support.runs_fakes import run_curve
from tests.app.support.training_fakes import epoch_done, halved, loss_point
from tests.engine.support.run_infos import run_info


@pytest.fixture
def plot(qtbot: QtBot) -> LossPlot:
    plot = LossPlot(LossHistory())
    plot.resize(700, 400)
    qtbot.addWidget(plot)
    plot.show()
    for step in range(1, 300):
        plot.history.append(loss_point(step, 9.0 - step / 50))
    plot.redraw()
    plot.grab()
    return plot


def references(*losses: float) -> list[Reference]:
    return [
        Reference(loss=loss, name=f"a mark at {loss:.2f}", text="", is_goal=False)
        for loss in losses
    ]


@pytest.mark.parametrize("width", [460, 700, 1400])
@pytest.mark.parametrize(
    "losses",
    [
        (8.99, 6.0, 4.14, 3.91, 2.35),
        (5.0, 5.001, 5.002, 5.003),
        (8.9, 8.95, 8.99, 3.01, 3.02, 3.03),
        (math.log(2), 40.0),
    ],
)
def test_that_no_name_lies_over_another_or_over_the_curves(
    plot: LossPlot, losses: tuple[float, ...], width: int
) -> None:
    plot.resize(width, 300)
    plot.show_references(references(*losses))
    for is_log in (False, True):
        plot.findChild(QCheckBox, "training.log_scale_check").setChecked(is_log)
        QApplication.processEvents()  # the layout's turn
        low, high = plot._box.viewRange()[1]
        in_sight = [at for at in plot._lines.positions if low <= at <= high]

        places = [place for _, place in plot._lines.labels]

        assert len(places) == len(in_sight)
        assert not any(one.intersects(other) for one, other in combinations(places, 2))
        view, canvas = plot._box.sceneBoundingRect(), QRectF(plot._canvas.viewport().rect())
        assert not any(place.intersects(view) for place in places)
        assert all(canvas.contains(place) for place in places)


def test_that_another_run_is_named_in_the_margin_where_its_curve_ends(plot: LossPlot) -> None:
    run = run_info(1, name="a run with a name so long that the margin has no room for it")

    plot.show_overlay(run_curve(run, 9.0, 6.0, 5.2))
    QApplication.processEvents()

    (name, place), *others = plot._lines.labels
    assert name.startswith("a run with a name")
    assert not others
    view, canvas = plot._box.sceneBoundingRect(), QRectF(plot._canvas.viewport().rect())
    assert canvas.contains(place)
    assert not place.intersects(view)
    end = plot._box.mapViewToScene(QPointF(0.0, 5.2)).y()
    assert abs(place.center().y() - end) < place.height()
    plot.show_overlay(None)
    assert plot._lines.labels == ()


def test_that_another_run_alone_is_seen_from_its_start(qtbot: QtBot) -> None:
    plot = LossPlot(LossHistory())
    qtbot.addWidget(plot)
    plot.resize(700, 400)
    plot.show()

    plot.show_overlay(run_curve(run_info(1), 9.0, 6.0, 5.2))

    low, high = plot._box.viewRange()[1]
    assert low < 5.2
    assert high > 6.0


def test_that_names_too_many_for_the_margin_stay_in_it() -> None:
    tops = apart([5.0] * 9, 10.0, 40.0)

    assert tops == sorted(tops)
    assert min(tops) >= 0.0


def test_that_no_line_crosses_a_gap_in_the_evaluations(plot: LossPlot) -> None:
    for epoch in (1, 2, 3, 9, 10):
        plot.history.add_epoch(epoch_done(epoch, 5.0))

    plot.redraw()

    x, _ = plot._evaluated.getOriginalDataset()
    assert np.isnan(x).tolist() == [False, False, False, True, False, False]


def test_that_evaluations_of_a_sample_are_hollow_and_say_their_error(plot: LossPlot) -> None:
    sampled = replace(epoch_done(1, 5.0), is_sample=True, standard_error=0.0312, is_interim=True)
    plot.history.add_epoch(sampled)
    plot.history.add_epoch(epoch_done(2, 4.5))
    plot.redraw()

    plot._crosshair.place(100.0)

    assert list(plot._sampled.getOriginalDataset()[0]) == [100.0]
    assert "± 0.031" in plot._readout.text()
    plot._crosshair.place(250.0)
    assert "±" not in plot._readout.text()


def test_that_a_change_of_the_rate_is_read_at_its_tick(plot: LossPlot) -> None:
    plot.history.add_epoch(epoch_done(1, 6.0))
    plot.history.add_halving(halved(2, 0.00125))
    before = plot._box.sceneBoundingRect()
    plot.redraw()
    plot.grab()
    place = plot._strip._box.mapViewToScene(QPointF(200.0, math.log10(0.00125)))

    plot._crosshair._on_scene_mouse_moved(place)

    assert plot._strip.tick_positions == (200.0,)
    assert "rate changed to 0.00125" in plot._readout.text()
    plot._crosshair.place(100.0)
    assert "rate changed" not in plot._readout.text()
    assert plot._box.sceneBoundingRect() == before  # nothing moved under the pointer


@pytest.mark.parametrize("across", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("down", [0.05, 0.5, 0.95])
def test_that_the_box_of_values_is_at_the_pointer(
    plot: LossPlot, across: float, down: float
) -> None:
    view = plot._box.sceneBoundingRect()
    pointer = QPointF(view.x() + across * view.width(), view.y() + down * view.height())

    plot._crosshair._on_scene_mouse_moved(pointer)

    box = plot.findChild(QLabel, "training.readout_label").geometry()
    at = plot._canvas.mapFromScene(pointer)
    assert not box.contains(at)
    assert plot._canvas.rect().contains(box)
    assert min(abs(box.left() - at.x()), abs(box.right() - at.x())) <= 16


def test_that_every_line_is_as_thick_on_a_dense_screen(
    plot: LossPlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot.show_references(references(4.0, 6.0))

    def widths() -> list[float]:
        items = plot.findChild(PlotWidget).scene().items()
        lines = [each.pen for each in items if isinstance(each, InfiniteLine)]
        curves = [each.opts["pen"] for each in items if isinstance(each, PlotDataItem)]
        return [pen.widthF() for pen in (*lines, *curves) if pen is not None]

    plain = widths()
    monkeypatch.setattr(LossPlot, "devicePixelRatioF", lambda _: 2.0)
    plot._restyle()

    assert len(plain) >= 6
    assert sorted(widths()) == sorted(2.0 * width for width in plain)
