"""The curve as data: nothing lost, every view bounded, the smoothing honest."""

import dataclasses
import math
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.training.plot.loss_history import LossHistory, Series
from engine import RateHalved
from engine.language_model.history import TrainingHistory
from tests.app.support.training_fakes import epoch_done, loss_point

LOSSES = st.lists(st.floats(0.0, 100.0), min_size=1, max_size=400)


def history_of(losses: list[float]) -> LossHistory:
    history = LossHistory()
    for step, loss in enumerate(losses, start=1):
        history.append(loss_point(step, loss))
    return history


def series_of(values: list[float]) -> Series:
    series = Series()
    for step, value in enumerate(values):
        series.append(step, step, step, value)
    return series


@given(values=LOSSES, data=st.data())
def test_that_a_drawn_range_keeps_its_lowest_and_highest_point(
    values: list[float], data: st.DataObject
) -> None:
    series = series_of(values)
    low = data.draw(st.integers(0, len(values) - 1))
    high = data.draw(st.integers(low, len(values) - 1))

    drawn = series.indices_to_draw("step", low, high, at_most=data.draw(st.integers(4, 500)))

    around = values[max(0, low - 1) : high + 2]
    assert min(values[i] for i in drawn) == min(around)
    assert max(values[i] for i in drawn) == max(around)


@given(values=LOSSES, at_most=st.integers(8, 64))
def test_that_every_bucket_shows_the_extremes_that_brute_force_finds(
    values: list[float], at_most: int
) -> None:
    drawn = set(series_of(values).indices_to_draw("step", 0, len(values), at_most).tolist())

    size = 1 if len(values) <= at_most else 4
    while size > 1 and 2 * len(values) / size > at_most and 4 * size <= len(values):
        size *= 4
    for start in range(0, len(values) - size + 1, size):
        shown = [values[index] for index in drawn if start <= index < start + size]
        assert min(shown) == min(values[start : start + size])
        assert max(shown) == max(values[start : start + size])


def test_that_a_curve_that_moves_keeps_its_corners() -> None:
    series = series_of(np.random.default_rng(0).random(400).tolist())

    before, after = (
        set(series.indices_to_draw("step", low, low + 200, at_most=32).tolist())
        for low in (100, 103)
    )

    inside = set(range(120, 280))
    assert before & inside == after & inside


def test_that_a_million_points_are_drawn_with_a_few_thousand() -> None:
    series, count = Series(), 1_000_000
    ramp = np.arange(count)
    series.extend(ramp, ramp, ramp, np.sin(ramp))

    whole = series.indices_to_draw("step", 0, count, at_most=4000)
    part = series.indices_to_draw("step", 1000, 1100, at_most=4000)

    assert 900 < len(whole) < 4100
    assert part.tolist() == list(range(999, 1102))


def test_that_positions_never_fall_and_follow_the_axis() -> None:
    series = Series()
    for step, epoch, elapsed in ((1, 0.1, 1.0), (2, 0.2, 1.5), (3, 0.3, 1.4)):
        series.append(step, epoch, elapsed, 5.0)

    assert series.along("epoch").tolist() == [0.1, 0.2, 0.3]
    assert series.along("elapsed").tolist() == [1.0, 1.5, 1.5]


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_that_a_loss_that_is_not_finite_is_left_out(loss: float) -> None:
    history = LossHistory()

    history.append(loss_point(1, loss))

    assert history.is_empty
    assert not history.take_dirty()


@given(
    loss=st.floats(0.01, 20.0),
    steps=st.lists(st.integers(1, 500), min_size=1, max_size=80),
    smoothing=st.floats(0.0, 0.99),
)
def test_that_a_constant_loss_stays_constant_when_smoothed(
    loss: float, steps: list[int], smoothing: float
) -> None:
    history = LossHistory()
    history.set_smoothing(smoothing)
    for step in np.cumsum(steps).tolist():
        history.append(loss_point(step, loss))

    assert history.smoothed() == pytest.approx(np.full(len(steps), loss))


@given(losses=LOSSES, smoothing=st.floats(0.001, 0.99), data=st.data())
def test_that_smoothing_equals_the_plain_debiased_average(
    losses: list[float], smoothing: float, data: st.DataObject
) -> None:
    early = data.draw(st.integers(0, len(losses)))
    history = history_of(losses[:early])
    history.set_smoothing(smoothing)
    history.smoothed()
    for step, loss in enumerate(losses[early:], start=early + 1):
        history.append(loss_point(step, loss))

    total = weight = 0.0
    expected = []
    for loss in losses:  # one step a point: the classic moving average
        total, weight = smoothing * total + loss, smoothing * weight + 1.0
        expected.append(total / weight)
    assert history.smoothed() == pytest.approx(np.array(expected))


def test_that_a_point_of_many_steps_weighs_more() -> None:
    history = LossHistory()
    history.set_smoothing(0.9)
    history.append(loss_point(1, 8.0))
    history.append(loss_point(1000, 2.0))

    assert history.smoothed()[-1] < 2.1


def test_that_no_smoothing_shows_the_raw_losses() -> None:
    history = history_of([5.0, 4.0, 6.0])

    assert history.smoothed().tolist() == [5.0, 4.0, 6.0]


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, math.nan])
def test_that_a_smoothing_that_would_flatten_everything_is_refused(smoothing: float) -> None:
    with pytest.raises(ValueError, match="smoothing"):
        LossHistory().set_smoothing(smoothing)


def test_that_dirtiness_is_taken_once() -> None:
    history = history_of([5.0])

    assert history.take_dirty()
    assert not history.take_dirty()


def test_that_the_best_evaluation_is_the_lowest_held_out_loss() -> None:
    history = LossHistory()
    for epoch, validation in ((1, 5.5), (2, 5.2), (3, 5.4)):
        history.add_epoch(epoch_done(epoch, validation))

    assert history.best is not None
    assert history.best.epoch == 2


def test_that_without_held_out_text_the_training_loss_is_judged() -> None:
    history = LossHistory()
    history.add_epoch(epoch_done(1, None))

    assert history.evaluated.values.tolist() == [5.0]


def test_that_a_halving_lies_between_its_evaluations_in_time() -> None:
    history = LossHistory()
    history.add_epoch(epoch_done(1, None))
    history.add_epoch(epoch_done(2, None))
    halving = RateHalved(step=200, epoch=2, learning_rate=0.0025, reason="It rose.")

    assert history.position(halving, "step") == 200
    assert history.position(halving, "epoch") == 2
    assert history.position(halving, "elapsed") == 20.0


def test_that_a_stored_history_is_shown_again() -> None:
    stored = TrainingHistory(
        steps=array("q", [10, 20, 30]),
        epochs=array("d", [0.1, 0.2, 0.3]),
        losses=array("d", [7.0, math.nan, 6.0]),
        learning_rates=array("d", [0.1, 0.1, 0.05]),
        elapsed_s=array("d", [1.0, 2.0, 3.0]),
        evaluations=(epoch_done(1, 5.5),),
    )
    history = history_of([1.0, 2.0])

    history.restore(stored)

    assert history.batch.along("step").tolist() == [10, 30]
    assert history.rates.values.tolist() == [0.1, 0.05]
    assert len(history.epochs) == 1


def test_that_clearing_keeps_the_smoothing() -> None:
    history = history_of([8.0, 2.0])
    history.set_smoothing(0.5)

    history.clear()
    for step, loss in ((1, 8.0), (2, 2.0)):
        history.append(loss_point(step, loss))

    assert history.smoothed()[-1] == pytest.approx(4.0)


def test_that_a_figure_within_an_epoch_is_never_the_best() -> None:
    history = LossHistory()
    history.add_epoch(epoch_done(1, 5.0))

    history.add_epoch(dataclasses.replace(epoch_done(2, 4.0), is_interim=True))

    assert history.best_index == 0
