"""The slider over vocabulary sizes."""

import pytest
from pytestqt.qtbot import QtBot

from app.dataset.corpus.vocabulary_page import STEPS, SizeSlider


@pytest.fixture
def slider(qtbot: QtBot) -> SizeSlider:
    slider = SizeSlider()
    qtbot.addWidget(slider)
    slider.set_largest(43_817)
    return slider


def test_that_the_right_end_is_every_word_and_the_left_a_hundred(slider: SizeSlider) -> None:
    assert (slider.size_at(0), slider.size_at(STEPS)) == (100, 43_817)


def test_that_sizes_between_are_round_and_grow(slider: SizeSlider) -> None:
    sizes = [slider.size_at(position) for position in range(STEPS)]

    assert sizes == sorted(sizes)
    assert all(len(str(size).rstrip("0")) <= 2 for size in sizes)


@pytest.mark.parametrize("size", [100, 8000, 20_000, 43_817])
def test_that_a_shown_size_is_where_the_handle_stands(slider: SizeSlider, size: int) -> None:
    told: list[int] = []
    slider.size_chosen.connect(told.append)

    slider.show_size(size)

    assert slider.size_at(slider.value()) == pytest.approx(size, rel=0.04)
    assert told == []


def test_that_moving_the_handle_chooses_a_size(slider: SizeSlider) -> None:
    told: list[int] = []
    slider.size_chosen.connect(told.append)

    slider.setValue(STEPS)

    assert told == [43_817]


@pytest.mark.parametrize("largest", [4, 5, 7, 150])
def test_that_a_tiny_text_has_a_slider_too(slider: SizeSlider, largest: int) -> None:
    slider.set_largest(largest)
    slider.show_size(8000)

    assert 4 <= slider.size_at(0) <= slider.size_at(slider.value()) == largest
