"""Ticks: round values on any scale, readable times."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.widgets.plot_axes import (
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


def test_that_a_senseless_log_range_does_not_overflow(qtbot: QtBot) -> None:
    axis = LossAxis("left", lambda loss: f"{loss:.4g}")
    axis.setLogMode(x=False, y=True)

    assert axis.tickValues(0.0, 10_000.0, 300)


def test_that_large_steps_are_written_in_full(qtbot: QtBot) -> None:
    assert ProgressAxis().tickStrings([0.0, 1_500_000.0], 1.0, 1_500_000.0) == ["0", "1,500,000"]


def test_that_a_time_axis_has_ticks_at_round_times(qtbot: QtBot) -> None:
    axis = ProgressAxis()
    axis.show_time(is_time=True)

    ((spacing, positions),) = axis.tickValues(0.0, 250.0, 600)

    assert axis.tickStrings(positions, 1.0, spacing) == ["0:00", "1:00", "2:00", "3:00", "4:00"]
