"""Ticks: round values on any scale, readable times."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.shared.formatting import format_tick
from app.shared.plots import (
    TICKS_APART,
    LossAxis,
    ProgressAxis,
    format_clock,
    multiples,
    round_spacing,
)


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e6))
def test_that_every_range_gets_a_handful_of_ticks(low: float, width: float) -> None:
    high = low + width

    ticks = multiples(round_spacing(low, high), low, high)

    assert 3 <= len(ticks) <= 12


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (5, "0:05"), (65, "1:05"), (3600, "1:00:00"), (3725, "1:02:05"), (0.5, "0:00.5")],
)
def test_that_times_read_as_a_clock(seconds: float, text: str) -> None:
    assert format_clock(seconds) == text


def test_that_a_log_axis_has_ticks_at_round_losses(qtbot: QtBot) -> None:
    axis = LossAxis("left", lambda loss: f"{loss:.4g}")
    axis.setLogMode(x=False, y=True)

    ((spacing, positions),) = axis.tickValues(math.log10(3.5), math.log10(9.2), 300)

    assert axis.tickStrings(positions, 1.0, spacing) == ["4", "5", "6", "7", "8", "9"]


def test_that_a_wide_log_axis_shows_powers(qtbot: QtBot) -> None:
    axis = LossAxis("left", lambda loss: f"{loss:.4g}")
    axis.setLogMode(x=False, y=True)

    ((spacing, positions),) = axis.tickValues(-1.0, 1.0, 300)

    assert axis.tickStrings(positions, 1.0, spacing) == ["0.1", "0.2", "0.5", "1", "2", "5", "10"]


def test_that_a_very_wide_log_axis_writes_only_as_many_powers_as_fit(qtbot: QtBot) -> None:
    axis = LossAxis("left", format_tick)
    axis.setLogMode(x=False, y=True)

    ((spacing, positions),) = axis.tickValues(0.0, 18.0, 100)

    assert axis.tickStrings(positions, 1.0, spacing) == ["1", "100,000", "10¹⁰", "10¹⁵"]


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("size", [40, 70, 150, 600])
@pytest.mark.parametrize("highest", [9.2, 14.0, 40.0, 500.0, 141_482.8, 3.2e18])
def test_that_losses_on_an_axis_are_a_line_of_text_apart(
    qtbot: QtBot, highest: float, size: int, is_log: bool
) -> None:
    axis = LossAxis("left", format_tick)
    axis.setLogMode(x=False, y=is_log)
    low, high = (math.log10(3.5), math.log10(highest)) if is_log else (3.5, highest)

    ((_, positions),) = axis.tickValues(low, high, size)

    gaps = [(above - below) / (high - low) * size for below, above in pairwise(positions)]
    assert all(gap > 0.85 * TICKS_APART for gap in gaps)
    assert len(positions) >= (1 if size < 150 else 2)


def test_that_what_has_no_other_text_is_written_once(qtbot: QtBot) -> None:
    axis = LossAxis("right", lambda loss: "few" if loss < 300.0 else "> 10¹⁰⁰")

    texts = axis.tickStrings([200.0, 400.0, 600.0], 1.0, 200.0)

    assert texts == ["few", "> 10¹⁰⁰", ""]


def test_that_a_loss_below_zero_has_no_tick(qtbot: QtBot) -> None:
    ((_, positions),) = LossAxis("left", format_tick).tickValues(-7000.0, 148_000.0, 300)

    assert positions == [
        0.0,
        20_000.0,
        40_000.0,
        60_000.0,
        80_000.0,
        100_000.0,
        120_000.0,
        140_000.0,
    ]


def test_that_a_senseless_log_range_does_not_overflow(qtbot: QtBot) -> None:
    axis = LossAxis("left", lambda loss: f"{loss:.4g}")
    axis.setLogMode(x=False, y=True)

    assert axis.tickValues(0.0, 10_000.0, 300)


def test_that_large_steps_are_written_in_full(qtbot: QtBot) -> None:
    assert ProgressAxis().tickStrings([0.0, 1_500_000.0], 1.0, 1_500_000.0) == ["0", "1,500,000"]


def test_that_a_time_axis_has_ticks_at_round_times(qtbot: QtBot) -> None:
    axis = ProgressAxis()
    axis.show_axis("elapsed")

    ((spacing, positions),) = axis.tickValues(0.0, 250.0, 600)

    assert axis.tickStrings(positions, 1.0, spacing) == ["0:00", "1:00", "2:00", "3:00", "4:00"]


def test_that_a_single_point_has_no_tick_at_a_part_of_a_step(qtbot: QtBot) -> None:
    [(spacing, ticks)] = ProgressAxis().tickValues(-0.5, 0.5, 600.0)

    assert (spacing, ticks) == (1.0, [0.0])
