"""The live plot: what it draws, when, and that lines stand where their losses are."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from app.shared.theme import DARK, LIGHT
from app.training.plot.loss_history import LossHistory
from app.training.plot.loss_plot import MOST_POINTS, MOST_SYMBOLS, LossPlot
from app.training.plot.rate_strip import MOST_TICKS
from app.training.plot.reference_lines import Reference
from tests.app.support.training_fakes import epoch_done, halved, loss_point


@pytest.fixture
def plot(qtbot: QtBot) -> LossPlot:
    plot = LossPlot(LossHistory())
    plot.resize(700, 400)
    qtbot.addWidget(plot)
    plot.show()
    return plot


def fill(plot: LossPlot, count: int = 20) -> None:
    for step in range(1, count + 1):
        plot.history.append(loss_point(step, 9.0 - step / 10))
    plot.redraw()


def drawn(plot: LossPlot) -> tuple[list[float], list[float]]:
    x, y = plot._raw.getOriginalDataset()
    return ([], []) if x is None else (list(x), list(y))


def redraws(plot: LossPlot) -> list[object]:
    seen: list[object] = []
    plot._raw.sigPlotChanged.connect(seen.append)
    return seen


def test_that_new_points_are_drawn_within_an_interval(qtbot: QtBot, plot: LossPlot) -> None:
    plot.history.append(loss_point(1, 8.0))
    plot.request_redraw()

    qtbot.waitUntil(lambda: drawn(plot) == ([1.0], [8.0]))


def test_that_the_plot_keeps_its_height_when_values_are_read(plot: LossPlot) -> None:
    fill(plot)
    plot.resize(560, 400)
    readout = plot.findChild(QLabel, "training.readout_label")
    before = plot._canvas.height()

    plot._crosshair.moved.emit(10.0, QPointF(5.0, 5.0))
    plot.layout().activate()

    assert "batch loss" in readout.text()
    assert plot._canvas.height() == before


def test_that_nothing_is_redrawn_when_nothing_changed(qtbot: QtBot, plot: LossPlot) -> None:
    fill(plot)
    plot.history.take_dirty()
    seen = redraws(plot)

    plot.request_redraw()
    qtbot.waitUntil(lambda: not plot._timer.isActive())

    assert seen == []


def test_that_many_requests_are_one_redraw(qtbot: QtBot, plot: LossPlot) -> None:
    qtbot.waitUntil(lambda: not plot._timer.isActive())
    seen = redraws(plot)
    for step in range(1, 100):
        plot.history.append(loss_point(step, 8.0))
        plot.request_redraw()

    qtbot.waitUntil(lambda: not plot._timer.isActive())

    assert len(seen) == 1


def test_that_a_hidden_plot_rests_and_catches_up_when_shown(qtbot: QtBot, plot: LossPlot) -> None:
    plot.hide()
    plot.history.append(loss_point(1, 8.0))
    plot.request_redraw()
    assert not plot._timer.isActive()

    plot.show()

    qtbot.waitUntil(lambda: drawn(plot) == ([1.0], [8.0]))


def test_that_a_million_points_are_drawn_with_a_bounded_number(plot: LossPlot) -> None:
    ramp = np.arange(1_000_000)
    plot.history.batch.extend(ramp, ramp / 1000, ramp / 10, 5 + np.sin(ramp))
    plot.history.rates.extend(np.full(len(ramp), 0.01))
    for epoch in range(1000):
        plot.history.add_epoch(epoch_done(epoch, 6.0 - epoch / 1000))

    plot.redraw()

    assert len(drawn(plot)[0]) <= MOST_POINTS + 6
    assert len(plot._smoothed.getOriginalDataset()[0]) <= MOST_POINTS + 6
    assert len(plot._evaluated.getOriginalDataset()[0]) <= MOST_SYMBOLS + 6


def test_that_a_zoomed_part_is_drawn_point_by_point(plot: LossPlot) -> None:
    ramp = np.arange(100_000)
    plot.history.batch.extend(ramp, ramp / 1000, ramp / 10, 5 + np.sin(ramp))
    plot.history.rates.extend(np.full(len(ramp), 0.01))
    plot._box.setXRange(500, 600, padding=0)

    plot.redraw()

    assert drawn(plot)[0] == [float(step) for step in range(499, 602)]


def test_that_the_view_stays_where_the_user_zoomed(qtbot: QtBot, plot: LossPlot) -> None:
    fill(plot)
    plot._box.setRange(xRange=(5, 10), yRange=(7, 8), padding=0)

    fill(plot, 100)
    plot.grab()

    assert plot._box.viewRange()[0] == pytest.approx([5, 10])
    qtbot.mouseClick(
        plot.findChild(QPushButton, "training.reset_view_button"), Qt.MouseButton.LeftButton
    )
    assert plot._box.autoRangeEnabled()[0]
    low, high = plot._box.viewRange()[1]
    assert low <= -1.0 + 0.001 or low == 0.0
    assert high >= 8.9


def test_that_references_follow_the_log_scale(qtbot: QtBot, plot: LossPlot) -> None:
    fill(plot)
    plot.show_references(
        [
            Reference(loss=math.log(8000), name="guess", text="knows nothing", is_goal=False),
            Reference(loss=3.9, name="bound", text="no model can go below", is_goal=True),
        ]
    )
    toggle = plot.findChild(QCheckBox, "training.log_scale_check")

    toggle.click()
    assert plot._lines.positions == pytest.approx((math.log10(math.log(8000)), math.log10(3.9)))
    toggle.click()
    assert plot._lines.positions == pytest.approx((math.log(8000), 3.9))


def test_that_a_zoomed_view_shows_the_same_losses_on_a_log_scale(plot: LossPlot) -> None:
    fill(plot)
    plot._box.setRange(xRange=(5, 10), yRange=(7, 8), padding=0)
    toggle = plot.findChild(QCheckBox, "training.log_scale_check")

    toggle.click()
    across, up = plot._box.viewRange()
    assert across == pytest.approx([5, 10])
    assert up == pytest.approx([math.log10(7), math.log10(8)])
    toggle.click()
    assert plot._box.viewRange()[1] == pytest.approx([7, 8])


def test_that_a_loss_of_zero_can_be_shown_on_a_log_scale(plot: LossPlot) -> None:
    plot.history.append(loss_point(1, 0.0))
    plot.findChild(QCheckBox, "training.log_scale_check").click()

    plot.redraw()

    assert np.isfinite(plot._raw.getData()[1]).all()


def test_that_halvings_stand_where_they_happened_on_every_axis(plot: LossPlot) -> None:
    fill(plot, 300)
    for epoch in (1, 2, 3):
        plot.history.add_epoch(epoch_done(epoch, 6.0))
    plot.history.add_halving(halved(2, 0.001))
    axis = plot.findChild(QComboBox, "training.x_axis_combo")

    positions = []
    for index in range(3):
        axis.setCurrentIndex(index)
        plot.redraw()
        positions.append(plot._strip.tick_positions)

    assert positions == [(200.0,), (2.0,), (20.0,)]


def test_that_the_number_of_marks_is_bounded(plot: LossPlot) -> None:
    fill(plot)
    for epoch in range(300):
        plot.history.add_halving(halved(epoch, 0.99**epoch))

    plot.redraw()

    assert len(plot._strip.tick_positions) == MOST_TICKS


def test_that_the_best_evaluation_has_the_star(plot: LossPlot) -> None:
    for epoch, loss in ((0, 9.0), (1, 6.0), (2, 6.5)):
        plot.history.add_epoch(epoch_done(epoch, loss))

    plot.redraw()

    x, y = plot._best.getOriginalDataset()
    assert (list(x), list(y)) == ([100.0], [6.0])


def test_that_an_untrained_network_gets_no_star(plot: LossPlot) -> None:
    plot.history.add_epoch(epoch_done(0, 9.0))

    plot.redraw()

    assert len(plot._best.getOriginalDataset()[0] or ()) == 0


def test_that_the_first_points_do_not_press_the_curve_down(plot: LossPlot) -> None:
    plot.history.append(loss_point(1, 90.0))
    for step in range(2, 200):
        plot.history.append(loss_point(step, 4.0 - step / 100))
    plot.redraw()

    low, high = plot._box.viewRange()[1]
    assert (4.0 - 2.0) / (high - low) >= 0.8
    hidden = plot.findChild(QLabel, "training.hidden_start_label")
    assert not hidden.isHidden()
    assert hidden.text() == "↑ 90.000 at the start"


def test_that_a_run_of_three_points_is_wholly_in_sight(plot: LossPlot) -> None:
    fill(plot, 3)

    low, high = plot._box.viewRange()[1]

    assert low <= 8.7
    assert high >= 8.9


def test_that_the_lowest_loss_of_a_slowly_falling_run_stays_in_sight(plot: LossPlot) -> None:
    fill(plot)
    for epoch in range(1, 40):  # each fall is too small to move the range by itself
        loss = 7.0 - epoch / 100
        plot.history.add_epoch(epoch_done(epoch, loss))
        plot.redraw()

        low, high = plot._box.viewRange()[1]
        assert loss - low >= 0.02 * (high - low)  # the star, too


def test_that_the_axis_of_words_follows_the_epochs(plot: LossPlot) -> None:
    plot.history.set_words(1000)
    fill(plot, 200)
    plot.findChild(QComboBox, "training.x_axis_combo").setCurrentIndex(3)

    assert drawn(plot)[0][-1] == pytest.approx(2000.0)


def test_that_the_legend_says_where_nothing_is_held_out(plot: LossPlot) -> None:
    plot.history.add_epoch(epoch_done(1, None))

    plot.redraw()

    assert "on the training text" in plot._legend.text().replace("&nbsp;", " ")


def test_that_smoothing_leaves_the_raw_points_alone(plot: LossPlot) -> None:
    for step, loss in ((1, 8.0), (2, 4.0)):
        plot.history.append(loss_point(step, loss))
    plot.findChild(QSlider, "training.smoothing_slider").setValue(50)

    plot.redraw()

    assert drawn(plot)[1] == [8.0, 4.0]
    smoothed = plot._smoothed.getOriginalDataset()[1]
    assert list(smoothed) == pytest.approx([8.0, (0.5 * 8 + 4) / 1.5])


def test_that_the_arrow_keys_read_values(qtbot: QtBot, plot: LossPlot) -> None:
    fill(plot)
    readout = plot.findChild(QLabel, "training.readout_label")
    assert readout.isHidden()

    qtbot.keyClick(plot._canvas, Qt.Key.Key_Right)

    assert "batch loss" in readout.text()
    assert "perplexity" in readout.text()
    qtbot.keyClick(plot._canvas, Qt.Key.Key_Escape)
    assert readout.isHidden()


def test_that_pointing_at_the_curve_reads_the_nearest_values(plot: LossPlot) -> None:
    fill(plot)
    plot.grab()
    scene_point = plot._box.mapViewToScene(QPointF(10.2, 8.0))

    plot._crosshair._on_scene_mouse_moved(scene_point)

    readout = plot.findChild(QLabel, "training.readout_label").text()
    assert readout.startswith("step 10\n")
    assert "batch loss 8.000 (perplexity 2,980)" in readout


def test_that_the_plot_is_described_in_words(plot: LossPlot) -> None:
    assert plot.accessibleDescription() == "No training yet."
    fill(plot)
    plot.history.add_epoch(epoch_done(1, 6.0))
    plot.history.add_halving(halved(1, 0.001))

    plot.redraw()

    assert "After 20 steps" in plot.accessibleDescription()
    assert "The best evaluated loss is 6.000 (perplexity 403)" in plot.accessibleDescription()
    assert "changed 1 time" in plot.accessibleDescription()


def test_that_the_colours_follow_the_theme_while_running(
    plot: LossPlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(plot)
    for palette in (DARK, LIGHT):
        monkeypatch.setattr("app.training.plot.loss_plot.current_palette", lambda p=palette: p)

        plot._restyle()

        assert plot._canvas.backgroundBrush().color().name() == palette.background
        assert plot._smoothed.opts["pen"].color().name() == palette.accent


def test_that_the_curve_of_a_short_run_begins_before_its_first_point(plot: LossPlot) -> None:
    plot.history.add_epoch(epoch_done(0, 8.99))
    plot.history.append(loss_point(72, 7.0))

    plot.redraw()

    assert drawn(plot) == ([0.0, 72.0], [8.987, 7.0])


def test_that_the_curve_of_a_trained_model_begins_with_its_own_points(plot: LossPlot) -> None:
    plot.history.append(loss_point(50, 7.0))
    plot.history.add_epoch(epoch_done(1, 6.5))

    plot.redraw()

    assert drawn(plot) == ([50.0], [7.0])
