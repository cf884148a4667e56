"""Word counts by rank with the vocabulary's cut."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.dataset.corpus.word_frequency_plot import MOST_POINTS, WordFrequencyPlot, thinned_ranks
from app.shared.theme import DARK, Theme

COUNTS = tuple(max(1, 10_000 // rank) for rank in range(1, 20_001))


@pytest.fixture
def plot(qtbot: QtBot) -> WordFrequencyPlot:
    plot = WordFrequencyPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    return plot


@given(st.integers(min_value=1, max_value=2_000_000))
def test_that_thinned_ranks_keep_both_ends_and_stay_few(count: int) -> None:
    ranks = thinned_ranks(count)

    assert (ranks[0], ranks[-1]) == (1, count)
    assert ranks == sorted(set(ranks))
    assert len(ranks) <= MOST_POINTS


def test_that_the_cut_stands_at_the_last_kept_rank(plot: WordFrequencyPlot) -> None:
    plot.show_counts(COUNTS, 1000)

    assert plot._cut.value() == pytest.approx(math.log10(1000))
    assert plot._cut_label.text() == "1,000 words kept"
    assert plot._rest_label.text() == "19,000 rarer words left out"


def test_that_the_cut_moves_with_the_vocabulary(plot: WordFrequencyPlot) -> None:
    plot.show_counts(COUNTS, 1000)

    plot.show_kept(100)

    assert plot._cut.value() == pytest.approx(2.0)


def test_that_nothing_is_left_out_of_a_small_text(plot: WordFrequencyPlot) -> None:
    plot.show_counts((3, 2, 1), 7997)

    assert plot._cut_label.text() == "3 words kept"
    assert plot._rest_label.text() == ""


@pytest.mark.parametrize("counts", [(), (1,), (5,), (1, 1, 1)])
def test_that_a_tiny_text_can_be_drawn(plot: WordFrequencyPlot, counts: tuple[int, ...]) -> None:
    empty = plot.grab().toImage()

    plot.show_counts(counts, 1)

    assert (plot.grab().toImage() != empty) is bool(counts)
    assert (plot._curve.opts["symbol"] is not None) is (len(counts) == 1)


def test_that_the_plot_is_described_in_words(plot: WordFrequencyPlot) -> None:
    plot.show_counts(COUNTS, 1000)

    assert plot.accessibleName() == (
        "Word frequencies: the most frequent of 20,000 words occurs 10,000 times; 1,000 are kept"
    )


def test_that_the_plot_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    theme = Theme(qapp)  # before any widget, as in the application
    plot = WordFrequencyPlot()
    qtbot.addWidget(plot)

    theme.choose("dark")
    background = plot._canvas.backgroundBrush().color()
    theme.choose("light")

    assert background == QColor(DARK.background)
